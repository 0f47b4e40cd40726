#include "formats/encryption/key_ring.h"

#include <openssl/crypto.h>

#include <cstring>
#include <utility>
#include <vector>

#include "formats/encryption/gcm_key.h"
#include "formats/encryption/key_file.h"
#include "formats/encryption/sidecar.h"

namespace snaptree {
namespace {

// Far above what a node with thousands of keys writes.
constexpr size_t kMaxSidecarBytes = size_t{16} << 20;

// Longer than any text of a key that SizeHint() knows.
constexpr size_t kMaxKeyFileBytes = 66;

std::string SizeHint(size_t size) {
  if (size == 64 || size == 65)
    return "if it is hexadecimal text, make the key of it: xxd -r -p FILE > kek";
  if (size == 44 || size == 45)
    return "if it is base64 text, make the key of it: base64 -d FILE > kek";
  return "give the file that the node was started with, as it is";
}

Status ReadKey(const char* option, const std::string& path, DataKey* key, Findings* findings) {
  SNAPTREE_ASSIGN(const KeyFileRead file, ReadKeyFile(option, path, kMaxKeyFileBytes));
  const std::string& bytes = file.text.bytes;
  if (bytes.size() != DataKey::kBytes) {
    return DataError("KekSize", "a key file does not have the size of a key")
        .At(path)
        .Expected("32 bytes")
        .Found(bytes.size() > kMaxKeyFileBytes ? "more than " + std::to_string(kMaxKeyFileBytes)
                                               : std::to_string(bytes.size()))
        .Next(SizeHint(bytes.size()));
  }
  if (file.others_can_read) {
    findings->Note("key_file_readable",
                   "key files that others than their owner can read; a node refuses such a key "
                   "file (chmod 600)",
                   path);
  }
  std::memcpy(key->bytes(), bytes.data(), DataKey::kBytes);
  return {};
}

Result<std::vector<WrappedKey>> SidecarIn(Slice text, const std::string& path) {
  if (text.size() <= kMaxSidecarBytes) return ParseSidecar(text, path);
  return DataError("KeyFileInvalid", "the file is too large for a keys.json")
      .At(path)
      .Expected("at most " + std::to_string(kMaxSidecarBytes) + " bytes");
}

// Nothing in it is secret: others may read it.
Result<std::vector<WrappedKey>> ReadSidecar(const std::string& path) {
  SNAPTREE_ASSIGN(const KeyFileRead file, ReadKeyFile("--keys-file", path, kMaxSidecarBytes));
  Result<std::vector<WrappedKey>> keys = SidecarIn(file.text.bytes, path);
  if (keys.ok()) return keys;
  return std::move(keys).status().Next(
      "get keys.json again from the node: it usually stands in its data directory, as "
      "encryption/keys.json");
}

bool Unwrap(GcmKey& kek, Slice wrapped, DataKey* key) {
  kek.Begin(wrapped.substr(0, GcmKey::kNonceBytes), {});
  kek.Decrypt(wrapped.substr(GcmKey::kNonceBytes, DataKey::kBytes), key->bytes());
  return kek.Finish(wrapped.substr(GcmKey::kNonceBytes + DataKey::kBytes));
}

Status CheckComplete(const KeyFiles& files) {
  if (files.kek_file.empty() == files.keys_file.empty()) return {};
  const bool no_kek = files.kek_file.empty();
  return UsageError("KeyFilesIncomplete",
                    no_kek ? "a keys.json opens nothing without the key file that wraps its keys"
                           : "a key file opens nothing without the keys.json that it belongs to")
      .Expected("--kek-file and --keys-file together")
      .Found(no_kek ? "--keys-file only" : "--kek-file only")
      .Next(no_kek
                ? "the key file is the one that the node was started with"
                : "keys.json usually stands in the node's data directory, as encryption/keys.json");
}

}  // namespace

DataKey::~DataKey() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

Status KeyRing::LoadSidecar(const KeyFiles& files, Findings* findings) {
  DataKey kek_bytes;
  SNAPTREE_TRY(ReadKey("--kek-file", files.kek_file, &kek_bytes, findings));
  SNAPTREE_ASSIGN(const std::vector<WrappedKey> wrapped, ReadSidecar(files.keys_file));
  GcmKey kek(kek_bytes.bytes());
  std::vector<uint32_t> closed;
  for (const WrappedKey& key : wrapped) {
    purposes_[key.id] = key.purpose;
    DataKey& opened = keys_[key.id];
    if (!Unwrap(kek, key.bytes, &opened)) closed.push_back(key.id);
  }
  if (!wrapped.empty() && closed.size() == wrapped.size()) {
    return DataError("KekWrong", "the key file opens none of the keys in keys.json")
        .At(files.kek_file)
        .Address(files.keys_file)
        .Next("give the key file and the keys.json of the same node, of the same time");
  }
  for (const uint32_t id : closed) {
    keys_.erase(id);
    findings->Note("wrapped_key_closed",
                   "keys in keys.json that the key file does not open, while it opens others",
                   "key " + std::to_string(id));
  }
  // They open no rows; it was worth to see that they open.
  for (const WrappedKey& key : wrapped) {
    if (key.purpose == KeyPurpose::kRaft) keys_.erase(key.id);
  }
  return {};
}

Status KeyRing::LoadDataKeys(const KeyFiles& files, Findings* findings) {
  std::map<uint32_t, std::string> paths;
  for (const auto& [id, path] : files.data_keys) {
    if (!paths.emplace(id, path).second) {
      return UsageError("OptionConflict", "--dek gives the key " + std::to_string(id) + " twice")
          .Next("give one file for each key id");
    }
    purposes_[id] = KeyPurpose::kStorage;
    SNAPTREE_TRY(ReadKey("--dek", path, &keys_[id], findings));
  }
  return {};
}

Result<KeyRing> KeyRing::Load(const KeyFiles& files, Findings* findings) {
  SNAPTREE_TRY(CheckComplete(files));
  KeyRing ring;
  if (!files.kek_file.empty()) SNAPTREE_TRY(ring.LoadSidecar(files, findings));
  SNAPTREE_TRY(ring.LoadDataKeys(files, findings));
  return ring;
}

const DataKey* KeyRing::Find(uint32_t id) const {
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : &found->second;
}

std::optional<KeyPurpose> KeyRing::PurposeOf(uint32_t id) const {
  const auto found = purposes_.find(id);
  return found == purposes_.end() ? std::nullopt : std::optional<KeyPurpose>(found->second);
}

std::string KeyRing::IdsText() const {
  std::string text;
  for (const auto& [id, key] : keys_) text += (text.empty() ? "" : ", ") + std::to_string(id);
  return text.empty() ? "none" : text;
}

}  // namespace snaptree

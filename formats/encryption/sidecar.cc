#include "formats/encryption/sidecar.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/base64.h"
#include "base/text.h"
#include "formats/json_members.h"

namespace snaptree {
namespace {

constexpr uint64_t kNewestVersion = 2;

KeyPurpose PurposeNamed(Slice name) {
  if (name == "storage") return KeyPurpose::kStorage;
  return name == "raft" ? KeyPurpose::kRaft : KeyPurpose::kUnknown;
}

Result<WrappedKey> ParseKey(const JsonMembers& keys, const std::string& name) {
  WrappedKey key;
  const std::optional<uint64_t> id = ParseU64(name);
  if (!id || *id == 0 || *id > std::numeric_limits<uint32_t>::max() || std::to_string(*id) != name)
    return keys.Error(name, "a key's id is none").Expected("a decimal number from 1 to 2^32 - 1");
  key.id = static_cast<uint32_t>(*id);
  SNAPTREE_ASSIGN(const JsonMembers members, keys.Object(name));
  SNAPTREE_ASSIGN(const std::string purpose, members.Text("purpose"));
  key.purpose = PurposeNamed(purpose);
  SNAPTREE_ASSIGN(const std::string wrapped, members.Text("wrapped"));
  if (!AppendFromBase64(&key.bytes, wrapped) || key.bytes.size() != kWrappedKeyBytes) {
    return members.Error("wrapped", "the wrapped key " + name + " is not what a node writes")
        .Expected("base64 of 60 bytes")
        .Found(std::to_string(wrapped.size()) + " characters");
  }
  return key;
}

}  // namespace

Result<std::vector<WrappedKey>> ParseSidecar(Slice text, const std::string& path) {
  SNAPTREE_ASSIGN(const JsonMembers document, JsonMembers::Parse(text, path, "KeyFileInvalid"));
  SNAPTREE_ASSIGN(const uint64_t version, document.Unsigned("version"));
  if (version == 0 || version > kNewestVersion) {
    return document.Error("version", "unknown version of the key file")
        .Expected("1 or 2")
        .Found(std::to_string(version));
  }
  SNAPTREE_ASSIGN(const JsonMembers keys, document.Object("keys"));
  std::vector<std::string> names = keys.Names();
  std::vector<WrappedKey> wrapped;
  for (const std::string& name : names) {
    SNAPTREE_ASSIGN(WrappedKey key, ParseKey(keys, name));
    wrapped.push_back(std::move(key));
  }
  std::sort(names.begin(), names.end());
  if (const auto twice = std::adjacent_find(names.begin(), names.end()); twice != names.end())
    return keys.Error(*twice, "a key stands twice");
  return wrapped;
}

}  // namespace snaptree

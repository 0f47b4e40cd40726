#include "check/diff/diff_side.h"

#include <cstring>

#include "base/coding.h"

namespace snaptree {
namespace {

// Keys are the path, NUL, what kind of entry it is and, of lines, their name. So all entries of a
// path stand together, the file first, and paths are in the order of their bytes.
constexpr char kFile = '0';
constexpr char kExpiry = '1';
constexpr char kContentType = '2';
constexpr char kNamedLine = '3';
constexpr char kNamelessLine = '4';

constexpr size_t kLineDigestBytes = 16;  // nobody is harmed by two lines that look the same

struct EntryKey {
  Slice path;
  char kind;
  Slice name;
};

EntryKey Split(Slice key) {
  const size_t end = key.find('\0');
  return {key.substr(0, end), key[end + 1], key.substr(end + 2)};
}

}  // namespace

Status DiffSide::Add(Slice path, char kind, Slice name, Slice payload) {
  const std::lock_guard lock(mutex_);
  key_.assign(path).push_back('\0');
  key_.push_back(kind);
  key_.append(name);
  return sorter_.Add(key_, payload);
}

Status DiffSide::AddFile(Slice path, uint64_t size, const Sha256Digest& digest) {
  char payload[sizeof size + sizeof digest];
  std::memcpy(payload, &size, sizeof size);
  std::memcpy(payload + sizeof size, digest.data(), digest.size());
  return Add(path, kFile, {}, {payload, sizeof payload});
}

Status DiffSide::AddExpiry(Slice path, uint64_t expire_at_ms) {
  char payload[sizeof expire_at_ms];
  std::memcpy(payload, &expire_at_ms, sizeof payload);
  return Add(path, kExpiry, {}, {payload, sizeof payload});
}

Status DiffSide::AddContentType(Slice path, Slice content_type) {
  return Add(path, kContentType, {}, content_type);
}

Status DiffSide::AddLine(Slice path, Slice name, const Sha256Digest& digest) {
  const Slice short_digest = AsSlice(digest).substr(0, kLineDigestBytes);
  if (name.empty()) return Add(path, kNamelessLine, short_digest, short_digest);
  return Add(path, kNamedLine, name, short_digest);
}

Status DiffSide::Advance() {
  line_was_given_ = false;
  SNAPTREE_ASSIGN(has_entry_, sorter_.Next(&entry_key_, &entry_payload_));
  return {};
}

Status DiffSide::Finish() {
  SNAPTREE_TRY(sorter_.Finish());
  return Advance();
}

bool DiffSide::IsOf(const std::string& path) const {
  return has_entry_ && entry_key_.size() > path.size() + 1 && entry_key_[path.size()] == '\0' &&
         entry_key_.starts_with(path);
}

Result<bool> DiffSide::NextFile() {
  while (has_entry_ && Split(entry_key_).kind != kFile) SNAPTREE_TRY(Advance());
  if (!has_entry_) return false;
  file_.path.assign(Split(entry_key_).path);
  file_.size = LoadLe64(entry_payload_.data());
  file_.digest = DigestIn(Slice(entry_payload_).substr(sizeof file_.size));
  file_.expire_at_ms.reset();
  file_.content_type.clear();
  SNAPTREE_TRY(Advance());
  while (IsOf(file_.path)) {
    const char kind = Split(entry_key_).kind;
    if (kind == kExpiry) {
      file_.expire_at_ms = LoadLe64(entry_payload_.data());
    } else if (kind == kContentType) {
      file_.content_type.assign(entry_payload_);
    } else {
      break;
    }
    SNAPTREE_TRY(Advance());
  }
  return true;
}

Result<bool> DiffSide::NextLine(Line* line) {
  if (line_was_given_) SNAPTREE_TRY(Advance());
  if (!IsOf(file_.path)) return false;
  const EntryKey key = Split(entry_key_);
  if (key.kind != kNamedLine && key.kind != kNamelessLine) return false;
  line->key = entry_key_.substr(key.path.size() + 1);
  line->name = key.kind == kNamedLine ? key.name : Slice();
  line->digest = entry_payload_;
  line_was_given_ = true;
  return true;
}

}  // namespace snaptree

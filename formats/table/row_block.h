// Row blocks: keys with a shared prefix, and values (spec 01b section 2.3). All blocks of a table
// but those of values have this form.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/slice.h"
#include "formats/table/varint.h"

namespace snaptree {

// What stands before the bytes of an entry.
struct EntryHead {
  uint64_t shared = 0;    // bytes of the key before it
  uint64_t unshared = 0;  // bytes that follow here
  uint64_t value_size = 0;
};

// From `at`, the first byte behind it; null: it is cut, or its key and value would leave [at, end).
inline const char* ReadEntryHead(const char* at, const char* end, EntryHead* head) {
  const auto byte = [at](int i) { return static_cast<uint8_t>(at[i]); };
  if (end - at >= 3 && (byte(0) | byte(1) | byte(2)) < 0x80) {
    *head = {byte(0), byte(1), byte(2)};
    at += 3;
  } else {
    Slice rest(at, static_cast<size_t>(end - at));
    if (!ReadVarint(&rest, &head->shared) || !ReadVarint(&rest, &head->unshared) ||
        !ReadVarint(&rest, &head->value_size)) {
      return nullptr;
    }
    at = rest.data();
  }
  const auto left = static_cast<uint64_t>(end - at);
  const bool fits = head->unshared <= left && head->value_size <= left - head->unshared;
  return fits ? at : nullptr;
}

// Its bytes without the restarts at the end: a reader from front to back needs them only to know
// where entries end. "BlockCorrupt" at `offset` of the file.
Result<Slice> EntriesOf(Slice block, const std::string& path, uint64_t offset);

// Walks the entries of a small block.
class RowBlockReader {
 public:
  // `entries` of EntriesOf(); `offset` is the block's.
  RowBlockReader(Slice entries, const std::string& path, uint64_t offset)
      : rest_(entries), path_(path), offset_(offset) {}

  // False at the end. "BlockCorrupt".
  Result<bool> Next();
  Slice key() const { return key_; }
  Slice value() const { return value_; }

 private:
  Slice rest_;
  const std::string& path_;
  uint64_t offset_;
  std::string key_;
  Slice value_;
};

}  // namespace snaptree

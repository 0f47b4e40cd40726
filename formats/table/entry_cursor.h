// Entries of Pebble tables and logs: rows with their sequence number and kind (spec 01b section
// 2.4).
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "formats/row.h"

namespace snaptree {

enum class EntryKind : uint8_t {
  kDelete = 0,
  kSet = 1,
  kMerge = 2,
  kLogData = 3,
  kSingleDelete = 7,
  kRangeDelete = 15,
  kSeparator = 17,
  kSetWithDelete = 18,
  kRangeKeyDelete = 19,
  kRangeKeyUnset = 20,
  kRangeKeySet = 21,
  kIngestTable = 22,
  kDeleteSized = 23,
  kExcise = 24,
};

// A trailer is sequence << 8 | kind, without the hint bit 0x40 of the kind.
constexpr uint64_t TrailerOf(uint64_t sequence, EntryKind kind) {
  return sequence << 8 | static_cast<uint64_t>(kind);
}
constexpr uint64_t SequenceOf(uint64_t trailer) { return trailer >> 8; }
constexpr EntryKind KindOf(uint64_t trailer) { return static_cast<EntryKind>(trailer & 0xff); }
constexpr bool IsSet(EntryKind kind) {
  return kind == EntryKind::kSet || kind == EntryKind::kSetWithDelete;
}
constexpr bool IsDeletion(EntryKind kind) {
  return kind == EntryKind::kDelete || kind == EntryKind::kSingleDelete ||
         kind == EntryKind::kDeleteSized;
}

// Entries in ascending order of their raw keys, newest first of one key. Each batch is as
// RowCursor's; beside each row stands its trailer. Of a deletion the value is empty.
class EntryCursor : public RowCursor {
 public:
  // Of the rows of the last batch.
  virtual std::span<const uint64_t> trailers() const = 0;
};

}  // namespace snaptree

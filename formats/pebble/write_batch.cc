#include "formats/pebble/write_batch.h"

#include <algorithm>

#include "base/coding.h"
#include "formats/fsm_format.h"
#include "formats/pebble/pebble_version.h"
#include "formats/table/varint.h"

namespace snaptree {
namespace {

constexpr size_t kHeadBytes = 12;
constexpr size_t kMaxVarintBytes = 10;
constexpr uint64_t kInvalidCount = UINT32_MAX;

Status Corrupt(const char* what, uint64_t at) {
  return DataError("WalCorrupt", what).Address("byte " + std::to_string(at) + " of a batch");
}

// False: no operation that a batch can hold.
bool FieldsOf(uint8_t kind, bool* has_value) {
  switch (static_cast<EntryKind>(kind)) {
    case EntryKind::kDelete:
    case EntryKind::kSingleDelete:
    case EntryKind::kLogData:
    case EntryKind::kIngestTable:
      *has_value = false;
      return true;
    case EntryKind::kSet:
    case EntryKind::kMerge:
    case EntryKind::kSetWithDelete:
    case EntryKind::kRangeDelete:
    case EntryKind::kRangeKeyDelete:
    case EntryKind::kRangeKeyUnset:
    case EntryKind::kRangeKeySet:
    case EntryKind::kDeleteSized:
    case EntryKind::kExcise:
      *has_value = true;
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<BatchHead> BatchReader::ReadHead() {
  if (record_.size() < kHeadBytes) {
    return std::move(Corrupt("a record is shorter than the head of a batch", 0))
        .Expected("at least " + std::to_string(kHeadBytes) + " bytes")
        .Found(std::to_string(record_.size()));
  }
  SNAPTREE_ASSIGN(const Slice head, record_.View(0, kHeadBytes));
  head_.base_sequence = LoadLe64(head.data());
  head_.count = LoadLe<uint32_t>(head.data() + sizeof(uint64_t));
  at_ = kHeadBytes;
  if (head_.count == kInvalidCount || head_.base_sequence > kMaxSequence - head_.count) {
    return std::move(Corrupt("a batch's sequence numbers are impossible", 0))
        .Found("sequence " + std::to_string(head_.base_sequence) + ", count " +
               std::to_string(head_.count));
  }
  return head_;
}

// The length of what follows it.
Result<uint64_t> BatchReader::ReadLength() {
  const auto n = static_cast<size_t>(std::min<uint64_t>(kMaxVarintBytes, record_.size() - at_));
  SNAPTREE_ASSIGN(const Slice bytes, record_.View(at_, n));
  Slice rest = bytes;
  uint64_t length = 0;
  if (!ReadVarint(&rest, &length)) return Corrupt("a length in a batch cannot be read", at_);
  const uint64_t after = at_ + (n - rest.size());
  if (length > record_.size() - after) {
    return std::move(Corrupt("a batch ends inside an operation", at_))
        .Expected("at most " + std::to_string(record_.size() - after) + " bytes")
        .Found(std::to_string(length));
  }
  at_ = after;
  return length;
}

Result<bool> BatchReader::Next(BatchOperation* operation) {
  if (at_ == record_.size()) {
    if (used_ == head_.count) return false;
    return std::move(Corrupt("a batch holds another number of operations than it says", at_))
        .Expected(std::to_string(head_.count))
        .Found(std::to_string(used_));
  }
  SNAPTREE_ASSIGN(const Slice kind, record_.View(at_, 1));
  const auto code = static_cast<uint8_t>(kind[0]);
  bool has_value = false;
  if (!FieldsOf(code, &has_value)) {
    return std::move(Corrupt("a batch holds an unknown operation", at_))
        .Found("kind " + std::to_string(code));
  }
  operation->kind = static_cast<EntryKind>(code);
  operation->sequence = head_.base_sequence + used_;
  if (operation->kind != EntryKind::kLogData) ++used_;
  ++at_;
  SNAPTREE_ASSIGN(operation->key_size, ReadLength());
  if (operation->key_size > kMaxKeyBytes) {
    return std::move(Corrupt("a key in a batch is longer than any store can hold", at_))
        .Expected("at most " + std::to_string(kMaxKeyBytes) + " bytes")
        .Found(std::to_string(operation->key_size));
  }
  operation->key_at = at_;
  at_ += operation->key_size;
  operation->value_size = 0;
  if (has_value) {
    SNAPTREE_ASSIGN(operation->value_size, ReadLength());
  }
  operation->value_at = at_;
  at_ += operation->value_size;
  return true;
}

}  // namespace snaptree

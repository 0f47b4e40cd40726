#include "check/list/record_table.h"

#include <algorithm>
#include <utility>

#include "base/cancel.h"
#include "base/coding.h"
#include "base/status.h"

namespace snaptree {
namespace {

// Shares of the memory budget.
constexpr double kPathShare = 0.6;
constexpr double kOrderShare = 0.4;

// An entry: what it is, then numbers.
constexpr char kFile = 'f';   // le64 size
constexpr char kFacts = 't';  // le64 changed, le64 expires
constexpr size_t kNumberAt = 1;
constexpr uint64_t kUnknown = UINT64_MAX;
constexpr uint64_t kCancelCheckMask = 0xff;

std::optional<uint64_t> Known(uint64_t ms) {
  return ms == kUnknown ? std::nullopt : std::optional(ms);
}

void AppendFacts(const RecordFacts& facts, std::string* out) {
  AppendLe64(out, facts.modified_ms.value_or(kUnknown));
  AppendLe64(out, facts.expires_at_ms.value_or(kUnknown));
}

RecordFacts FactsAt(const char* at) { return {Known(LoadLe64(at)), Known(LoadLe64(at + 8))}; }

}  // namespace

RecordTable::RecordTable(uint64_t memory_bytes, const std::string& scratch_parent)
    : scratch_(memory_bytes, scratch_parent),
      by_path_(scratch_.Share(kPathShare)),
      ordered_(scratch_.Share(kOrderShare)) {}

Status RecordTable::AddFile(Slice path, uint64_t size) {
  std::string payload(1, kFile);
  AppendLe64(&payload, size);
  const std::lock_guard lock(mutex_);
  ++records_;
  bytes_ += size;
  largest_ = std::max(largest_, size);
  if ((records_ & kCancelCheckMask) == 0) SNAPTREE_TRY(CheckCancelled());
  return by_path_.Add(path, payload);
}

Status RecordTable::AddFacts(Slice path, const RecordFacts& facts) {
  std::string payload(1, kFacts);
  AppendFacts(facts, &payload);
  const std::lock_guard lock(mutex_);
  return by_path_.Add(path, payload);
}

void RecordTable::Reset() {
  by_path_.Reset();
  records_ = 0;
  bytes_ = 0;
  largest_ = 0;
}

Status RecordTable::ReadEntry() {
  Slice path;
  Slice entry;
  SNAPTREE_ASSIGN(has_entry_, by_path_.Next(&path, &entry));
  if (!has_entry_) return {};
  entry_path_.assign(path);
  entry_.assign(entry);
  return {};
}

Result<bool> RecordTable::NextByPath(RecordLine* line) {
  while (has_entry_) {
    std::swap(path_, entry_path_);
    std::optional<uint64_t> size;
    RecordFacts facts;
    do {
      if (entry_[0] == kFacts) {
        facts = FactsAt(entry_.data() + kNumberAt);
      } else if (!size) {
        size = LoadLe64(entry_.data() + kNumberAt);
      } else {
        return DataError("DuplicateEntry", "two files have one path").At(path_);
      }
      SNAPTREE_TRY(ReadEntry());
    } while (has_entry_ && entry_path_ == path_);
    if (!size) continue;
    *line = {path_, *size, facts};
    return true;
  }
  return false;
}

// Keys: the number that decides, upside down, then the path.
Status RecordTable::Sort(RecordOrder order) {
  RecordLine line;
  std::string key;
  std::string payload;
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, NextByPath(&line));
    if (!more) return ordered_.Finish();
    key.clear();
    AppendBe64(&key, order == RecordOrder::kSize ? ~line.size
                     : line.facts.modified_ms    ? ~*line.facts.modified_ms
                                                 : kUnknown);
    key.append(line.path);
    payload.clear();
    AppendLe64(&payload, line.size);
    AppendFacts(line.facts, &payload);
    SNAPTREE_TRY(ordered_.Add(key, payload));
  }
}

Status RecordTable::Finish(RecordOrder order) {
  SNAPTREE_TRY(by_path_.Finish());
  SNAPTREE_TRY(ReadEntry());
  order_ = order;
  return order == RecordOrder::kPath ? Status::Ok() : Sort(order);
}

Result<bool> RecordTable::Next(RecordLine* line) {
  SNAPTREE_TRY(CheckCancelled());
  if (order_ == RecordOrder::kPath) return NextByPath(line);
  Slice key;
  Slice payload;
  SNAPTREE_ASSIGN(const bool more, ordered_.Next(&key, &payload));
  if (!more) return false;
  *line = {key.substr(8), LoadLe64(payload.data()), FactsAt(payload.data() + 8)};
  return true;
}

}  // namespace snaptree

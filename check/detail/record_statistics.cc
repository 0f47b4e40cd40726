#include "check/detail/record_statistics.h"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <optional>
#include <utility>

#include "check/detail/scope_sizes.h"
#include "check/detail/size_tally.h"
#include "check/record_facts.h"
#include "check/record_place.h"

#include "base/cancel.h"

namespace snaptree {
namespace {

// Sidecars and inodes tell other things.
bool TellsExpiry(FactSource source) {
  return source == FactSource::kCollection || source == FactSource::kStream ||
         source == FactSource::kStringTtls || source == FactSource::kHllTtls;
}

bool HasMoreBytes(const ScopeSize& a, const ScopeSize& b) {
  return a.bytes != b.bytes ? a.bytes > b.bytes : a.scope < b.scope;
}

bool HasMoreRecords(const ScopeSize& a, const ScopeSize& b) {
  return a.records != b.records ? a.records > b.records : a.scope < b.scope;
}

class Counter : public RecordCounter {
 public:
  Counter(SorterOptions options, uint64_t now_ms) : now_ms_(now_ms), scopes_(std::move(options)) {}

  Status WriteFile(Slice path, Slice content) override;
  Result<std::unique_ptr<TreeFile>> CreateFile(Slice path) override;
  Status CreateDirectory(Slice /*path*/) override { return {}; }
  bool CanHold(uint64_t file_bytes) const override { return file_bytes <= INT64_MAX; }
  Status Flush() override { return CheckCancelled(); }
  Status Finish() override { return CheckCancelled(); }
  TreeTotals totals() const override { return totals_; }

  Result<RecordStatistics> Statistics() override;

  Status FileEnded(Slice path, uint64_t bytes, LineSizes* lines);
  const FactScan::Take& take_facts() const { return take_facts_; }

 private:
  Status TakeFacts(const RecordFacts& facts);

  const uint64_t now_ms_;
  const FactScan::Take take_facts_ = [this](Slice, const RecordFacts& facts) {
    return TakeFacts(facts);
  };
  std::mutex mutex_;  // of what follows
  TreeTotals totals_;
  SizeTally tally_;
  ScopeSizes scopes_;
  std::array<uint64_t, kExpiryLimitsMs.size() + 1> expiring_{};
  uint64_t expired_ = 0;
  uint64_t redis_keys_ = 0;
};

class CountedFile : public TreeFile {
 public:
  CountedFile(Counter& counter, Slice path) : counter_(counter), path_(path) {
    const RecordContent content = RecordPlaceOf(path).content;
    if (content == RecordContent::kMessages || content == RecordContent::kRows)
      lines_.emplace(path, content == RecordContent::kRows);
    const FactSource source = FactSourceOf(path);
    if (TellsExpiry(source)) facts_.emplace(source, path, counter.take_facts());
  }

  Status Append(Slice bytes) override {
    bytes_ += bytes.size();
    SNAPTREE_TRY(CheckCancelled());
    if (lines_) SNAPTREE_TRY(lines_->Append(bytes));
    return facts_ ? facts_->Append(bytes) : Status::Ok();
  }
  Status AppendHole(uint64_t size) override {
    bytes_ += size;
    return {};
  }
  Status Close() override { return counter_.FileEnded(path_, bytes_, lines_ ? &*lines_ : nullptr); }

 private:
  Counter& counter_;
  const std::string path_;
  std::optional<LineSizes> lines_;
  std::optional<FactScan> facts_;
  uint64_t bytes_ = 0;
};

Status Counter::WriteFile(Slice path, Slice content) {
  CountedFile file(*this, path);
  SNAPTREE_TRY(file.Append(content));
  return file.Close();
}

Result<std::unique_ptr<TreeFile>> Counter::CreateFile(Slice path) {
  return std::unique_ptr<TreeFile>(std::make_unique<CountedFile>(*this, path));
}

// lines: null unless lines are records.
Status Counter::FileEnded(Slice path, uint64_t bytes, LineSizes* lines) {
  const RecordPlace place = RecordPlaceOf(path);
  const std::lock_guard lock(mutex_);
  ++totals_.files;
  totals_.bytes += bytes;
  if (lines != nullptr) {
    const SizeTally& its = lines->Finish();
    tally_.Merge(its);
    return scopes_.Add(place.scope, its.all.records, its.all.bytes);
  }
  if (place.content == RecordContent::kNone) return {};
  tally_.Add(path, 0, bytes);
  if (path.starts_with("redis/")) ++redis_keys_;
  return scopes_.Add(place.scope, 1, bytes);
}

Status Counter::TakeFacts(const RecordFacts& facts) {
  if (!facts.expires_at_ms) return {};
  const std::lock_guard lock(mutex_);
  if (*facts.expires_at_ms <= now_ms_) {
    ++expired_;
  } else {
    ++expiring_[ClassOf(kExpiryLimitsMs, *facts.expires_at_ms - now_ms_)];
  }
  return {};
}

Result<RecordStatistics> Counter::Statistics() {
  RecordStatistics statistics;
  statistics.all = tally_.all;
  statistics.sizes = tally_.sizes;
  statistics.largest = std::move(tally_.largest);
  statistics.expiring = expiring_;
  statistics.expired = expired_;
  const uint64_t ending = std::accumulate(expiring_.begin(), expiring_.end(), expired_);
  statistics.never = redis_keys_ - std::min(redis_keys_, ending);
  SNAPTREE_TRY(scopes_.Finish([&](Slice scope, uint64_t records, uint64_t bytes) {
    ++statistics.scopes;
    const ScopeSize size{std::string(scope), records, bytes};
    KeepFirst(size, RecordStatistics::kMost, HasMoreBytes, &statistics.largest_scopes);
    KeepFirst(size, RecordStatistics::kMost, HasMoreRecords, &statistics.fullest_scopes);
  }));
  return statistics;
}

}  // namespace

std::unique_ptr<RecordCounter> NewRecordCounter(SorterOptions scopes, uint64_t now_ms) {
  return std::make_unique<Counter>(std::move(scopes), now_ms);
}

}  // namespace snaptree

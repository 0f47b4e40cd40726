#include "formats/pebble/pebble_rows.h"

#include <algorithm>
#include <utility>

namespace snaptree {
namespace {

// Positions of values and rows stay below it.
constexpr uint64_t kEndOfAll = uint64_t{1} << 56;
// Places stand this many bytes apart, or more when there would be too many.
constexpr uint64_t kPlaceEvery = uint64_t{32} << 10;
constexpr size_t kMaxPlaces = size_t{1} << 18;
// What rows take against the same in blocks and logs, for a guess.
constexpr uint64_t kUnpackedShare = 3;

MergePlace BeginOf(const EntryRuns& runs) {
  MergePlace begin;
  for (size_t run = 0; run < runs.size(); ++run) begin.runs.push_back(runs.ExtentOf(run).begin);
  return begin;
}

std::vector<uint64_t> EndsOf(const EntryRuns& runs) {
  std::vector<uint64_t> ends;
  for (size_t run = 0; run < runs.size(); ++run) ends.push_back(runs.ExtentOf(run).end);
  return ends;
}

// The bytes on disk of what was read of a run.
uint64_t BytesRead(const EntryRuns& runs, size_t run, uint64_t read) {
  const Extent all = runs.ExtentOf(run);
  if (all.size() == 0) return 0;
  const double share = static_cast<double>(read - all.begin) / static_cast<double>(all.size());
  return static_cast<uint64_t>(share * static_cast<double>(runs.StoredBytes(run)));
}

}  // namespace

// ---- Places -------------------------------------------------------------------------------------

MergePlaces::MergePlaces(MergePlace begin, std::vector<uint64_t> ends, size_t memory_bytes)
    : positions_{begin.position},
      runs_(std::move(begin.runs)),
      ends_(std::move(ends)),
      every_(kPlaceEvery),
      max_places_(std::clamp(memory_bytes / ((ends_.size() + 1) * sizeof(uint64_t)), size_t{64},
                             kMaxPlaces)) {}

void MergePlaces::Add(uint64_t position, std::span<const uint64_t> runs) {
  positions_.push_back(position);
  runs_.insert(runs_.end(), runs.begin(), runs.end());
  if (positions_.size() < max_places_) return;
  size_t kept = 0;
  for (size_t i = 0; i < positions_.size(); i += 2, ++kept) {
    positions_[kept] = positions_[i];
    const std::span<const uint64_t> from = RunsOf(i);
    std::copy(from.begin(), from.end(),
              runs_.begin() + static_cast<std::ptrdiff_t>(kept * ends_.size()));
  }
  positions_.resize(kept);
  runs_.resize(kept * ends_.size());
  every_ *= 2;
}

MergePlace MergePlaces::Before(uint64_t position) const {
  const auto after = std::upper_bound(positions_.begin(), positions_.end(), position);
  const auto place = static_cast<size_t>(after - positions_.begin()) - 1;
  const std::span<const uint64_t> runs = RunsOf(place);
  return {positions_[place], {runs.begin(), runs.end()}};
}

std::span<const uint64_t> MergePlaces::After(uint64_t position) const {
  const auto at = std::lower_bound(positions_.begin(), positions_.end(), position);
  return at == positions_.end() ? ends_ : RunsOf(static_cast<size_t>(at - positions_.begin()));
}

// ---- Rows ---------------------------------------------------------------------------------------

class PebbleRows::Scan : public ScanCursor {
 public:
  explicit Scan(PebbleRows* rows)
      : rows_(*rows),
        cursor_(*rows->runs_, rows->places_.Before(0), rows->places_.end(), {0, kEndOfAll}) {}

  Result<std::span<const Row>> NextBatch() override {
    if (rows_.places_.Wants(cursor_.position())) {
      SNAPTREE_TRY(cursor_.Settle());
      rows_.places_.Add(cursor_.position(), cursor_.read());
    }
    return cursor_.NextBatch();
  }
  uint64_t bytes_read() const override {
    uint64_t bytes = 0;
    for (size_t run = 0; run < cursor_.read().size(); ++run)
      bytes += BytesRead(*rows_.runs_, run, cursor_.read()[run]);
    return bytes;
  }
  Status Finish(Findings* /*findings*/) override {
    rows_.end_ = cursor_.position();
    return {};
  }

 private:
  PebbleRows& rows_;
  MergeCursor cursor_;
};

PebbleRows::PebbleRows(std::shared_ptr<const EntryRuns> runs, size_t memory_bytes)
    : runs_(std::move(runs)), places_(BeginOf(*runs_), EndsOf(*runs_), memory_bytes) {
  uint64_t stored = 0;
  for (size_t run = 0; run < runs_->size(); ++run) stored += runs_->StoredBytes(run);
  end_ = std::min(stored * kUnpackedShare, kEndOfAll);
}

std::unique_ptr<RowCursor> PebbleRows::OpenCursor(Extent extent) const {
  return std::make_unique<MergeCursor>(*runs_, places_.Before(extent.begin),
                                       places_.After(extent.end), extent);
}

std::unique_ptr<ScanCursor> PebbleRows::OpenScan() { return std::make_unique<Scan>(this); }

Result<std::unique_ptr<RowCursor>> PebbleRows::OpenCursorAt(Slice raw_key) const {
  MergePlace place;
  for (size_t run = 0; run < runs_->size(); ++run) {
    SNAPTREE_ASSIGN(const uint64_t position, runs_->Seek(run, raw_key));
    place.runs.push_back(position);
  }
  return std::unique_ptr<RowCursor>(
      std::make_unique<MergeCursor>(*runs_, place, places_.end(), Extent{0, kEndOfAll}));
}

}  // namespace snaptree

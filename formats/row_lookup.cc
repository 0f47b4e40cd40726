#include "formats/row_lookup.h"

#include <algorithm>
#include <span>

#include "base/cancel.h"
#include "base/coding.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

// What is read of a place to see its key; most rows end sooner.
constexpr uint64_t kProbeBytes = 4096;
constexpr uint64_t kNewestTimestamp = UINT64_MAX;  // inverted it sorts first

std::string RawKey(Slice logical, uint64_t commit_ts) {
  std::string raw(logical);
  AppendBe64(&raw, ~commit_ts);
  return raw;
}

// The least text above this one.
std::string Above(std::string text) {
  text.push_back('\0');
  return text;
}

// The first row in a stretch that begins with a row, with its key; nullopt: what was given of it is
// too short.
Result<std::optional<std::string>> TryKey(const RowSource& source, const Extent& extent) {
  const std::unique_ptr<RowCursor> cursor = source.OpenCursor(extent);
  Result<std::span<const Row>> rows = cursor->NextBatch();
  if (!rows.ok() && rows.status().kind() != ErrorKind::kData) return std::move(rows).status();
  if (!rows.ok() || rows->empty()) return std::optional<std::string>();
  return std::optional<std::string>(rows->front().key);
}

}  // namespace

bool KeyRange::Matches(Slice raw_key) const {
  if (raw_key.size() < kTimestampBytes) return false;
  const Slice logical = raw_key.substr(0, raw_key.size() - kTimestampBytes);
  if (match == KeyMatch::kWhole) return logical == key;
  if (!logical.starts_with(key)) return false;
  return match == KeyMatch::kPrefix || logical.size() == key.size() + number_bytes;
}

std::string AfterPrefix(Slice prefix) {
  std::string after(prefix);
  while (!after.empty() && after.back() == '\xff') after.pop_back();
  if (!after.empty()) after.back() = static_cast<char>(static_cast<uint8_t>(after.back()) + 1);
  return after;
}

KeyRange WholeKey(FamilyId family, std::string key) {
  KeyRange range;
  range.family = family;
  range.key = std::move(key);
  range.begin = RawKey(range.key, kNewestTimestamp);
  range.end = Above(RawKey(range.key, 0));
  return range;
}

KeyRange KeysWithPrefix(FamilyId family, std::string prefix) {
  std::string end = AfterPrefix(prefix);
  return {family, KeyMatch::kPrefix, prefix, std::move(prefix), std::move(end), 0};
}

KeyRange NumberedKeys(FamilyId family, std::string key, size_t number_bytes) {
  KeyRange range = KeysWithPrefix(family, std::move(key));
  range.match = KeyMatch::kNumbered;
  range.number_bytes = number_bytes;
  return range;
}

KeyRange KeysWithByte(FamilyId family, const std::string& prefix, uint8_t low, uint8_t high) {
  KeyRange range = KeysWithPrefix(family, prefix);
  range.begin.push_back(static_cast<char>(low));
  if (high != UINT8_MAX) range.end = prefix + static_cast<char>(high + 1);
  return range;
}

// ---- Bisection ----------------------------------------------------------------------------------

// From the first row of a family to the last one; others may stand between them in odd files.
Extent RowLookup::Reach(FamilyId family) const {
  const std::vector<FamilyExtent>& extents = scan_.extents[family];
  return {extents.front().extent.begin, extents.back().extent.end};
}

Result<std::string> RowLookup::KeyAt(uint64_t place, uint64_t end) {
  if (const auto known = place_keys_.find(place); known != place_keys_.end()) return known->second;
  std::optional<std::string> key;
  for (const uint64_t stop : {std::min(place + kProbeBytes, end), end}) {
    SNAPTREE_ASSIGN(key, TryKey(source(), {place, stop}));
    if (key) return place_keys_.emplace(place, *std::move(key)).first->second;
  }
  return EnvironmentError("ChangedWhileReading", "a row is gone").At(source().name(), place);
}

// The stretch in which the first row at or above the key stands, unless it is the row behind it.
Result<Extent> RowLookup::Bisect(const Extent& reach, Slice key) {
  const auto begin = std::lower_bound(scan_.places.begin(), scan_.places.end(), reach.begin);
  const auto end = std::lower_bound(begin, scan_.places.end(), reach.end);
  std::span<const uint64_t> places(begin, end);
  Extent stretch = reach;
  while (!places.empty()) {
    const size_t middle = places.size() / 2;
    const uint64_t place = places[middle];
    SNAPTREE_ASSIGN(const std::string at, KeyAt(place, stretch.end));
    if (at < key) {
      stretch.begin = place;
      places = places.subspan(middle + 1);
    } else {
      stretch.end = place;
      places = places.first(middle);
    }
  }
  return stretch;
}

Result<std::optional<std::string>> RowLookup::FirstKey(FamilyId family, Slice from) {
  if (!HasRows(family)) return std::optional<std::string>();
  const Extent reach = Reach(family);
  SNAPTREE_ASSIGN(const Extent stretch, Bisect(reach, from));
  for (const Extent& extent : {stretch, Extent{stretch.end, reach.end}}) {
    const std::unique_ptr<RowCursor> cursor = source().OpenCursor(extent);
    for (;;) {
      SNAPTREE_ASSIGN(const auto rows, cursor->NextBatch());
      if (rows.empty()) break;
      for (const Row& row : rows) {
        if (row.key < from || row.key.size() < kTimestampBytes) continue;
        const Slice logical = row.key.substr(0, row.key.size() - kTimestampBytes);
        if (ClassifyLogicalKey(logical) == family) return std::optional<std::string>(row.key);
      }
    }
  }
  return std::optional<std::string>();
}

// Versions of one key can stand far from one another, with rows of longer keys between them; but no
// version is newer or older than all of its family.
void RowLookup::Tighten(KeyRange* range) const {
  const FamilyCounts& counts = scan_.of(range->family);
  if (range->match != KeyMatch::kWhole || counts.damaged > 0) return;
  if (counts.min_commit_ts > counts.max_commit_ts) return;
  range->begin = RawKey(range->key, counts.max_commit_ts);
  range->end = Above(RawKey(range->key, counts.min_commit_ts));
}

// ---- The rows of some ranges as a container of their own ----------------------------------------

class RangeCursor : public ScanCursor {
 public:
  // Ranges that overlap, as one.
  struct Group {
    std::string begin;
    std::string end;
    Extent reach;  // of the families
    std::vector<KeyRange> ranges;
  };

  RangeCursor(RowLookup& lookup, const std::vector<Group>& groups)
      : lookup_(lookup), groups_(groups) {}

  Result<std::span<const Row>> NextBatch() override {
    for (;;) {
      SNAPTREE_TRY(CheckCancelled());
      if (group_ended_) cursor_.reset();
      if (cursor_ == nullptr) {
        SNAPTREE_ASSIGN(const bool more, OpenNext());
        if (!more) return std::span<const Row>();
      }
      SNAPTREE_ASSIGN(const auto rows, cursor_->NextBatch());
      if (rows.empty()) {
        cursor_.reset();
        group_ended_ = stop_ == group_->reach.end;
        continue;
      }
      Select(rows);
      if (!selected_.empty()) return std::span<const Row>(selected_);
    }
  }
  uint64_t bytes_read() const override { return 0; }  // no one is told of a look-up
  Status Finish(Findings* /*findings*/) override { return {}; }

 private:
  // To the next stretch of the group, or to the first one of the next group.
  Result<bool> OpenNext() {
    Extent stretch;
    if (!group_ended_) {
      stretch = {stop_, StopAfter(stop_)};
      stride_ *= 2;
    } else {
      if (next_group_ == groups_.size()) return false;
      group_ = &groups_[next_group_++];
      group_ended_ = false;
      stride_ = 1;
      SNAPTREE_ASSIGN(stretch, lookup_.Bisect(group_->reach, group_->begin));
    }
    stop_ = stretch.end;
    cursor_ = lookup_.source().OpenCursor(stretch);
    return true;
  }

  // A window never reaches far beyond what is asked for: as much again at most.
  uint64_t StopAfter(uint64_t position) const {
    const std::vector<uint64_t>& places = lookup_.scan().places;
    const auto next = std::upper_bound(places.begin(), places.end(), position);
    if (static_cast<size_t>(places.end() - next) < stride_) return group_->reach.end;
    return std::min(next[static_cast<std::ptrdiff_t>(stride_ - 1)], group_->reach.end);
  }

  void Select(std::span<const Row> rows) {
    selected_.clear();
    for (const Row& row : rows) {
      if (row.key < group_->begin) continue;
      group_ended_ = !group_->end.empty() && row.key >= group_->end;
      if (group_ended_) return;
      const bool wanted =
          std::any_of(group_->ranges.begin(), group_->ranges.end(),
                      [&row](const KeyRange& range) { return range.Matches(row.key); });
      if (wanted) selected_.push_back(row);
    }
  }

  RowLookup& lookup_;
  const std::vector<Group>& groups_;
  size_t next_group_ = 0;
  const Group* group_ = nullptr;
  bool group_ended_ = true;
  size_t stride_ = 1;  // places
  uint64_t stop_ = 0;  // of the stretch at hand
  std::unique_ptr<RowCursor> cursor_;
  std::vector<Row> selected_;
};

namespace {

class RangeContainer : public Container {
 public:
  RangeContainer(RowLookup& lookup, std::vector<RangeCursor::Group> groups)
      : lookup_(lookup), groups_(std::move(groups)) {
    info_.path = lookup.source().name();
  }

  const ContainerInfo& info() const override { return info_; }
  const RowSource& rows() const override { return lookup_.source(); }
  std::optional<uint64_t> payload_end() const override { return std::nullopt; }
  std::unique_ptr<ScanCursor> OpenScan() override {
    return std::make_unique<RangeCursor>(lookup_, groups_);
  }
  Status Diagnose(Status damage) const override { return damage; }

 private:
  ContainerInfo info_;
  RowLookup& lookup_;
  const std::vector<RangeCursor::Group> groups_;
};

bool Overlap(const RangeCursor::Group& group, const KeyRange& next) {
  return group.end.empty() || next.begin < group.end;
}

}  // namespace

Result<ScanResult> RowLookup::Scan(std::vector<KeyRange> ranges) {
  std::erase_if(ranges, [this](const KeyRange& range) { return !HasRows(range.family); });
  for (KeyRange& range : ranges) Tighten(&range);
  std::sort(ranges.begin(), ranges.end(),
            [](const KeyRange& a, const KeyRange& b) { return a.begin < b.begin; });
  std::vector<RangeCursor::Group> groups;
  for (KeyRange& range : ranges) {
    const Extent reach = Reach(range.family);
    if (groups.empty() || !Overlap(groups.back(), range)) {
      groups.push_back({range.begin, range.end, reach, {}});
    }
    RangeCursor::Group& group = groups.back();
    if (range.end.empty() || (!group.end.empty() && range.end > group.end)) group.end = range.end;
    group.reach = {std::min(group.reach.begin, reach.begin), std::max(group.reach.end, reach.end)};
    group.ranges.push_back(std::move(range));
  }
  RangeContainer container(*this, std::move(groups));
  ScanOptions options;
  options.at = scan_.read_ts;
  options.without_keys = scan_.without_keys;
  SNAPTREE_ASSIGN(ScanResult result, ScanContainer(container, options));
  // What it says of the whole file, rows of a part cannot tell.
  result.last_commit_ts = scan_.last_commit_ts;
  result.meta_last_commit_ts = scan_.meta_last_commit_ts;
  result.min_retained_ts = scan_.min_retained_ts;
  result.retention_known = scan_.retention_known;
  result.applied_index = scan_.applied_index;
  return result;
}

}  // namespace snaptree

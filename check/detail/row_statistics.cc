#include "check/detail/row_statistics.h"

#include <algorithm>
#include <mutex>

#include "check/detail/version_counter.h"
#include "check/for_each.h"

#include "base/time_text.h"
#include "base/worker_pool.h"
#include "formats/family_table.h"
#include "formats/fsm_format.h"
#include "formats/view_cursor.h"

namespace snaptree {
namespace {

using KeyVersions = std::pair<uint64_t, std::string>;

bool HasMore(const KeyVersions& a, const KeyVersions& b) {
  return a.first != b.first ? a.first > b.first : a.second < b.second;
}

void NoteMost(uint64_t versions, Slice key, std::vector<KeyVersions>* most) {
  if (versions < 2) return;
  if (most->size() == RowStatistics::kMost && versions < most->back().first) return;
  KeyVersions entry(versions, key);
  most->insert(std::lower_bound(most->begin(), most->end(), entry, HasMore), std::move(entry));
  if (most->size() > RowStatistics::kMost) most->pop_back();
}

class FamilyReader {
 public:
  FamilyReader(const ScanResult& scan, RowStatistics* statistics)
      : scan_(scan), statistics_(*statistics) {}

  Status Read(const RowSource& source, FamilyId family, Progress& progress) {
    // Service rows may stand at timestamp 1 in any store, and derived ones tell nothing new.
    const FamilyClass its_class = Families()[family].family_class;
    ages_count_ = its_class == FamilyClass::kData || its_class == FamilyClass::kUnknown;
    ViewCursor cursor(source, scan_, family);
    const auto key_ended = [this](Slice key, uint64_t versions) { TakeKey(key, versions); };
    VersionCounter counter;
    ViewRow row;
    uint64_t rows = 0;
    for (;;) {
      SNAPTREE_ASSIGN(const bool more, cursor.Next(&row));
      if (!more) break;
      if ((++rows & kProgressMask) == 0)
        progress.done.fetch_add(kProgressMask + 1, std::memory_order_relaxed);
      if (row.verdict == Verdict::kDamaged) continue;
      counter.Add(row.key, row.commit_ts, key_ended);
      TakeRow(row);
    }
    counter.Finish(key_ended);
    progress.done.fetch_add(rows & kProgressMask, std::memory_order_relaxed);
    return {};
  }

 private:
  static constexpr uint64_t kProgressMask = 0xfff;

  void TakeRow(const ViewRow& row) {
    ++statistics_.versions;
    if (row.is_deletion) ++statistics_.deletions;
    if (row.verdict == Verdict::kTombstone) ++statistics_.deleted_keys;
    if (!row.IsLive() || !ages_count_) return;
    const uint64_t now = HlcMillis(scan_.read_ts);
    const uint64_t commit = std::min(HlcMillis(row.commit_ts), now);
    RowStatistics::Amount& amount = statistics_.ages[ClassOf(kAgeLimitsMs, now - commit)];
    ++amount.rows;
    amount.bytes += row.key.size() + kTimestampBytes + kValueHeaderBytes + row.body.size;
  }

  void TakeKey(Slice key, uint64_t versions) {
    ++statistics_.keys;
    ++statistics_.keys_by_versions[ClassOf(kVersionLimits, versions)];
    NoteMost(versions, key, &statistics_.most_versions);
  }

  const ScanResult& scan_;
  RowStatistics& statistics_;
  bool ages_count_ = false;
};

}  // namespace

void RowStatistics::Merge(const RowStatistics& other) {
  for (size_t i = 0; i < ages.size(); ++i) {
    ages[i].rows += other.ages[i].rows;
    ages[i].bytes += other.ages[i].bytes;
  }
  for (size_t i = 0; i < keys_by_versions.size(); ++i)
    keys_by_versions[i] += other.keys_by_versions[i];
  keys += other.keys;
  versions += other.versions;
  deletions += other.deletions;
  deleted_keys += other.deleted_keys;
  for (const auto& [n, key] : other.most_versions) NoteMost(n, key, &most_versions);
}

Result<RowStatistics> ReadRowStatistics(const RowSource& source, const ScanResult& scan,
                                        unsigned threads, Progress& progress) {
  progress.Begin("read the rows", "rows", scan.rows);
  WorkerPool workers(std::max(1U, threads));
  std::mutex mutex;
  RowStatistics all;
  SNAPTREE_TRY(ForEach(workers, scan.families.size(), [&](size_t i) -> Status {
    const auto family = static_cast<FamilyId>(i);
    if (family == RawMetadataFamily() || family == RegistryFamily()) return {};
    if (scan.of(family).rows == 0) return {};
    RowStatistics statistics;
    SNAPTREE_TRY(FamilyReader(scan, &statistics).Read(source, family, progress));
    const std::lock_guard lock(mutex);
    all.Merge(statistics);
    return {};
  }));
  return all;
}

}  // namespace snaptree

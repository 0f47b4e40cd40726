#include "base/run_set.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace snaptree {
namespace {

constexpr size_t kMaxFanIn = 64;
// Merging few runs at a time costs more passes than a little memory is worth.
constexpr size_t kLeastMergeBytes = size_t{4} << 20;

}  // namespace

Result<std::string> RunSet::NewPath() const {
  static std::atomic<uint64_t> next_file{0};
  SNAPTREE_ASSIGN(const std::string folder, options_.scratch_folder());
  return folder + "/run-" + std::to_string(next_file++) + ".sst";
}

size_t RunSet::FanIn() const {
  const size_t memory = std::max(options_.memory_bytes / 2, kLeastMergeBytes);
  return std::clamp<size_t>(memory / RunMerge::BytesOf(largest_record_), 2, kMaxFanIn);
}

Status RunSet::Keep(SortedRun run) {
  bytes_written_ += run.bytes;
  return KeepAt(0, std::move(run));
}

Status RunSet::KeepAt(size_t level, SortedRun run) {
  largest_record_ = std::max(largest_record_, run.largest_record);
  if (level == levels_.size()) levels_.emplace_back();
  levels_[level].push_back(std::move(run));
  if (levels_[level].size() < FanIn()) return {};
  SNAPTREE_ASSIGN(SortedRun merged, Merge(levels_[level]));
  levels_[level].clear();
  return KeepAt(level + 1, std::move(merged));
}

// One run out of several, which are removed.
Result<SortedRun> RunSet::Merge(std::span<const SortedRun> runs) {
  SNAPTREE_ASSIGN(std::string path, NewPath());
  RunWriter writer(std::move(path));
  SNAPTREE_TRY(writer.Open());
  RunMerge merge;
  SNAPTREE_TRY(merge.Open(runs, options_.memory_bytes / 2));
  SortRecord record;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, merge.Next(&record));
    if (!more) break;
    SNAPTREE_TRY(writer.Add(record));
  }
  SNAPTREE_ASSIGN(SortedRun merged, writer.Finish());
  bytes_written_ += merged.bytes;
  for (const SortedRun& run : runs) RemoveRun(run);
  return merged;
}

// The runs of all levels together may be more than can be merged at once: the smallest, which are
// those of the lowest levels, are merged first.
Status RunSet::Finish() {
  std::vector<SortedRun> runs;
  for (const std::vector<SortedRun>& level : levels_) {
    runs.insert(runs.end(), level.begin(), level.end());
  }
  levels_ = {std::move(runs)};
  std::vector<SortedRun>& all = levels_.front();
  while (all.size() > FanIn()) {
    const size_t n = std::min(FanIn(), all.size() - FanIn() + 1);
    SNAPTREE_ASSIGN(SortedRun merged, Merge(std::span(all).first(n)));
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n));
    all.push_back(std::move(merged));
  }
  merge_ = std::make_unique<RunMerge>();
  return merge_->Open(all, options_.memory_bytes / 2);
}

void RunSet::Clear() {
  merge_.reset();
  for (const std::vector<SortedRun>& level : levels_) {
    for (const SortedRun& run : level) RemoveRun(run);
  }
  levels_.clear();
  largest_record_ = 0;
  bytes_written_ = 0;
}

}  // namespace snaptree

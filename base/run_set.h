// The runs of one sort. Many runs are merged into few on the way, level by level, so that open
// files and buffers stay within the memory however much is sorted; each level costs one more
// writing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/external_sorter.h"
#include "base/sorted_runs.h"

namespace snaptree {

class RunSet {
 public:
  explicit RunSet(const SorterOptions& options) : options_(options) {}
  ~RunSet() { Clear(); }
  RunSet(const RunSet&) = delete;
  RunSet& operator=(const RunSet&) = delete;

  // A file for the next run.
  Result<std::string> NewPath() const;
  // Takes a finished run. May merge, which takes half of the memory again.
  Status Keep(SortedRun run);
  // After the last run: opens the merge of all.
  Status Finish();
  // REQUIRES: Finish(). As RunMerge::Next().
  Result<bool> Next(SortRecord* record) { return merge_->Next(record); }
  // Removes all files.
  void Clear();

  bool empty() const { return levels_.empty(); }
  uint64_t bytes_written() const { return bytes_written_; }  // merges included

 private:
  size_t FanIn() const;
  Status KeepAt(size_t level, SortedRun run);
  Result<SortedRun> Merge(std::span<const SortedRun> runs);

  const SorterOptions options_;
  std::vector<std::vector<SortedRun>> levels_;  // by the number of merges behind them
  std::unique_ptr<RunMerge> merge_;
  size_t largest_record_ = 0;
  uint64_t bytes_written_ = 0;
};

}  // namespace snaptree

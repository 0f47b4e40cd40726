// Every file of a tree, by path, in order. Folders are listed side by side, a level at a time, and
// nothing is held in memory that grows with the tree.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "adapters/common/tree_findings.h"
#include "base/external_sorter.h"
#include "base/progress.h"
#include "base/result.h"
#include "base/worker_pool.h"
#include "tree/tree_source.h"

namespace snaptree {

class TreeList {
 public:
  struct Reading {
    const TreeSource& source;
    WorkerPool& workers;
    TreeFindings& findings;
    Progress& progress;  // counts entries in `done`
    // Gets folders in which nothing stands, but for the root; from one thread at a time, in no
    // order. May be empty.
    std::function<Status(Slice folder)> take_empty_folder = {};
  };

  explicit TreeList(const std::function<SorterOptions(double share)>& options);

  // Links and special files are errors in the findings: "UnsafePath", "NotRegular".
  Status Read(const Reading& reading);
  // The next path, ascending, or false at the end. The view lives until the next call.
  Result<bool> Next(Slice* path);
  uint64_t files() const { return files_.size(); }
  uint64_t folders() const { return folders_; }  // all but the root

 private:
  Status ReadLevel(const Reading& reading);
  Status ReadFolder(const Reading& reading, Slice folder);

  std::mutex mutex_;  // of files_ and next_level_ while folders are read
  ExternalSorter files_;
  std::unique_ptr<ExternalSorter> level_;  // folders
  std::unique_ptr<ExternalSorter> next_level_;
  uint64_t folders_ = 0;
};

}  // namespace snaptree

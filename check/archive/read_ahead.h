// Files of a tree, opened and, when they are small, read by several threads, some hundred at a
// time, for one that takes them in order.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/common/tree_findings.h"
#include "base/result.h"
#include "base/worker_pool.h"
#include "tree/tree_source.h"

namespace snaptree {

// One file: its content while it is open, or all of its bytes.
struct OpenedFile {
  std::string path;
  std::unique_ptr<TreeContent> content;  // null: the file cannot be read
  bool whole = false;                    // `bytes` is all of it
  std::string bytes;
};

class ReadAhead {
 public:
  ReadAhead(const TreeSource& source, WorkerPool& workers, TreeFindings& findings,
            std::function<Status(OpenedFile&)> take)
      : source_(source), workers_(workers), findings_(findings), take_(std::move(take)) {}

  // Files are taken in the order in which they are added, by this thread. What cannot be read is an
  // error in the findings.
  Status Add(Slice path);
  Status Finish();

 private:
  static constexpr size_t kFiles = 128;  // open at a time

  Status Open(OpenedFile* file);

  const TreeSource& source_;
  WorkerPool& workers_;
  TreeFindings& findings_;
  const std::function<Status(OpenedFile&)> take_;
  std::vector<OpenedFile> files_;
  size_t used_ = 0;
};

}  // namespace snaptree

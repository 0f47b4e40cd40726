// The paths that adapters announced to come out differently, sorted. Any thread may add.
#pragma once

#include <mutex>
#include <string>

#include "adapters/common/encode_context.h"
#include "base/external_sorter.h"

namespace snaptree {

class SortedDifferences : public ExpectedDifferences {
 public:
  explicit SortedDifferences(SorterOptions options) : paths_(std::move(options)) {}

  Status Add(Slice path) override {
    const std::lock_guard lock(mutex_);
    return paths_.Add(path, {});
  }

  Status Finish() { return paths_.Finish(); }
  // Whether a path was announced. REQUIRES: paths ascend from call to call.
  Result<bool> Has(Slice path) {
    while (!at_end_ && (!has_current_ || current_ < path)) {
      Slice next;
      Slice nothing;
      SNAPTREE_ASSIGN(const bool more, paths_.Next(&next, &nothing));
      if (more) current_.assign(next);
      at_end_ = !more;
      has_current_ = more;
    }
    return has_current_ && current_ == path;
  }

 private:
  std::mutex mutex_;
  ExternalSorter paths_;
  std::string current_;
  bool has_current_ = false;
  bool at_end_ = false;
};

}  // namespace snaptree

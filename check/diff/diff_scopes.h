// Counts of what differs, of all and scope by scope.
#pragma once

#include <functional>

#include "check/diff/diff.h"
#include "check/diff/diff_merge.h"

namespace snaptree {

// Records come by address, so that a scope is over when the next one begins.
class ScopeCounter {
 public:
  using TakeScope = std::function<Status(const DiffScope&)>;
  // take may be empty.
  explicit ScopeCounter(TakeScope take) : take_(std::move(take)) {}

  Status Add(const MergedRecord& record);
  Status Finish();
  const DiffCounts& all() const { return all_; }

 private:
  const TakeScope take_;
  DiffScope scope_;
  DiffCounts all_;
};

}  // namespace snaptree

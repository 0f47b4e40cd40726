// The merge of two sides: every address of either, once, in order.
#pragma once

#include <functional>

#include "check/diff/diff.h"
#include "check/diff/diff_side.h"

namespace snaptree {

struct MergedRecord {
  const DiffSide::File* a;  // null: B only
  const DiffSide::File* b;  // null: A only
  const LineDifferences& lines;

  bool same() const { return a != nullptr && b != nullptr && a->digest == b->digest; }
  const std::string& path() const { return a != nullptr ? a->path : b->path; }
};

// REQUIRES: both sides are finished.
using TakeMerged = std::function<Status(const MergedRecord& record)>;
Status MergeSides(DiffSide& a, DiffSide& b, const TakeMerged& take);

}  // namespace snaptree

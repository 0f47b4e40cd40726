// Which files of both sides are compared, and what the sides have to read for it.
#pragma once

#include <vector>

#include "adapters/common/address_filter.h"
#include "base/slice.h"

namespace snaptree {

class DiffFilter {
 public:
  explicit DiffFilter(const AddressFilterOptions& options);

  // Whether a file is compared. From any thread.
  bool Wants(Slice path) const;
  // What both sides are asked for: whole scopes, so that they give the same files whatever they are
  // (check/scope_filter.h).
  const AddressFilterOptions& scopes() const { return scopes_; }

  using UnmatchedPatterns = std::vector<AddressFilter::Unmatched>;
  // Patterns that stand for nothing on both sides, once they were read: what the sides say of
  // scopes() tells it of what they left out.
  UnmatchedPatterns Unmatched(const UnmatchedPatterns& in_a, const UnmatchedPatterns& in_b) const;

 private:
  const AddressFilter filter_;
  const AddressFilterOptions scopes_;
};

}  // namespace snaptree

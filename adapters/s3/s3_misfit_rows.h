// Live rows that no object, upload or bucket can have: malformed keys (damaged), and well-formed
// ones that a live node never looks up (unknown, spec 04 section 1.2).
#pragma once

#include <map>
#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/s3/s3_keys.h"
#include "formats/view_cursor.h"

namespace snaptree::s3 {

// How many rows are unreachable, with the first of them by their keys: in which order buckets come
// by them depends on where the pieces of a run end.
struct UnreachableRows {
  uint64_t count = 0;
  std::map<std::string, uint64_t> first;  // printable keys

  void Add(const std::string& key, uint64_t rows);
  void Merge(const UnreachableRows& other);
  void Report(Findings* findings) const;
};

class MisfitRows {
 public:
  explicit MisfitRows(const DecodeContext& context) : context_(context) {}

  // REQUIRES: shape is not kGood, the row is live.
  Status Add(FamilyId family, const ViewRow& row, KeyShape shape);
  // A bucket whose name no client can have given (spec 00 decision 20). REQUIRES: the row is live.
  Status AddBadBucketName(FamilyId family, const ViewRow& row);
  const UnreachableRows& unreachable() const { return unreachable_; }

 private:
  const DecodeContext& context_;
  UnreachableRows unreachable_;
};

}  // namespace snaptree::s3

// Live rows that no object, upload or bucket can have: malformed keys (damaged), and well-formed
// ones that a live node never looks up (unknown, spec 04 section 1.2).
#pragma once

#include "adapters/common/decode_context.h"
#include "adapters/s3/s3_keys.h"
#include "formats/view_cursor.h"

namespace snaptree::s3 {

class MisfitRows {
 public:
  explicit MisfitRows(const DecodeContext& context) : context_(context) {}

  // REQUIRES: shape is not kGood, the row is live.
  Status Add(FamilyId family, const ViewRow& row, KeyShape shape);
  // A bucket whose name no client can have given (spec 00 decision 20). REQUIRES: the row is live.
  Status AddBadBucketName(FamilyId family, const ViewRow& row);

 private:
  const DecodeContext& context_;
};

}  // namespace snaptree::s3

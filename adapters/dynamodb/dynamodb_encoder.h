// dynamodb/ of a tree to rows: spec 03 chapter 6.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/common/encode_context.h"
#include "base/result.h"

namespace snaptree::dynamodb {

struct EncodeDynamodbOptions {
  std::optional<uint64_t> generation;  // of every table, instead of its own
  bool drop_empty_sets = false;        // attributes whose value is an empty set
  bool skip_invalid_items = false;     // items whose key is missing or wrong
  bool skip_bad_index_keys = false;    // such items get no row in the index
  bool allow_key_type_mismatch = false;
};

Result<EncodeTotals> EncodeDynamodb(const EncodeContext& context,
                                    const EncodeDynamodbOptions& options);

}  // namespace snaptree::dynamodb

// Decodes the DynamoDB families (spec 03): tables, counters and item rows to dynamodb/. Index rows
// are derived and not read.
//
// Needs one pass over the item rows; tables with legacy keys or rows out of place a second look at
// those. Memory: one item and the sorters, whatever the number of tables and items.
#pragma once

#include "adapters/common/decode_context.h"
#include "base/result.h"

namespace snaptree::dynamodb {

struct DynamodbOptions {
  bool jsonl = false;                          // items as lines of a few files
  uint64_t bundle_bytes = uint64_t{64} << 20;  // of one such file
};

// records: items. Errors are those of reading, of the sink and of cancelling: bad rows end in
// context.ledger.
Result<AdapterTotals> DecodeDynamodb(const DecodeContext& context, const DynamodbOptions& options);

}  // namespace snaptree::dynamodb

// The items of one table that stand in lines: items/data-*.jsonl (spec 03 sections 4.4 and 6.3).
// Lines go to the threads in batches, so memory is bounded whatever their number.
#pragma once

#include "adapters/common/encode_context.h"
#include "adapters/dynamodb/dynamodb_item_encoder.h"
#include "adapters/dynamodb/dynamodb_table_plan.h"
#include "base/result.h"

namespace snaptree::dynamodb {

// REQUIRES: the table's folder of items is there.
Status EncodeItemLines(const EncodeContext& context, const TablePlan& table,
                       ItemEncoders* encoders);

}  // namespace snaptree::dynamodb

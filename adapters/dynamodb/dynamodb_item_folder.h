// The items of one table that have a file each: items/*.json and one folder below, whatever the
// key schema (spec 03 section 6.3). The files of a large folder are shared out among threads; small
// folders are, as they are.
#pragma once

#include "adapters/common/encode_context.h"
#include "adapters/dynamodb/dynamodb_item_encoder.h"
#include "adapters/dynamodb/dynamodb_table_plan.h"
#include "base/result.h"

namespace snaptree::dynamodb {

// REQUIRES: the table's folder of items is there.
Status EncodeItemFiles(const EncodeContext& context, const TablePlan& table,
                       ItemEncoders* encoders);

}  // namespace snaptree::dynamodb

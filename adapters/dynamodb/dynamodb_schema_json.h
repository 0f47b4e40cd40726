// The record of a table as servers wrote it until March 2026: one JSON object (spec 03
// section 2.3).
#pragma once

#include "adapters/dynamodb/dynamodb_schema.h"

namespace snaptree::dynamodb {

// Sets what the object has; absent members stay as they are. "DdbInvalidSchema".
Status ParseTableJson(Slice value, TableSchema* out);

}  // namespace snaptree::dynamodb

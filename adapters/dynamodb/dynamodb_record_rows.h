// Which rows decide what a file of a table holds: the table's own rows and, for an item, those of
// its key in every generation and form that count (spec 03 sections 3.1 to 3.4).
#pragma once

#include "adapters/common/record_rows.h"

namespace snaptree::dynamodb {

// Items whose row has the key of another item are not found so.
Result<RecordRows> RowsOfRecord(RowLookup& lookup, Slice address);

}  // namespace snaptree::dynamodb

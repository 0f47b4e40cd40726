// Which rows decide what a file of a table holds: the table's own rows and, for an item, those of
// its key in every generation and form that count (spec 03 sections 3.1 to 3.4).
#pragma once

#include "adapters/common/record_rows.h"

namespace snaptree::dynamodb {

// Items whose row has the key of another item are not found so.
Result<RecordRows> RowsOfRecord(RowLookup& lookup, Slice address, size_t max_looks);

// The same of an item whose file is known: no address hides its key. nullopt also for an address
// that is no item's, and for a file of more than kWholeItemBytes.
Result<RecordRows> RowsOfItem(RowLookup& lookup, Slice address, Slice json);

}  // namespace snaptree::dynamodb

// Which rows decide what the file of a Redis key holds: those of all families under this key, since
// the live node looks at all of them to tell the key's type (spec 02 section 1.5).
#pragma once

#include "adapters/common/record_rows.h"

namespace snaptree::redis {

Result<RecordRows> RowsOfRecord(RowLookup& lookup, Slice address, size_t max_looks);

}  // namespace snaptree::redis

// Which rows decide what the files of a queue hold: all of the queue (spec 05 chapters 3 and 5).
#pragma once

#include "adapters/common/record_rows.h"

namespace snaptree::sqs {

// Messages without a queue, whose folder depends on the names of other queues, are not found so.
Result<RecordRows> RowsOfRecord(RowLookup& lookup, Slice address, size_t max_looks);

}  // namespace snaptree::sqs

// SQS rows to the files below sqs/: spec 05 chapters 1 to 6.
//
// A pass over the keys leaves heads in a sorter (sqs_heads.h); then queue by queue: what there is
// of its configuration decides which messages are alive, those are read again, sorted and written.
// No step holds a queue in memory. One thread.
#pragma once

#include "adapters/common/decode_context.h"

namespace snaptree::sqs {

struct SqsOptions {
  bool preserve_visibility = false;   // --preserve-sqs-visibility
  bool include_side_records = false;  // --include-sqs-side-records
};

// Records are messages; scopes are the names of queues that have a configuration.
Result<AdapterTotals> DecodeSqs(const DecodeContext& context, const SqsOptions& options);

}  // namespace snaptree::sqs

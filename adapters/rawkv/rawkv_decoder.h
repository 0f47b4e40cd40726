// Rows without a family of an adapter: bare rows to rawkv/data.jsonl (spec 06 chapter 3), rows of a
// reserved root that no version of today knows to unknown/rows.jsonl (chapter 8). Both ascend by
// logical key, which is not the order in which rows stand, so they are sorted on the way; large
// values stay in the source until they are written.
#pragma once

#include "adapters/common/decode_context.h"
#include "base/external_sorter.h"

namespace snaptree {

// expiries: user keys with their TTL (u64be Unix ms), for those bare rows that have one; ready for
// Next(). May be null. Returns the number of records.
Result<uint64_t> DecodeRawKv(const DecodeContext& context, ExternalSorter* expiries);

// Returns the number of rows.
Result<uint64_t> DecodeUnknownRows(const DecodeContext& context);

}  // namespace snaptree

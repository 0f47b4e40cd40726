// Rows without a family of an adapter: bare rows to rawkv/data.jsonl (spec 06 chapter 3), rows of a
// reserved root that no version of today knows to unknown/rows.jsonl (chapter 8), together with the
// rows that other adapters left in context.unknown. Both files ascend by logical key.
#pragma once

#include "adapters/common/decode_context.h"
#include "base/external_sorter.h"

namespace snaptree {

// expiries: user keys with their TTL (u64be Unix ms), for those bare rows that have one; ready for
// Next(). May be null. Returns the number of records.
Result<uint64_t> DecodeRawKv(const DecodeContext& context, ExternalSorter* expiries);

// Empties context.unknown: call it after all adapters. Returns the number of rows.
Result<uint64_t> DecodeUnknownRows(const DecodeContext& context);

}  // namespace snaptree

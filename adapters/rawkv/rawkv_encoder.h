// rawkv/ and unknown/ of a tree to rows: spec 06 section 3.3 and chapter 8.
#pragma once

#include "adapters/common/encode_context.h"
#include "base/result.h"

namespace snaptree {

struct EncodeRawkvOptions {
  bool allow_reserved = false;  // keys that belong to other adapters
};
Result<EncodeTotals> EncodeRawkv(const EncodeContext& context, const EncodeRawkvOptions& options);

struct EncodeUnknownOptions {
  bool drop = false;
};
// unknown/rows.jsonl. What stands in unknown/damaged/ is never read.
Result<EncodeTotals> EncodeUnknownRows(const EncodeContext& context,
                                       const EncodeUnknownOptions& options);

}  // namespace snaptree

// fs/ of a tree to rows: spec 06 section 4.6.
#pragma once

#include "adapters/common/encode_context.h"
#include "base/result.h"

namespace snaptree::fs {

struct EncodeFsOptions {
  bool trust_content = false;  // a file's own size counts, not that of its line
};

Result<EncodeTotals> EncodeFs(const EncodeContext& context, const EncodeFsOptions& options);

}  // namespace snaptree::fs

// redis/ of a tree to rows: spec 02 chapter 7.
#pragma once

#include "adapters/common/encode_context.h"
#include "base/result.h"

namespace snaptree::redis {

Result<EncodeTotals> EncodeRedis(const EncodeContext& context);

}  // namespace snaptree::redis

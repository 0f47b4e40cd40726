// sqs/ of a tree to rows: spec 05 chapter 7.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/common/encode_context.h"
#include "base/result.h"

namespace snaptree::sqs {

struct EncodeSqsOptions {
  std::optional<uint64_t> generation;  // of every queue, instead of its own
};

Result<EncodeTotals> EncodeSqs(const EncodeContext& context, const EncodeSqsOptions& options);

}  // namespace snaptree::sqs

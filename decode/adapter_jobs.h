// The adapters that need nothing of another one. Adding an adapter: one line in the table of
// adapter_jobs.cc.
#pragma once

#include <span>

#include "adapters/common/decode_context.h"
#include "decode/decoder.h"

namespace snaptree {

struct AdapterJob {
  AdapterId adapter;
  Result<AdapterTotals> (*decode)(const DecodeContext& context, const DecodeOptions& options);
};

std::span<const AdapterJob> AdapterJobs();

}  // namespace snaptree

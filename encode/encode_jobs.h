// The adapters of an encode run. Adding one: one line in the table of encode_jobs.cc.
#pragma once

#include <span>

#include "encode/encoder.h"

#include "adapters/common/encode_context.h"

namespace snaptree {

struct EncodeJob {
  const char* adapter;  // as --adapter names it; "unknown" for rows of no adapter
  const char* folder;   // of the tree; the job runs when it is there
  Result<EncodeTotals> (*encode)(const EncodeContext& context, const EncodeChoices& choices);
};

// In the order in which ENCODE_INFO names them (spec 07 chapter 7).
std::span<const EncodeJob> EncodeJobs();

}  // namespace snaptree

// What `encode` was asked to do.
#pragma once

#include "encode/encoder.h"

#include "cli/invocation.h"

namespace snaptree::cli {

Result<EncodeOptions> EncodeOptionsOf(const Invocation& invocation);

}  // namespace snaptree::cli

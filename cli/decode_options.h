// What the options of `decode` say.
#pragma once

#include "base/result.h"
#include "cli/invocation.h"
#include "decode/decoder.h"

namespace snaptree::cli {

// Usage errors: "ArgumentMissing", "OptionConflict", "OptionValue".
Result<DecodeOptions> DecodeOptionsOf(const Invocation& invocation);

}  // namespace snaptree::cli

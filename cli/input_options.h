// The options that say which state of an input is meant, and what opens it.
#pragma once

#include "base/result.h"
#include "cli/invocation.h"
#include "formats/input_choice.h"

namespace snaptree::cli {

// "OptionValue", "OptionConflict".
Result<InputChoice> InputChoiceOf(const Invocation& invocation);

}  // namespace snaptree::cli

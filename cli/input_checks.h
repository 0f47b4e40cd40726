// Whether the options that say how an input is opened mean something for the inputs that were
// given: the one place for all commands.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "formats/input_choice.h"

namespace snaptree::cli {

// Each option has to concern one of the arguments; those that are no paths concern none.
// "OptionConflict" (usage).
Status CheckInputChoice(const InputChoice& choice, const std::vector<std::string>& arguments);

}  // namespace snaptree::cli

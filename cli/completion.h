// Completion scripts for shells, made from the table of options.
#pragma once

#include <string>

#include "base/result.h"

namespace snaptree::cli {

std::string BashCompletion();
std::string ZshCompletion();
std::string FishCompletion();

}  // namespace snaptree::cli

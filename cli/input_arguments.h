// What a command reads: its arguments, or --input.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/invocation.h"

namespace snaptree::cli {

// How errors speak of it.
struct InputWords {
  std::string given = "the input";
  std::string needed = "an input";
  std::string usage;  // "IN -o OUT"
};

// Never empty: "ArgumentMissing", "OptionConflict" (usage).
Result<std::vector<std::string>> InputsOf(const Invocation& invocation, const InputWords& words);

}  // namespace snaptree::cli

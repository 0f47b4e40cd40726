#include "cli/input_arguments.h"

namespace snaptree::cli {

Result<std::vector<std::string>> InputsOf(const Invocation& invocation, const InputWords& words) {
  const bool option = invocation.Has(OptionId::kInput);
  if (option && !invocation.arguments.empty()) {
    return UsageError("OptionConflict",
                      words.given + " is given twice, as an argument and with --input")
        .Next("give one of them");
  }
  if (option) return std::vector<std::string>{invocation.Value(OptionId::kInput)};
  if (!invocation.arguments.empty()) return invocation.arguments;
  const std::string command = invocation.command->name;
  return UsageError("ArgumentMissing", command + " needs " + words.needed)
      .Next("snaptree " + command + " " + words.usage);
}

}  // namespace snaptree::cli

// --help and the topics of `snaptree help`.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "cli/option_table.h"

namespace snaptree::cli {

// One line what it does, usage, examples, options grouped by need, exit codes.
std::string CommandHelp(const Command& command, size_t width);
// All commands.
std::string ProgramHelp(size_t width);

struct Topic {
  const char* name;
  const char* summary;
  const char* text;
};
std::span<const Topic> Topics();
const Topic* FindTopic(Slice name);

// Names of the commands and topics that `help` takes.
std::vector<Slice> HelpNames();

// Text in lines of at most `width`, continued lines indented by `indent`. The first line begins at
// column `column`.
std::string Wrapped(Slice text, size_t width, size_t column, size_t indent);

}  // namespace snaptree::cli

#include "cli/help_text.h"

#include <algorithm>

namespace snaptree::cli {
namespace {

constexpr size_t kWidest = 100;

// Each line of `lines` after `indent` blanks.
std::string Indented(Slice lines, size_t indent) {
  std::string text;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    text += std::string(indent, ' ') + std::string(lines.substr(0, end)) + "\n";
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return text;
}

std::string OptionLines(const Command& command, OptionGroup group, size_t width) {
  constexpr size_t kColumn = 28;
  std::string text;
  for (const OptionId id : OptionsOf(&command)) {
    const Option& option = OptionOf(id);
    if (option.group != group || option.hidden) continue;
    std::string line = "  " + OptionSpelling(option);
    line += line.size() + 2 > kColumn ? "\n" + std::string(kColumn, ' ')
                                      : std::string(kColumn - line.size(), ' ');
    text += line + Wrapped(HelpOf(&command, id), width, kColumn, kColumn) + "\n";
  }
  return text;
}

}  // namespace

std::string Wrapped(Slice text, size_t width, size_t column, size_t indent) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    const Slice word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool first = out.empty();
    if (!first && column + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

std::string CommandHelp(const Command& command, size_t width) {
  width = std::min(width, kWidest);
  std::string text = std::string("snaptree ") + command.name + ": " + command.summary + "\n\n";
  text += std::string("usage: snaptree ") + command.name + " [options]";
  if (*command.arguments != 0) text += std::string(" ") + command.arguments;
  text += "\n\nExamples:\n" + Indented(command.examples, 2);
  if (*command.details != 0) text += "\n" + Wrapped(command.details, width, 0, 0) + "\n";
  for (const OptionGroup group : {OptionGroup::kSelect, OptionGroup::kResult, OptionGroup::kOpening,
                                  OptionGroup::kTrouble, OptionGroup::kEverywhere}) {
    const std::string lines = OptionLines(command, group, width);
    if (!lines.empty()) text += std::string("\n") + GroupTitle(group) + ":\n" + lines;
  }
  text += "\nExit codes:\n" + Indented(command.exits, 2);
  return text;
}

std::string ProgramHelp(size_t width) {
  constexpr size_t kColumn = 14;
  width = std::min(width, kWidest);
  std::string text =
      "snaptree: turns elastickv snapshots into files that people and tools can read; offline\n\n"
      "usage: snaptree COMMAND [options] ARGUMENTS\n\n"
      "Examples:\n"
      "  snaptree inspect 000000000119400e.fsm\n"
      "  snaptree decode 000000000119400e.fsm -o dump\n\n"
      "Commands:\n";
  const auto line = [&](const char* name, const char* summary) {
    const std::string head = std::string("  ") + name;
    text += head + std::string(kColumn - head.size(), ' ') + summary + "\n";
  };
  for (const Command& command : Commands()) line(command.name, command.summary);
  text += "\nTopics, for snaptree help TOPIC:\n";
  for (const Topic& topic : Topics()) line(topic.name, topic.summary);
  text += "\n" + Wrapped(
                     "snaptree COMMAND --help tells the options of a command. Each option of "
                     "everywhere can be set by "
                     "a variable too: SNAPTREE_THREADS=4 is --threads 4.",
                     width, 0, 0);
  return text + "\n";
}

std::vector<Slice> HelpNames() {
  std::vector<Slice> names;
  for (const Command& command : Commands()) names.emplace_back(command.name);
  for (const Topic& topic : Topics()) names.emplace_back(topic.name);
  return names;
}

}  // namespace snaptree::cli

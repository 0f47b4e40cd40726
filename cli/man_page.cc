#include "cli/man_page.h"

#include <algorithm>

#include "cli/help_text.h"

namespace snaptree::cli {
namespace {

// Text for troff: a dot at the start of a line and backslashes mean something there, and '-' is a
// hyphen.
std::string Escaped(Slice text) {
  std::string out;
  for (const char c : text) {
    const bool line_start = out.empty() || out.back() == '\n';
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '-') {
      out += "\\-";
    } else if (c == '\\') {
      out += "\\e";
    } else {
      out += c;
    }
  }
  return out;
}

std::string Preformatted(Slice lines) {
  std::string text = ".RS 2\n.nf\n" + Escaped(lines);
  if (!text.ends_with('\n')) text += '\n';
  return text + ".fi\n.RE\n";
}

std::string OptionEntry(const Command* command, OptionId id) {
  const Option& option = OptionOf(id);
  std::string spelling = OptionSpelling(option);
  spelling.erase(0, spelling.find_first_not_of(' '));
  std::string text = ".TP\n.B " + Escaped(spelling) + "\n" + Escaped(HelpOf(command, id)) + "\n";
  if (const std::string variable = EnvironmentName(option); !variable.empty()) {
    text += "Variable: " + variable + ".\n";
  }
  return text;
}

std::string CommandSection(const Command& command) {
  std::string text =
      ".SS snaptree " + Escaped(command.name) + " " + Escaped(command.arguments) + "\n";
  text += Escaped(command.summary) + ".\n.PP\n" + Escaped(command.details) + "\n";
  for (const OptionId id : OptionsOf(&command)) {
    if (OptionOf(id).group != OptionGroup::kEverywhere && !OptionOf(id).hidden)
      text += OptionEntry(&command, id);
  }
  text += ".PP\nExamples:\n" + Preformatted(command.examples);
  return text + ".PP\nExit codes:\n" + Preformatted(command.exits);
}

}  // namespace

std::string ManPage() {
  std::string text =
      ".TH SNAPTREE 1 \"\" \"snaptree " SNAPTREE_VERSION
      "\" \"User Commands\"\n"
      ".SH NAME\nsnaptree \\- turn elastickv snapshots into files that people and tools can read\n"
      ".SH SYNOPSIS\n.B snaptree\n.I COMMAND\n[options] [arguments]\n"
      ".SH COMMANDS\n";
  for (const Command& command : Commands()) text += CommandSection(command);
  text += ".SH OPTIONS OF EVERY COMMAND\n";
  for (const OptionId id : OptionsOf(nullptr)) text += OptionEntry(nullptr, id);
  for (const Topic& topic : Topics()) {
    std::string title = topic.name;
    std::transform(title.begin(), title.end(), title.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    text += ".SH " + Escaped(title) + "\n.nf\n" + Escaped(topic.text) + ".fi\n";
  }
  return text;
}

}  // namespace snaptree::cli

// snaptree help [COMMAND or TOPIC]; with --man and --completion, what packages install.
#include <unistd.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/exit_codes.h"
#include "cli/help_text.h"
#include "cli/man_page.h"
#include "cli/nearest_names.h"
#include "cli/option_values.h"
#include "cli/stdout_writer.h"
#include "cli/terminal.h"

namespace snaptree::cli {
namespace {

Result<std::string> HelpFor(const Invocation& invocation) {
  if (invocation.Has(OptionId::kMan)) return ManPage();
  if (invocation.Has(OptionId::kCompletion)) {
    const std::string& shell = invocation.Value(OptionId::kCompletion);
    if (shell == "bash") return BashCompletion();
    if (shell == "zsh") return ZshCompletion();
    if (shell == "fish") return FishCompletion();
    return BadValue("--completion", shell, "bash, zsh or fish");
  }
  const size_t width = TerminalWidth(STDOUT_FILENO);
  if (invocation.arguments.empty()) return ProgramHelp(width);
  const std::string& name = invocation.arguments.front();
  if (const Command* command = FindCommand(name)) return CommandHelp(*command, width);
  if (const Topic* topic = FindTopic(name)) return std::string(topic->text);
  std::string hint = NearestHint(name, HelpNames());
  return UsageError("UnknownTopic", "no such command or topic")
      .Found("\"" + Printable(name, 60) + "\"")
      .Next(hint.empty() ? "snaptree help lists all" : std::move(hint));
}

}  // namespace

int RunHelp(const Invocation& invocation, Reporter& reporter) {
  Result<std::string> text = HelpFor(invocation);
  const Status status = text.ok() ? PrintToStdout(*text) : text.status();
  if (!status.ok()) reporter.Error(status);
  return ExitCodeOf(status);
}

}  // namespace snaptree::cli

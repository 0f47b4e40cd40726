#include "cli/app.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <new>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/help_text.h"
#include "cli/signals.h"
#include "cli/stdout_writer.h"

namespace snaptree::cli {
namespace {

const char* Variable(const char* name) { return std::getenv(name); }

// Options are not known when they are what is wrong, so --json is looked for by itself.
CommonOptions OptionsForErrors(std::span<const char* const> arguments) {
  CommonOptions common;
  common.json = std::any_of(arguments.begin(), arguments.end(),
                            [](const char* a) { return Slice(a) == "--json"; });
  return common;
}

int PrintHelp(const Command* command, Reporter& reporter) {
  const size_t width = TerminalWidth(STDOUT_FILENO);
  const Status status =
      PrintToStdout(command == nullptr ? ProgramHelp(width) : CommandHelp(*command, width));
  if (!status.ok()) reporter.Error(status);
  return ExitCodeOf(status);
}

int RunCommand(const Invocation& invocation, Reporter& reporter) {
  try {
    return invocation.command->run(invocation, reporter);
  } catch (const std::bad_alloc&) {
    reporter.Error(NoMemoryError());
  } catch (const std::exception& error) {
    // Libraries throw what they cannot say otherwise; our own code does not.
    reporter.Error(UnexpectedError(error.what()));
  }
  return kExitEnvironment;
}

// Open folders and the runs of sorts are some hundred files: more than some systems allow at first.
void AllowManyFiles() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  [[maybe_unused]] const int best_effort = ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int RunProgram(int argc, const char* const* argv) {
  OpenStandardDescriptors();
  InstallSignalHandlers();
  AllowManyFiles();
  const std::span<const char* const> arguments(argv + std::min(argc, 1), argv + argc);
  const Result<Invocation> invocation = ParseCommandLine(arguments, Variable);
  if (!invocation.ok()) {
    Reporter reporter(OptionsForErrors(arguments));
    if (invocation.status().code() == "CommandMissing" && !reporter.json()) {
      WriteToStderr(ProgramHelp(TerminalWidth(STDERR_FILENO)) + "\n");
    }
    reporter.Error(invocation.status());
    return ExitCodeOf(invocation.status());
  }
  Reporter reporter(invocation->common);
  if (invocation->wants_help) return PrintHelp(invocation->command, reporter);
  if (const Status status = reporter.OpenLog(); !status.ok()) {
    reporter.Error(status);
    return ExitCodeOf(status);
  }
  return RunCommand(*invocation, reporter);
}

}  // namespace snaptree::cli

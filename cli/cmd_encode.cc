// snaptree encode TREE -o FILE.fsm: a directory tree to a snapshot.
#include <unistd.h>

#include <chrono>

#include "cli/commands.h"
#include "cli/encode_options.h"
#include "cli/encode_summary.h"
#include "cli/exit_codes.h"
#include "cli/process_usage.h"
#include "cli/progress_display.h"
#include "cli/stdout_writer.h"

namespace snaptree::cli {
namespace {

Result<EncodeReport> EncodeWithProgress(EncodeOptions options, const CommonOptions& common,
                                        Reporter& reporter) {
  Progress progress;
  const ProgressDisplay display(progress, reporter, common);
  options.progress = &progress;
  if (options.output == "-") options.take_output = PrintToStdout;
  return Encode(options);
}

// --json has no place beside a snapshot on standard output; neither has a terminal.
Status CheckStdout(const EncodeOptions& options, const Reporter& reporter) {
  if (options.output != "-" || options.dry_run) return {};
  if (reporter.json()) {
    return UsageError("OptionConflict", "--json and -o - both want standard output")
        .Next("write the snapshot to a file");
  }
  if (IsTerminal(STDOUT_FILENO)) {
    return UsageError("OutputIsTerminal", "a snapshot is not for a terminal")
        .Next("name a file with -o, or send standard output to one");
  }
  return {};
}

}  // namespace

int RunEncode(const Invocation& invocation, Reporter& reporter) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  Result<EncodeOptions> options = EncodeOptionsOf(invocation);
  Status wrong = options.ok() ? CheckStdout(*options, reporter) : options.status();
  if (!wrong.ok()) {
    reporter.Error(wrong);
    return ExitCodeOf(wrong);
  }
  EncodeResult result;
  result.options = *options;
  Result<EncodeReport> report = EncodeWithProgress(result.options, invocation.common, reporter);
  if (!report.ok()) {
    if (reporter.json()) {
      // The error itself follows on standard error, whatever becomes of this.
      const Status ignored = PrintToStdout(FailedEncodeDocument(result.options, report.status()));
    }
    reporter.Error(report.status());
    return ExitCodeOf(report.status());
  }
  result.report = *std::move(report);
  result.elapsed_ms = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count());
  result.peak_bytes = PeakResidentBytes();
  const int code = result.ExitCode();
  // Scripts that ask nothing hear nothing, as long as nothing is wrong.
  const bool silent = code == kExitDone && !IsTerminal(STDERR_FILENO);
  if (reporter.json()) {
    const Status printed = PrintToStdout(EncodeDocument(result));
    if (!printed.ok()) reporter.Error(printed);
    return WorseExit(code, ExitCodeOf(printed));
  }
  ReportEncode(result, silent ? Level::kDetail : Level::kNotice, reporter);
  return code;
}

}  // namespace snaptree::cli

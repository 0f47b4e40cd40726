// snaptree decode IN -o OUT: a snapshot to a directory tree.
#include <unistd.h>

#include <chrono>

#include "cli/archive_options.h"
#include "cli/commands.h"
#include "cli/decode_forecast.h"
#include "cli/decode_options.h"
#include "cli/decode_summary.h"
#include "cli/exit_codes.h"
#include "cli/missing_input.h"
#include "cli/process_usage.h"
#include "cli/progress_display.h"
#include "cli/stdout_writer.h"

namespace snaptree::cli {
namespace {

Result<DecodeReport> DecodeWithProgress(DecodeOptions options, const CommonOptions& common,
                                        Reporter& reporter) {
  Progress progress;
  const ProgressDisplay display(progress, reporter, common);
  options.progress = &progress;
  options.before_writing = ForecastOf(options, reporter);
  if (options.output == "-" && !options.dry_run) options.take_output = PrintToStdout;
  return Decode(options);
}

int Fail(const DecodeOptions& options, const Status& status, Reporter& reporter) {
  if (reporter.json()) {
    // The error itself follows on standard error, whatever becomes of this.
    const Status ignored = PrintToStdout(FailedDecodeDocument(options, status));
  }
  reporter.Error(status);
  return ExitCodeOf(status);
}

}  // namespace

int RunDecode(const Invocation& invocation, Reporter& reporter) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  Result<DecodeOptions> options = DecodeOptionsOf(invocation);
  Status wrong = options.status();
  if (wrong.ok() && options->output == "-" && !options->dry_run)
    wrong = CheckArchiveOnStdout(reporter);
  if (!wrong.ok()) {
    reporter.Error(wrong);
    return ExitCodeOf(wrong);
  }
  DecodeRun run;
  run.options = *options;
  Result<DecodeReport> report = DecodeWithProgress(run.options, invocation.common, reporter);
  if (!report.ok()) {
    return Fail(run.options, WithNextStep(report.status(), run.options.inputs.front()), reporter);
  }
  run.report = *std::move(report);
  ++run.report.tree.files;  // CHECKSUMS, which sinks do not count
  run.elapsed_ms = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count());
  run.peak_bytes = PeakResidentBytes();
  const int code = run.ExitCode();
  // Scripts that ask nothing hear nothing, as long as nothing is wrong.
  const bool silent = code == kExitDone && !IsTerminal(STDERR_FILENO);
  if (reporter.json()) {
    const Status printed = PrintToStdout(DecodeDocument(run));
    if (!printed.ok()) reporter.Error(printed);
    return WorseExit(code, ExitCodeOf(printed));
  }
  ReportDecode(run, silent ? Level::kDetail : Level::kNotice, reporter);
  return code;
}

}  // namespace snaptree::cli

// snaptree restore FSM... --data-dir DIR --peers ...: a raft data directory around a snapshot.
#include <chrono>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/missing_input.h"
#include "cli/progress_display.h"
#include "cli/restore_options.h"
#include "cli/restore_report.h"
#include "cli/stdout_writer.h"

namespace snaptree::cli {
namespace {

Result<RestoreReport> RestoreWithProgress(RestoreOptions options, const CommonOptions& common,
                                          Reporter& reporter) {
  Progress progress;
  const ProgressDisplay display(progress, reporter, common);
  options.progress = &progress;
  return Restore(options);
}

int Fail(const RestoreOptions& options, Status status, Reporter& reporter) {
  for (const RestoreGroup& group : options.groups)
    status = WithNextStep(std::move(status), group.input);
  if (reporter.json()) {
    // The error itself follows on standard error, whatever becomes of this.
    const Status ignored = PrintToStdout(FailedRestoreDocument(options, status));
  }
  reporter.Error(status);
  return ExitCodeOf(status);
}

}  // namespace

int RunRestore(const Invocation& invocation, Reporter& reporter) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  Result<RestoreOptions> options = RestoreOptionsOf(invocation);
  if (!options.ok()) {
    reporter.Error(options.status());
    return ExitCodeOf(options.status());
  }
  Result<RestoreReport> report = RestoreWithProgress(*options, invocation.common, reporter);
  if (!report.ok()) return Fail(*options, report.status(), reporter);
  RestoreRun run{*std::move(options), *std::move(report), 0};
  run.elapsed_ms = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count());
  if (!reporter.json()) {
    ReportRestore(run, reporter);
    return kExitDone;
  }
  const Status printed = PrintToStdout(RestoreDocument(run));
  if (!printed.ok()) reporter.Error(printed);
  return ExitCodeOf(printed);
}

}  // namespace snaptree::cli

// snaptree restore FSM... --data-dir DIR --peers ...: a raft data directory around a snapshot.
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/missing_input.h"
#include "cli/progress_display.h"
#include "cli/restore_options.h"
#include "cli/restore_report.h"

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
  return EndFailed(FailedRestoreDocument(options, status), status, reporter);
}

}  // namespace

int RunRestore(const Invocation& invocation, Reporter& reporter) {
  const RunClock clock;
  Result<RestoreOptions> options = RestoreOptionsOf(invocation);
  if (!options.ok()) return EndRefused(options.status(), reporter);
  Result<RestoreReport> report = RestoreWithProgress(*options, invocation.common, reporter);
  if (!report.ok()) return Fail(*options, report.status(), reporter);
  const RestoreRun run{*std::move(options), *std::move(report), clock.Cost()};
  if (reporter.json()) return PrintDocument(RestoreDocument(run), kExitDone, reporter);
  ReportRestore(run, reporter);
  return kExitDone;
}

}  // namespace snaptree::cli

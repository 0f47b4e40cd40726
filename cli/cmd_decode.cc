// snaptree decode IN -o OUT: a snapshot to a directory tree.
#include "cli/archive_options.h"
#include "cli/commands.h"
#include "cli/decode_forecast.h"
#include "cli/decode_options.h"
#include "cli/decode_summary.h"
#include "cli/exit_codes.h"
#include "cli/missing_input.h"
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

}  // namespace

int RunDecode(const Invocation& invocation, Reporter& reporter) {
  const RunClock clock;
  Result<DecodeOptions> options = DecodeOptionsOf(invocation);
  Status wrong = options.status();
  if (wrong.ok() && options->output == "-" && !options->dry_run)
    wrong = CheckArchiveOnStdout(reporter);
  if (!wrong.ok()) return EndRefused(wrong, reporter);
  DecodeRun run;
  run.options = *options;
  Result<DecodeReport> report = DecodeWithProgress(run.options, invocation.common, reporter);
  if (!report.ok()) {
    const Status error = WithNextStep(report.status(), run.options.inputs.front());
    return EndFailed(FailedDecodeDocument(run.options, error), error, reporter);
  }
  run.report = *std::move(report);
  ++run.report.tree.files;  // CHECKSUMS, which sinks do not count
  run.cost = clock.Cost();
  const int code = run.ExitCode();
  if (reporter.json()) return PrintDocument(DecodeDocument(run), code, reporter);
  ReportDecode(run, LevelOfEnd(code == kExitDone), reporter);
  return code;
}

}  // namespace snaptree::cli

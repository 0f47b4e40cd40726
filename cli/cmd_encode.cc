// snaptree encode TREE -o FILE.fsm: a directory tree to a snapshot.
#include <unistd.h>

#include "cli/commands.h"
#include "cli/encode_options.h"
#include "cli/encode_summary.h"
#include "cli/exit_codes.h"
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
  const RunClock clock;
  Result<EncodeOptions> options = EncodeOptionsOf(invocation);
  Status wrong = options.ok() ? CheckStdout(*options, reporter) : options.status();
  if (!wrong.ok()) return EndRefused(wrong, reporter);
  EncodeResult result;
  result.options = *options;
  Result<EncodeReport> report = EncodeWithProgress(result.options, invocation.common, reporter);
  if (!report.ok()) {
    return EndFailed(FailedEncodeDocument(result.options, report.status()), report.status(),
                     reporter);
  }
  result.report = *std::move(report);
  result.cost = clock.Cost();
  const int code = result.ExitCode();
  if (reporter.json()) return PrintDocument(EncodeDocument(result), code, reporter);
  ReportEncode(result, LevelOfEnd(code == kExitDone), reporter);
  return code;
}

}  // namespace snaptree::cli

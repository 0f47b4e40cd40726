// snaptree verify WHAT...: every check on trees, archives and snapshots.
#include <algorithm>
#include <vector>

#include "check/verify/verify.h"

#include "cli/archive_options.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/input_options.h"
#include "cli/missing_input.h"
#include "cli/progress_display.h"
#include "cli/run_options.h"
#include "cli/stdout_writer.h"
#include "cli/verify_report.h"

namespace snaptree::cli {
namespace {

VerifyResult VerifyOne(const std::string& what, const ArchiveLimits& limits,
                       const Invocation& invocation, Reporter& reporter) {
  const RunClock clock;
  VerifyOptions options;
  options.what = what;
  options.quick = invocation.Has(OptionId::kQuick);
  options.limits = limits;
  TakeCommon(invocation.common, &options);
  VerifyResult result;
  result.what = what;
  Result<InputChoice> input = InputChoiceOf(invocation);
  if (input.ok()) {
    options.input = *std::move(input);
    Progress progress;
    const ProgressDisplay display(progress, reporter, invocation.common);
    options.progress = &progress;
    Result<VerifyReport> report = Verify(options);
    if (report.ok()) {
      result.report = *std::move(report);
    } else {
      result.status = WithNextStep(std::move(report).status(), what);
    }
  } else {
    result.status = std::move(input).status();
  }
  result.cost = clock.Cost();
  return result;
}

Status Tell(const VerifyResult& result, Reporter& reporter) {
  if (!result.status.ok()) {
    reporter.Error(result.status);
    return {};
  }
  if (reporter.json()) return {};
  SNAPTREE_TRY(PrintToStdout(VerifyText(result, reporter.verbose())));
  ReportVerify(result, LevelOfEnd(result.report.good()), reporter);
  return {};
}

}  // namespace

int RunVerify(const Invocation& invocation, Reporter& reporter) {
  if (std::count(invocation.arguments.begin(), invocation.arguments.end(), "-") > 1) {
    const Status twice = UsageError("OptionConflict", "standard input can be one input only");
    return EndRefused(twice, reporter);
  }
  const Result<ArchiveLimits> limits = ArchiveLimitsOf(invocation);
  if (!limits.ok()) return EndRefused(limits.status(), reporter);
  int code = kExitDone;
  std::vector<VerifyResult> results;
  for (const std::string& what : invocation.arguments) {
    results.push_back(VerifyOne(what, *limits, invocation, reporter));
    code = WorseExit(code, results.back().ExitCode());
    const Status told = Tell(results.back(), reporter);
    if (!told.ok()) {
      reporter.Error(told);
      return WorseExit(code, ExitCodeOf(told));
    }
    const Status& status = results.back().status;
    if (!status.ok() && status.kind() == ErrorKind::kCancelled) return code;
    if (!reporter.json()) results.clear();
  }
  if (!reporter.json()) return code;
  return PrintDocument(VerifyDocument(results, invocation.Has(OptionId::kQuick), code), code,
                       reporter);
}

}  // namespace snaptree::cli

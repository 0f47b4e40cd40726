// snaptree diff: what differs between two of snapshot, tree, archive.
#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "check/diff/diff.h"

#include "base/text.h"
#include "cli/address_options.h"
#include "cli/commands.h"
#include "cli/count_text.h"
#include "cli/diff_printer.h"
#include "cli/exit_codes.h"
#include "cli/input_options.h"
#include "cli/missing_input.h"
#include "cli/option_values.h"
#include "cli/path_text.h"
#include "cli/progress_display.h"
#include "cli/run_end.h"
#include "cli/run_options.h"
#include "cli/stdout_writer.h"
#include "cli/terminal.h"

namespace snaptree::cli {
namespace {

Result<std::optional<uint64_t>> TimeOf(const Invocation& invocation, OptionId id,
                                       const char* name) {
  if (!invocation.Has(id)) return std::optional<uint64_t>();
  SNAPTREE_ASSIGN(const uint64_t at, ParseAt(name, invocation.Value(id)));
  return std::optional<uint64_t>(at);
}

Result<DiffOptions> OptionsOf(const Invocation& invocation) {
  DiffOptions options;
  options.a = invocation.arguments[0];
  options.b = invocation.arguments[1];
  if (options.a == "-" && options.b == "-")
    return UsageError("OptionConflict", "standard input can be one input only");
  if (invocation.Has(OptionId::kStat) && invocation.Has(OptionId::kNameOnly)) {
    return UsageError("OptionConflict", "--stat and --name-only name different outputs")
        .Next("give one of them");
  }
  SNAPTREE_ASSIGN(options.at_a, TimeOf(invocation, OptionId::kAtA, "--at-a"));
  SNAPTREE_ASSIGN(options.at_b, TimeOf(invocation, OptionId::kAtB, "--at-b"));
  if (invocation.Has(OptionId::kAdapter)) {
    SNAPTREE_ASSIGN(options.adapters,
                    ParseAdapters("--adapter", invocation.Value(OptionId::kAdapter)));
  }
  SNAPTREE_ASSIGN(options.filter, AddressFilterOf(invocation));
  options.force = invocation.Has(OptionId::kForce);
  SNAPTREE_ASSIGN(options.input, InputChoiceOf(invocation));
  options.salvage = invocation.Has(OptionId::kSalvage);
  options.details = !invocation.Has(OptionId::kStat) && !invocation.Has(OptionId::kNameOnly);
  TakeCommon(invocation.common, &options);
  return options;
}

std::string AddressLine(Slice address) {
  std::string line;
  if (NeedsEscape(address)) line += '\\';
  AppendPath(&line, address);
  return line;
}

// A line as it may stand on standard output.
Status PrintLine(const std::string& line, StdoutWriter& out) {
  static const bool is_terminal = IsTerminal(STDOUT_FILENO);
  out.buffer() += is_terminal ? WithoutControls(line) : line;
  out.buffer() += '\n';
  return out.FlushIfFull();
}

// Compares, and prints what is found on the way.
Status Compare(DiffOptions options, const Invocation& invocation, Reporter& reporter,
               StdoutWriter& out, DiffReport* report) {
  const bool json = reporter.json();
  const bool names = invocation.Has(OptionId::kNameOnly);
  ScopeTable table(out);
  if (invocation.Has(OptionId::kStat)) {
    options.take_scope = [&](const DiffScope& scope) {
      return json ? PrintLine(ScopeJson(scope), out) : table.Add(scope);
    };
  } else {
    options.take = [&](const RecordDifference& difference) {
      return PrintLine(json    ? DifferenceJson(difference)
                       : names ? AddressLine(difference.address)
                               : DifferenceLine(difference),
                       out);
    };
  }
  Progress progress;
  const ProgressDisplay display(progress, reporter, invocation.common, IsTerminal(STDOUT_FILENO));
  options.progress = &progress;
  Result<DiffReport> compared = Diff(options);
  if (!compared.ok())
    return WithNextStep(WithNextStep(std::move(compared).status(), options.a), options.b);
  *report = *std::move(compared);
  if (json || names) return {};
  if (invocation.Has(OptionId::kStat)) return table.Finish();
  return report->counts.Different() == 0 ? Status::Ok()
                                         : PrintLine(CountsLine(report->counts), out);
}

void ReportSide(const std::string& input, const RecordsReport& side, Reporter& reporter) {
  if (!side.complete || reporter.verbose()) reporter.Findings(side.findings);
  if (side.complete) return;
  const uint64_t damaged = side.decoded ? side.decoded->rows.damaged : 0;
  const std::string what = damaged > 0
                               ? Counted(damaged, "row of it is", "rows of it are") + " damaged"
                               : "records of it are not whole";
  reporter.Say(Level::kVerdict, input + ": " + what + "; what is missing shows as a difference");
}

void Report(const Invocation& invocation, const DiffResult& result, Reporter& reporter) {
  if (!result.status.ok()) return reporter.Error(result.status);
  const DiffReport& report = result.report;
  ReportSide(invocation.arguments[0], report.a, reporter);
  ReportSide(invocation.arguments[1], report.b, reporter);
  if (!report.unmatched.empty()) {
    std::string text = UnmatchedText(report.unmatched);
    text.pop_back();
    reporter.Notice(text);
  }
  if (report.not_compared > 0) {
    const bool piped = invocation.arguments[0] == "-" || invocation.arguments[1] == "-";
    reporter.Notice(fmt::format(
        "of {} only the sizes are shown: {}", Counted(report.not_compared, "changed document"),
        piped ? "standard input is read once" : "too many differ; --include narrows it"));
  }
  const uint64_t different = report.counts.Different();
  std::string verdict =
      fmt::format("{} of {} differ", Thousands(different),
                  Counted(different + report.counts.same, "address", "addresses"));
  const size_t unmatched = report.unmatched.size();
  if (unmatched > 0)
    verdict += ", " + Counted(unmatched, "pattern stands", "patterns stand") + " for nothing";
  verdict += fmt::format(" (exit {})", result.ExitCode());
  // Where it shows on standard output what came out, or nobody asks, there is no more to say.
  const bool silent = different > 0 || !IsTerminal(STDERR_FILENO);
  const Level level = silent ? Level::kDetail : Level::kNotice;
  reporter.Say(unmatched > 0 ? Level::kVerdict : level, verdict);
}

}  // namespace

int RunDiff(const Invocation& invocation, Reporter& reporter) {
  Result<DiffOptions> options = OptionsOf(invocation);
  if (!options.ok()) return EndRefused(options.status(), reporter);
  DiffResult result;
  StdoutWriter out;
  result.status = Compare(*std::move(options), invocation, reporter, out, &result.report);
  const bool closed = !result.status.ok() && result.status.code() == kClosedPipe;
  if (reporter.json() && !closed)
    out.buffer() += DiffSummary(invocation.arguments[0], invocation.arguments[1], result) + "\n";
  Status flushed = closed ? Status::Ok() : out.Flush();
  if (result.status.ok()) result.status = std::move(flushed);
  Report(invocation, result, reporter);
  return result.ExitCode();
}

}  // namespace snaptree::cli

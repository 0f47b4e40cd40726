#include "cli/archive_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.h"
#include "cli/count_text.h"
#include "cli/exit_codes.h"
#include "cli/json_text.h"
#include "cli/option_values.h"
#include "cli/process_usage.h"
#include "cli/report_back_ends.h"
#include "cli/stdout_writer.h"
#include "cli/terminal.h"
#include "cli/tree_errors.h"

namespace snaptree::cli {
namespace {

struct Finished {
  const ArchiveRun& run;
  const ArchiveReport& report;
  uint64_t elapsed_ms = 0;
  uint64_t peak_bytes = 0;

  int ExitCode() const {
    if (!report.good()) return kExitData;
    return report.findings.HasWarning() ? kExitIncomplete : kExitDone;
  }
};

std::string Shown(const std::string& path, const char* stream) {
  return path == "-" ? stream : path;
}

std::string HeadLine(const Finished& done) {
  const ArchiveReport& report = done.report;
  const std::string what = done.run.dry_run ? "dry run, nothing written,"
                                            : done.run.command + "ed to " +
                                                  Shown(done.run.places.output, "standard output");
  const auto rate =
      static_cast<uint64_t>(static_cast<double>(report.bytes) * 1000.0 /
                            static_cast<double>(std::max<uint64_t>(done.elapsed_ms, 1)));
  return fmt::format("{} in {}.{} s, {}/s, peak memory {}:\n  {}, {}; archive {}", what,
                     done.elapsed_ms / 1000, done.elapsed_ms / 100 % 10, HumanBytes(rate),
                     HumanBytes(done.peak_bytes), Counted(report.files, "file"),
                     HumanBytes(report.bytes), HumanBytes(report.archive_bytes));
}

std::string Verdict(const Finished& done) {
  const ArchiveReport& report = done.report;
  if (!report.good()) {
    return fmt::format("{}: {} in {}; nothing was written (exit 2)",
                       Shown(done.run.places.input, "standard input"),
                       Counted(report.error_count, "problem"), Counted(report.files, "file"));
  }
  return fmt::format(
      "{}: every file is as CHECKSUMS says (exit 0)",
      done.run.dry_run ? "dry run" : Shown(done.run.places.output, "standard output"));
}

void AppendHead(const ArchiveRun& run, JsonText* json) {
  json->TextMember("schema", "snaptree." + run.command + "/1");
  json->TextMember("input", run.places.input);
  json->Key("output");
  if (run.dry_run) {
    json->Null();
  } else {
    json->Text(run.places.output);
  }
  json->MemberBool("dry_run", run.dry_run);
  if (!run.form) return;
  json->Key("compression");
  json->Text(run.form->zstd ? "zstd" : "none");
}

std::string Document(const Finished& done) {
  const ArchiveReport& report = done.report;
  JsonText json(JsonStyle::kPretty);
  json.StartObject();
  AppendHead(done.run, &json);
  json.Key("tree");
  json.StartObject();
  json.Member("files", report.files);
  json.Member("directories", report.directories);
  json.Member("bytes", report.bytes);
  json.EndObject();
  json.Member("archive_bytes", report.archive_bytes);
  json.Key("findings");
  AppendFindings(report.findings, &json);
  AppendTreeErrors(report.errors, &json);
  json.Member("error_count", report.error_count);
  json.Member("elapsed_ms", done.elapsed_ms);
  json.Member("peak_memory_bytes", done.peak_bytes);
  json.Member("exit_code", static_cast<uint64_t>(done.ExitCode()));
  json.EndObject();
  return json.text() + "\n";
}

int Fail(const ArchiveRun& run, const Status& status, Reporter& reporter) {
  if (reporter.json()) {
    JsonText json(JsonStyle::kPretty);
    json.StartObject();
    AppendHead(run, &json);
    // The error itself follows on standard error, whatever becomes of this.
    const Status ignored = PrintToStdout(EndWithError(status, &json));
  }
  reporter.Error(status);
  return ExitCodeOf(status);
}

void Tell(const Finished& done, Reporter& reporter) {
  // Scripts that ask nothing hear nothing, as long as nothing is wrong.
  const bool good = done.ExitCode() == kExitDone;
  const Level level = good && !IsTerminal(STDERR_FILENO) ? Level::kDetail : Level::kNotice;
  if (done.report.good()) reporter.Say(level, HeadLine(done));
  reporter.Findings(done.report.findings);
  ReportTreeErrors(done.report.errors, reporter);
  if (done.report.error_count > done.report.errors.size()) {
    reporter.Say(
        Level::kVerdict,
        "and " + Counted(done.report.error_count - done.report.errors.size(), "more error"));
  }
  if (good) {
    reporter.Say(level, "snaptree: " + Verdict(done));
  } else {
    reporter.Say(Level::kVerdict, Verdict(done));
  }
}

}  // namespace

Result<ArchivePlaces> ArchivePlacesOf(const Invocation& invocation) {
  const std::string command = invocation.command->name;
  ArchivePlaces places;
  const bool option = invocation.Has(OptionId::kInput);
  if (option && !invocation.arguments.empty()) {
    return UsageError("OptionConflict", "the input is given twice, as an argument and with --input")
        .Next("give one of them");
  }
  if (!option && invocation.arguments.empty()) {
    return UsageError("ArgumentMissing", command + " needs an input")
        .Next("snaptree " + command + " " + invocation.command->arguments);
  }
  places.input = option ? invocation.Value(OptionId::kInput) : invocation.arguments.front();
  if (invocation.Has(OptionId::kOutput)) {
    places.output = invocation.Value(OptionId::kOutput);
    if (places.output.empty()) return BadValue("--output", "", "the name of what to make");
  } else if (!invocation.Has(OptionId::kDryRun)) {
    return UsageError("ArgumentMissing", command + " needs an output")
        .Next("name it with -o, or look first with --dry-run");
  }
  return places;
}

int FinishArchiveRun(const ArchiveRun& run, const Result<ArchiveReport>& report,
                     Reporter& reporter) {
  if (!report.ok()) return Fail(run, report.status(), reporter);
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - run.start);
  const Finished done{run, *report, static_cast<uint64_t>(elapsed.count()), PeakResidentBytes()};
  if (reporter.json()) {
    const Status printed = PrintToStdout(Document(done));
    if (!printed.ok()) reporter.Error(printed);
    return WorseExit(done.ExitCode(), ExitCodeOf(printed));
  }
  Tell(done, reporter);
  return done.ExitCode();
}

}  // namespace snaptree::cli

#include "cli/archive_run.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/count_text.h"
#include "cli/exit_codes.h"
#include "cli/input_arguments.h"
#include "cli/json_text.h"
#include "cli/option_values.h"
#include "cli/progress_display.h"
#include "cli/report_back_ends.h"
#include "cli/tree_errors.h"

namespace snaptree::cli {
namespace {

struct Finished {
  const ArchiveRun& run;
  const ArchiveReport& report;
  RunCost cost;

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
  return fmt::format("{} in {}:\n  {}, {}; archive {}", what, CostText(done.cost, report.bytes),
                     Counted(report.files, "file"), HumanBytes(report.bytes),
                     HumanBytes(report.archive_bytes));
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
  return EndDocument(done.cost, done.ExitCode(), &json);
}

std::string FailedDocument(const ArchiveRun& run, const Status& status) {
  JsonText json(JsonStyle::kPretty);
  json.StartObject();
  AppendHead(run, &json);
  return EndWithError(status, &json);
}

void Tell(const Finished& done, Reporter& reporter) {
  const bool good = done.ExitCode() == kExitDone;
  const Level level = LevelOfEnd(good);
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
  SNAPTREE_ASSIGN(const std::vector<std::string> inputs,
                  InputsOf(invocation, {.usage = invocation.command->arguments}));
  places.input = inputs.front();
  if (invocation.Has(OptionId::kOutput)) {
    places.output = invocation.Value(OptionId::kOutput);
    if (places.output.empty()) return BadValue("--output", "", "the name of what to make");
  } else if (!invocation.Has(OptionId::kDryRun)) {
    return UsageError("ArgumentMissing", command + " needs an output")
        .Next("name it with -o, or look first with --dry-run");
  }
  return places;
}

int RunArchive(const ArchiveRun& run, const CommonOptions& common, const ArchiveWork& work,
               Reporter& reporter) {
  const Result<ArchiveReport> report = [&] {
    Progress progress;
    const ProgressDisplay display(progress, reporter, common);
    return work(&progress);
  }();
  if (!report.ok())
    return EndFailed(FailedDocument(run, report.status()), report.status(), reporter);
  const Finished done{run, *report, run.clock.Cost()};
  if (reporter.json()) return PrintDocument(Document(done), done.ExitCode(), reporter);
  Tell(done, reporter);
  return done.ExitCode();
}

}  // namespace snaptree::cli

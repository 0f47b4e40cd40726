// snaptree seal TREE: rewrites CHECKSUMS after an edit.
#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "check/seal.h"

#include "base/text.h"
#include "cli/commands.h"
#include "cli/count_text.h"
#include "cli/exit_codes.h"
#include "cli/json_text.h"
#include "cli/path_text.h"
#include "cli/progress_display.h"
#include "cli/report_back_ends.h"
#include "cli/run_end.h"
#include "cli/run_options.h"
#include "cli/stdout_writer.h"
#include "cli/terminal.h"
#include "cli/tree_errors.h"

namespace snaptree::cli {
namespace {

// A document that holds more is of no use to anybody.
constexpr size_t kMaxListed = 100000;

struct Change {
  FileChange change;
  std::string path;
};

const char* NameOf(FileChange change) {
  switch (change) {
    case FileChange::kChanged:
      return "changed";
    case FileChange::kAdded:
      return "added";
    case FileChange::kRemoved:
      break;
  }
  return "removed";
}

// One line, whatever the path: escaped as CHECKSUMS does it.
void AppendLine(FileChange change, Slice path, std::string* out) {
  if (NeedsEscape(path)) *out += '\\';
  *out += static_cast<char>(change);
  *out += ' ';
  AppendPath(out, path);
  *out += '\n';
}

struct SealRun {
  const SealOptions& options;
  const SealReport& report;
  const std::vector<Change>& changes;

  int ExitCode() const {
    if (report.error_count > 0) return kExitData;
    return options.check_only && report.differs() ? kExitData : kExitDone;
  }
};

std::string Document(const SealRun& run) {
  const SealReport& report = run.report;
  JsonText json(JsonStyle::kPretty);
  json.StartObject();
  json.Member("schema", "snaptree.seal/1");
  json.TextMember("tree", run.options.tree);
  json.MemberBool("check", run.options.check_only);
  json.MemberBool("written", report.written);
  json.Member("files", report.files);
  json.Member("bytes", report.bytes);
  json.Member("changed", report.changed);
  json.Member("added", report.added);
  json.Member("removed", report.removed);
  json.Member("unreadable_lines", report.unreadable_lines);
  json.Key("changes");
  json.StartArray();
  for (const Change& change : run.changes) {
    json.StartObject();
    json.Member("change", NameOf(change.change));
    json.TextMember("path", change.path);
    json.EndObject();
  }
  json.EndArray();
  json.Member("error_count", report.error_count);
  AppendTreeErrors(report.errors, &json);
  json.Member("exit_code", static_cast<uint64_t>(run.ExitCode()));
  json.EndObject();
  return json.text() + "\n";
}

std::string FailedDocument(const SealOptions& options, const Status& status) {
  JsonText json(JsonStyle::kPretty);
  json.StartObject();
  json.Member("schema", "snaptree.seal/1");
  json.TextMember("tree", options.tree);
  json.MemberBool("check", options.check_only);
  json.MemberBool("written", false);
  return EndWithError(status, &json);
}

std::string Counts(const SealReport& report) {
  std::string text = fmt::format("{} changed, {} added, {} removed", Thousands(report.changed),
                                 Thousands(report.added), Thousands(report.removed));
  if (report.unreadable_lines > 0)
    text += ", " + Counted(report.unreadable_lines, "line") + " of no use";
  return text;
}

// The last line: how it ended.
std::string Verdict(const SealRun& run) {
  const SealReport& report = run.report;
  const std::string of = " of " + Counted(report.files, "file");
  if (report.error_count > 0) {
    return fmt::format("{}: {}, CHECKSUMS is as it was (exit 2)", run.options.tree,
                       Counted(report.error_count, "problem"));
  }
  if (!report.differs()) {
    return fmt::format("{}: CHECKSUMS is right, {} ({})", run.options.tree,
                       Counted(report.files, "file"), HumanBytes(report.bytes));
  }
  if (run.options.check_only) {
    return fmt::format("{}: {}{}; nothing was changed (exit 2)", run.options.tree, Counts(report),
                       of);
  }
  return fmt::format("{}: sealed, {}{}", run.options.tree, Counts(report), of);
}

Result<SealReport> SealWithProgress(SealOptions options, const CommonOptions& common,
                                    Reporter& reporter) {
  Progress progress;
  const ProgressDisplay display(progress, reporter, common, IsTerminal(STDOUT_FILENO));
  options.progress = &progress;
  return Seal(options);
}

int Finish(const SealRun& run, Reporter& reporter) {
  const int code = run.ExitCode();
  if (reporter.json()) return PrintDocument(Document(run), code, reporter);
  ReportTreeErrors(run.report.errors, reporter);
  reporter.Say(code == kExitDone ? LevelOfEnd(true) : Level::kVerdict, Verdict(run));
  return code;
}

}  // namespace

int RunSeal(const Invocation& invocation, Reporter& reporter) {
  SealOptions options;
  options.tree = invocation.arguments.front();
  options.check_only = invocation.Has(OptionId::kCheck);
  TakeCommon(invocation.common, &options);
  std::vector<Change> changes;
  StdoutWriter out;
  const bool json = reporter.json();
  options.take = [&](FileChange change, Slice path) -> Status {
    if (!json) {
      AppendLine(change, path, &out.buffer());
      return out.FlushIfFull();
    }
    if (changes.size() < kMaxListed) changes.push_back({change, std::string(path)});
    return {};
  };
  Result<SealReport> report = SealWithProgress(options, invocation.common, reporter);
  const Status printed = out.Flush();
  const Status failed = report.ok() ? printed : report.status();
  if (!failed.ok()) {
    return EndFailed(FailedDocument(options, failed), failed, reporter);
  }
  return Finish({options, *report, changes}, reporter);
}

}  // namespace snaptree::cli

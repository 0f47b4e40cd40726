#include "cli/verify_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "cli/count_text.h"
#include "cli/exit_codes.h"
#include "cli/json_text.h"
#include "cli/path_text.h"
#include "cli/report_back_ends.h"

namespace snaptree::cli {
namespace {

constexpr size_t kWidestPlace = 60;

// Of these the code says all.
bool IsPlain(Slice code) {
  return code == "ChecksumMismatch" || code == "Missing" || code == "UnlistedFile";
}

std::string PlaceOf(const ErrorInfo& info) {
  std::string place;
  AppendPath(&place, info.source);
  if (info.offset) place += fmt::format(": offset {}", *info.offset);
  if (!info.address.empty()) {
    place += ": ";
    AppendPath(&place, info.address);
  }
  return place;
}

std::string DetailOf(const VerifyProblem& problem) {
  const ErrorInfo& info = problem.error.info();
  if (IsPlain(info.code)) return problem.detail;
  std::string text = info.what;
  if (!info.expected.empty()) text += ", expected " + info.expected;
  if (!info.found.empty()) text += ", found " + info.found;
  if (!problem.detail.empty()) text += "; " + problem.detail;
  return text;
}

const char* NameOf(VerifiedKind kind) {
  switch (kind) {
    case VerifiedKind::kTree:
      return "tree";
    case VerifiedKind::kArchive:
      return "archive";
    case VerifiedKind::kSnapshot:
      break;
  }
  return "snapshot";
}

std::string HeadLine(const VerifyResult& result) {
  const VerifyReport& report = result.report;
  const std::string read = fmt::format("{} read in {}.{} s", HumanBytes(report.bytes),
                                       result.elapsed_ms / 1000, result.elapsed_ms / 100 % 10);
  if (report.kind == VerifiedKind::kSnapshot) {
    if (report.format.empty()) return "  a snapshot that cannot be read";
    return fmt::format("  snapshot {}{}, {}", report.format,
                       report.rows ? ", " + Counted(report.rows->total, "row") : "", read);
  }
  return fmt::format("  CHECKSUMS {}, {}, {}", Counted(report.checksum_lines, "entry", "entries"),
                     report.has_manifest ? "MANIFEST.json format 1" : "no MANIFEST.json", read);
}

std::string Verdict(const VerifyResult& result) {
  const VerifyReport& report = result.report;
  std::string of;
  if (report.kind != VerifiedKind::kSnapshot && report.files > 0)
    of = " in " + Counted(report.files, "file");
  if (report.good()) return fmt::format("{}: no problem{}", result.what, of);
  return fmt::format("{}: {}{} (exit 2); nothing was changed", result.what,
                     Counted(report.problem_count, "problem"), of);
}

// The next steps of all problems, each once, in the order in which they come.
std::string NextSteps(const VerifyReport& report) {
  std::set<std::string> told;
  std::string text;
  for (const VerifyProblem& problem : report.problems) {
    const std::string& next = problem.error.info().next;
    if (next.empty() || !told.insert(next).second) continue;
    if (!text.empty()) text += '\n';
    text += "next: " + next;
  }
  return text;
}

void AppendProblems(const VerifyReport& report, JsonText* json) {
  json->Key("problems");
  json->StartArray();
  for (const VerifyProblem& problem : report.problems) {
    json->StartObject();
    AppendErrorMembers(problem.error, json);
    if (!problem.detail.empty()) json->TextMember("detail", problem.detail);
    json->EndObject();
  }
  json->EndArray();
}

void AppendReport(const VerifyReport& report, JsonText* json) {
  json->Member("kind", NameOf(report.kind));
  json->Member("bytes", report.bytes);
  json->Member("records", report.records);
  if (report.kind == VerifiedKind::kSnapshot) {
    json->TextMember("format", report.format);
    json->Key("rows");
    if (report.rows) {
      json->Uint64(report.rows->total);
    } else {
      json->Null();
    }
  } else {
    json->Member("files", report.files);
    json->Member("checksum_lines", report.checksum_lines);
    json->MemberBool("manifest", report.has_manifest);
  }
  json->Member("problem_count", report.problem_count);
  AppendProblems(report, json);
  json->Key("findings");
  AppendFindings(report.findings, json);
}

}  // namespace

int VerifyResult::ExitCode() const {
  if (!status.ok()) return ExitCodeOf(status);
  return report.good() ? kExitDone : kExitData;
}

std::string VerifyText(const VerifyResult& result) {
  size_t code_width = 0;
  size_t place_width = 0;
  for (const VerifyProblem& problem : result.report.problems) {
    code_width = std::max(code_width, problem.error.code().size());
    const size_t place = PlaceOf(problem.error.info()).size();
    if (place <= kWidestPlace) place_width = std::max(place_width, place);
  }
  std::string text;
  for (const VerifyProblem& problem : result.report.problems) {
    std::string line = fmt::format("{:<{}}   {:<{}}   {}", problem.error.code(), code_width,
                                   PlaceOf(problem.error.info()), place_width, DetailOf(problem));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

void ReportVerify(const VerifyResult& result, Level level, Reporter& reporter) {
  const VerifyReport& report = result.report;
  reporter.Say(level, HeadLine(result));
  reporter.Findings(report.findings);
  if (report.problem_count > report.problems.size()) {
    reporter.Notice(
        fmt::format("  and {} more", Thousands(report.problem_count - report.problems.size())));
  }
  reporter.Say(report.good() ? level : Level::kVerdict, Verdict(result));
  const std::string next = NextSteps(report);
  if (!next.empty()) reporter.Notice(next);
}

std::string VerifyDocument(const std::vector<VerifyResult>& results, bool quick, int exit_code) {
  JsonText json(JsonStyle::kPretty);
  json.StartObject();
  json.Member("schema", "snaptree.verify/1");
  json.MemberBool("quick", quick);
  json.Key("inputs");
  json.StartArray();
  for (const VerifyResult& result : results) {
    json.StartObject();
    json.TextMember("path", result.what);
    if (result.status.ok()) {
      AppendReport(result.report, &json);
    } else {
      AppendError(result.status, &json);
    }
    json.Member("elapsed_ms", result.elapsed_ms);
    json.Member("exit_code", static_cast<uint64_t>(result.ExitCode()));
    json.EndObject();
  }
  json.EndArray();
  json.Member("exit_code", static_cast<uint64_t>(exit_code));
  json.EndObject();
  return json.text() + "\n";
}

}  // namespace snaptree::cli

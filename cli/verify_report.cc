#include "cli/verify_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
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
// Of one code, unless all are asked for: as many as a person reads.
constexpr size_t kLinesOfCode = 30;

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
    // Of raw keys it is printable already, and its backslashes are escapes.
    if (info.address.find_first_of("\n\r") == std::string::npos) {
      place += info.address;
    } else {
      AppendPath(&place, info.address);
    }
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

std::string HeadLine(const VerifyResult& result) {
  const VerifyReport& report = result.report;
  const std::string read = HumanBytes(report.bytes) + " read in " + SecondsText(result.cost);
  if (report.kind == WhatKind::kSnapshot) {
    if (report.format.empty()) return "  a snapshot that cannot be read";
    return fmt::format("  snapshot {}{}, {}", report.format,
                       report.rows ? ", " + Counted(report.rows->total, "row") : "", read);
  }
  return fmt::format("  CHECKSUMS {}, {}, {}", Counted(report.checksum_lines, "entry", "entries"),
                     report.has_manifest ? "MANIFEST.json format 1" : "no MANIFEST.json", read);
}

// "  3 Missing, 120 UnlistedFile"; "" when there are few enough to count.
std::string CountsText(const VerifyReport& report) {
  std::string text;
  if (report.problem_count <= kLinesOfCode) return text;
  for (const auto& [code, count] : report.problem_counts) {
    text += fmt::format("{}{} {}", text.empty() ? "  " : ", ", Thousands(count), code);
  }
  return text;
}

std::string Verdict(const VerifyResult& result) {
  const VerifyReport& report = result.report;
  std::string of;
  if (report.kind != WhatKind::kSnapshot && report.files > 0)
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
  if (report.kind == WhatKind::kSnapshot) {
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
  json->Key("problem_counts");
  json->StartObject();
  for (const auto& [code, count] : report.problem_counts) json->Member(code, count);
  json->EndObject();
  AppendProblems(report, json);
  json->Key("findings");
  AppendFindings(report.findings, json);
}

std::vector<const VerifyProblem*> ShownProblems(const VerifyReport& report, bool all) {
  std::vector<const VerifyProblem*> shown;
  std::map<std::string, size_t> of_code;
  for (const VerifyProblem& problem : report.problems) {
    if (all || ++of_code[problem.error.code()] <= kLinesOfCode) shown.push_back(&problem);
  }
  return shown;
}

}  // namespace

int VerifyResult::ExitCode() const {
  if (!status.ok()) return ExitCodeOf(status);
  return report.good() ? kExitDone : kExitData;
}

std::string VerifyText(const VerifyResult& result, bool all) {
  const std::vector<const VerifyProblem*> shown = ShownProblems(result.report, all);
  size_t code_width = 0;
  size_t place_width = 0;
  for (const VerifyProblem* problem : shown) {
    code_width = std::max(code_width, problem->error.code().size());
    const size_t place = PlaceOf(problem->error.info()).size();
    if (place <= kWidestPlace) place_width = std::max(place_width, place);
  }
  std::string text;
  std::map<std::string, uint64_t> told;
  for (const VerifyProblem* problem : shown) {
    ++told[problem->error.code()];
    std::string line = fmt::format("{:<{}}   {:<{}}   {}", problem->error.code(), code_width,
                                   PlaceOf(problem->error.info()), place_width, DetailOf(*problem));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  for (const auto& [code, count] : result.report.problem_counts) {
    const uint64_t lines = told[code];
    if (count == lines) continue;
    text += fmt::format("{:<{}}   and {} more{}\n", code, code_width, Thousands(count - lines),
                        all ? "" : ", of which -v shows the first 10,000");
  }
  return text;
}

void ReportVerify(const VerifyResult& result, Level level, Reporter& reporter) {
  const VerifyReport& report = result.report;
  reporter.Say(level, HeadLine(result));
  if (level == Level::kDetail) {
    reporter.DetailFindings(report.findings);
  } else {
    reporter.Findings(report.findings);
  }
  const std::string counts = CountsText(report);
  if (!counts.empty()) reporter.Notice(counts);
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
    json.Member("elapsed_ms", result.cost.elapsed_ms);
    json.Member("exit_code", static_cast<uint64_t>(result.ExitCode()));
    json.EndObject();
  }
  json.EndArray();
  json.Member("exit_code", static_cast<uint64_t>(exit_code));
  json.EndObject();
  return json.text() + "\n";
}

}  // namespace snaptree::cli

#include "cli/encode_summary.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/time_text.h"
#include "cli/count_text.h"
#include "cli/exit_codes.h"
#include "cli/report_back_ends.h"
#include "cli/text_table.h"
#include "cli/tree_errors.h"

namespace snaptree::cli {
namespace {

std::string HeadLine(const EncodeResult& result) {
  const EncodeReport& report = result.report;
  const std::string what =
      result.options.dry_run ? "dry run, nothing written," : "encoded to " + result.options.output;
  return fmt::format("{} in {}:\n  {} of {} ({}) became {}, {}", what,
                     CostText(result.cost, report.bytes), Counted(report.records(), "record"),
                     Counted(report.files, "file"), HumanBytes(report.bytes),
                     Counted(report.written.rows, "row"), HumanBytes(report.written.bytes));
}

std::string AdapterLine(const EncodeReport& report) {
  std::string text;
  for (const EncodeAdapterReport& adapter : report.adapters) {
    text += (text.empty() ? "  " : "   ") + adapter.name + " " + Thousands(adapter.records);
  }
  return text;
}

std::string SelfTestLine(const EncodeResult& result) {
  const SelfTestReport& test = result.report.self_test;
  if (!test.ran) {
    return result.options.self_test
               ? ""
               : "  self-test left out: restore will ask for --allow-unverified-self-test";
  }
  std::string text = "  self-test: decoded again, " + Counted(test.files, "file") + " compared";
  if (test.not_canonical > 0)
    text += ", " + Thousands(test.not_canonical) + " of them equal but for their form";
  if (test.expected > 0) text += ", " + Thousands(test.expected) + " differ as announced";
  return text;
}

std::string TimestampLine(const EncodeReport& report) {
  return fmt::format("  state as of {}, T {}{}", UtcText(HlcMillis(report.commit_ts)),
                     report.commit_ts, report.commit_ts_overridden ? " (--last-commit-ts)" : "");
}

std::string Verdict(const EncodeResult& result, bool warnings_shown) {
  const EncodeReport& report = result.report;
  const std::string what = result.options.dry_run ? "dry run" : result.options.output;
  if (report.good() && report.complete())
    return what + ": complete, self-test " + (report.self_test.matched ? "passed" : "not run") +
           " (exit 0)";
  if (!report.good()) {
    return fmt::format("{}: {} in {}; {} (exit 2)", result.options.input,
                       Counted(report.error_count, "error"), Counted(report.files, "file"),
                       "nothing was written");
  }
  return what + (result.options.dry_run ? ": would be written, with " : ": written, with ") +
         WarningsText(report.findings, warnings_shown) + " (exit 3)";
}

void AppendSelfTest(const SelfTestReport& test, JsonText* json) {
  json->Key("self_test");
  json->StartObject();
  json->MemberBool("ran", test.ran);
  json->MemberBool("matched", test.matched);
  json->Member("files", test.files);
  json->Member("not_canonical", test.not_canonical);
  json->Member("expected_differences", test.expected);
  json->EndObject();
}

void AppendWritten(const EncodeResult& result, JsonText* json) {
  const WrittenFsm& written = result.report.written;
  const bool good = result.report.good();
  json->Key("snapshot");
  if (!good) return json->Null();
  json->StartObject();
  json->Member("rows", written.rows);
  json->Member("bytes", written.bytes);
  json->MemberBool("payload_only", result.options.payload_only);
  json->Member("payload_sha256", Hex(AsSlice(written.payload_sha256)));
  json->Member("sha256", Hex(AsSlice(written.file_sha256)));
  json->Member("crc32c", Hex32(written.crc32c));
  json->EndObject();
}

void AppendHead(const EncodeOptions& options, JsonText* json) {
  json->Member("schema", "snaptree.encode/1");
  json->TextMember("input", options.input);
  json->Key("output");
  if (options.dry_run) {
    json->Null();
  } else {
    json->Text(options.output);
  }
  json->MemberBool("dry_run", options.dry_run);
}

}  // namespace

int EncodeResult::ExitCode() const {
  if (!report.good()) return kExitData;
  return report.complete() ? kExitDone : kExitIncomplete;
}

void ReportEncode(const EncodeResult& result, Level level, Reporter& reporter) {
  const EncodeReport& report = result.report;
  if (report.good()) {
    std::string text = HeadLine(result);
    for (const std::string& line :
         {AdapterLine(report), TimestampLine(report), SelfTestLine(result)}) {
      if (!line.empty()) text += "\n" + line;
    }
    reporter.Say(level, text);
  }
  reporter.Findings(report.findings);
  ReportTreeErrors(report.errors, reporter);
  if (report.error_count > report.errors.size()) {
    reporter.Say(Level::kVerdict,
                 "and " + Counted(report.error_count - report.errors.size(), "more error"));
  }
  if (!report.mismatch_file.empty())
    reporter.Say(Level::kVerdict, "what differs stands in " + report.mismatch_file);
  if (report.good() && !result.options.dry_run && result.options.output != "-") {
    reporter.Say(level, "load it:  snaptree restore " + ShellWord(result.options.output) +
                            " --data-dir DIR --peers ID=HOST:PORT,...");
  }
  if (result.ExitCode() == kExitDone) {
    reporter.Say(level, "snaptree: " + Verdict(result, true));
  } else {
    reporter.Say(Level::kVerdict, Verdict(result, !reporter.quiet()));
  }
}

std::string EncodeDocument(const EncodeResult& result) {
  const EncodeReport& report = result.report;
  JsonText json(JsonStyle::kPretty);
  json.StartObject();
  AppendHead(result.options, &json);
  json.MemberTimestamp("commit_ts", report.commit_ts);
  json.MemberBool("commit_ts_overridden", report.commit_ts_overridden);
  json.MemberTimestamp("manifest_last_commit_ts", report.manifest.last_commit_ts);
  json.Key("adapters");
  json.StartArray();
  for (const EncodeAdapterReport& adapter : report.adapters) {
    json.StartObject();
    json.TextMember("name", adapter.name);
    json.Member("records", adapter.records);
    json.EndObject();
  }
  json.EndArray();
  json.Member("records", report.records());
  json.Key("tree");
  json.StartObject();
  json.Member("files", report.files);
  json.Member("bytes", report.bytes);
  json.EndObject();
  AppendWritten(result, &json);
  AppendSelfTest(report.self_test, &json);
  json.Key("findings");
  AppendFindings(report.findings, &json);
  AppendTreeErrors(report.errors, &json);
  json.Member("error_count", report.error_count);
  return EndDocument(result.cost, result.ExitCode(), &json);
}

std::string FailedEncodeDocument(const EncodeOptions& options, const Status& status) {
  JsonText json(JsonStyle::kPretty);
  json.StartObject();
  AppendHead(options, &json);
  return EndWithError(status, &json);
}

}  // namespace snaptree::cli

// snaptree ls WHAT [GLOB]: the addresses of all records.
#include <algorithm>
#include <string>

#include "check/list/list_records.h"
#include "check/what_kind.h"

#include "cli/address_options.h"
#include "cli/commands.h"
#include "cli/count_text.h"
#include "cli/exit_codes.h"
#include "cli/input_options.h"
#include "cli/json_text.h"
#include "cli/ls_printer.h"
#include "cli/missing_input.h"
#include "cli/option_values.h"
#include "cli/progress_display.h"
#include "cli/report_back_ends.h"
#include "cli/run_end.h"
#include "cli/stdout_writer.h"
#include "cli/tree_errors.h"

namespace snaptree::cli {
namespace {

// Shares of the memory budget.
constexpr double kReadShare = 0.7;
constexpr double kTableShare = 0.25;

struct LsOptions {
  ListOptions list;
  LsForm form = LsForm::kNames;
  RecordOrder order = RecordOrder::kPath;
  bool end_with_null = false;
};

struct LsResult {
  Status status;  // not ok: what is listed is not all
  ListReport report;
  uint64_t records = 0;
  uint64_t bytes = 0;

  int ExitCode() const {
    if (!status.ok()) return ExitCodeOf(status);
    if (!report.errors.empty()) return kExitData;
    const bool all = report.complete && report.unmatched.empty() && records > 0;
    return all ? kExitDone : kExitIncomplete;
  }
};

Result<RecordOrder> OrderOf(const Invocation& invocation) {
  if (!invocation.Has(OptionId::kSort)) return RecordOrder::kPath;
  const std::string& by = invocation.Value(OptionId::kSort);
  if (by == "name") return RecordOrder::kPath;
  if (by == "size") return RecordOrder::kSize;
  if (by == "time") return RecordOrder::kTime;
  return BadValue("--sort", by, "name, size or time");
}

Result<LsOptions> OptionsOf(const Invocation& invocation) {
  LsOptions options;
  SNAPTREE_ASSIGN(options.order, OrderOf(invocation));
  RecordsOptions& records = options.list.records;
  records.what = invocation.arguments.front();
  SNAPTREE_ASSIGN(records.at, AtOf(invocation));
  if (invocation.Has(OptionId::kAdapter)) {
    SNAPTREE_ASSIGN(records.adapters,
                    ParseAdapters("--adapter", invocation.Value(OptionId::kAdapter)));
  }
  SNAPTREE_ASSIGN(records.filter, AddressFilterOf(invocation));
  if (invocation.arguments.size() > 1) {
    const std::string& glob = invocation.arguments[1];
    if (glob.empty()) return BadValue("GLOB", glob, "a pattern of addresses");
    records.filter.include.push_back(glob);
  }
  records.force = invocation.Has(OptionId::kForce);
  SNAPTREE_ASSIGN(records.input, InputChoiceOf(invocation));
  records.salvage = invocation.Has(OptionId::kSalvage);
  records.threads = invocation.common.threads;
  const auto memory = static_cast<double>(invocation.common.memory_bytes);
  records.memory_bytes = static_cast<uint64_t>(memory * kReadShare);
  records.scratch_folder = invocation.common.scratch_folder;
  options.form = invocation.common.json            ? LsForm::kJson
                 : invocation.Has(OptionId::kLong) ? LsForm::kLong
                                                   : LsForm::kNames;
  options.end_with_null = invocation.Has(OptionId::kEndWithNull);
  // A program that sees no time in JSON takes it that there is none.
  options.list.details = options.form != LsForm::kNames || options.order != RecordOrder::kPath;
  return options;
}

Status List(const LsOptions& options, const Invocation& invocation, Reporter& reporter,
            RecordTable* table, ListReport* report) {
  Progress progress;
  const ProgressDisplay display(progress, reporter, invocation.common);
  ListOptions list = options.list;
  list.records.progress = &progress;
  Result<ListReport> listed = ListRecords(list, table);
  if (!listed.ok()) return WithNextStep(std::move(listed).status(), list.records.what);
  *report = *std::move(listed);
  progress.Begin("sort", "files", 0);
  return table->Finish(options.order);
}

Status Print(const LsOptions& options, RecordTable& table, StdoutWriter& out, LsResult* result) {
  LsPrinter printer(out, options.form, options.end_with_null, table.largest());
  RecordLine line;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, table.Next(&line));
    if (!more) return {};
    SNAPTREE_TRY(printer.Print(line));
    ++result->records;
    result->bytes += line.size;
  }
}

std::string SummaryLine(const std::string& what, const LsResult& result) {
  JsonText json(JsonStyle::kCompact);
  json.StartObject();
  json.Member("schema", "snaptree.ls/1");
  json.TextMember("input", what);
  if (result.status.ok()) json.Member("kind", NameOf(result.report.kind));
  json.Member("records", result.records);
  json.Member("bytes", result.bytes);
  if (result.report.read_ts != 0) json.MemberTimestamp("read_ts", result.report.read_ts);
  AppendUnmatched(result.report.unmatched, &json);
  json.Key("findings");
  AppendFindings(result.report.findings, &json);
  AppendTreeErrors(result.report.errors, &json);
  if (!result.status.ok()) AppendError(result.status, &json);
  json.Member("exit_code", static_cast<uint64_t>(result.ExitCode()));
  json.EndObject();
  return json.text() + "\n";
}

// Of a list that is whole nobody need hear anything.
void Report(const std::string& what, const LsResult& result, Reporter& reporter) {
  const ListReport& report = result.report;
  if (result.ExitCode() != kExitDone || reporter.verbose()) reporter.Findings(report.findings);
  ReportTreeErrors(report.errors, reporter);
  if (!result.status.ok()) return reporter.Error(result.status);
  if (!report.unmatched.empty()) {
    std::string text = UnmatchedText(report.unmatched);
    text.pop_back();
    reporter.Notice(text);
  }
  const int code = result.ExitCode();
  const std::string end = code == kExitDone ? "" : " (exit " + std::to_string(code) + ")";
  const char* const part = !report.complete ? "not all is there, " : "";
  reporter.Say(code == kExitDone ? Level::kDetail : Level::kVerdict,
               what + ": " + part + Counted(result.records, "address", "addresses") + end);
}

}  // namespace

int RunLs(const Invocation& invocation, Reporter& reporter) {
  const Result<LsOptions> options = OptionsOf(invocation);
  if (!options.ok()) return EndRefused(options.status(), reporter);
  const std::string& what = options->list.records.what;
  const auto memory = static_cast<double>(invocation.common.memory_bytes);
  RecordTable table(static_cast<uint64_t>(memory * kTableShare), invocation.common.scratch_folder);
  LsResult result;
  StdoutWriter out;
  result.status = List(*options, invocation, reporter, &table, &result.report);
  if (result.status.ok()) result.status = Print(*options, table, out, &result);
  const bool closed = !result.status.ok() && result.status.code() == kClosedPipe;
  if (reporter.json() && !closed) out.buffer() += SummaryLine(what, result);
  Status flushed = closed ? Status::Ok() : out.Flush();
  if (result.status.ok()) result.status = std::move(flushed);
  Report(what, result, reporter);
  return result.ExitCode();
}

}  // namespace snaptree::cli

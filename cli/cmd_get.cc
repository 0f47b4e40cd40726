// snaptree get WHAT ADDRESS: one record as its file would be.
#include <unistd.h>

#include "check/get/get_record.h"

#include "base/text.h"
#include "cli/commands.h"
#include "cli/count_text.h"
#include "cli/exit_codes.h"
#include "cli/input_options.h"
#include "cli/json_text.h"
#include "cli/missing_input.h"
#include "cli/nearest_names.h"
#include "cli/option_values.h"
#include "cli/path_text.h"
#include "cli/progress_display.h"
#include "cli/record_output.h"
#include "cli/report_back_ends.h"
#include "cli/run_end.h"
#include "cli/run_options.h"
#include "cli/snapshot_access.h"
#include "decode/preflight.h"

namespace snaptree::cli {
namespace {

constexpr size_t kShownAddress = 300;

Status ReadOptions(const Invocation& invocation, GetOptions* read) {
  GetOptions& options = *read;
  options.what = invocation.arguments[0];
  options.address = AddressOf(invocation.arguments[1]);
  SNAPTREE_ASSIGN(options.at, AtOf(invocation));
  if (invocation.Has(OptionId::kIndexFile)) {
    options.index_file = invocation.Value(OptionId::kIndexFile);
    if (options.index_file.empty() || options.index_file == "-") {
      return BadValue("--index", options.index_file, "the name of a file");
    }
  }
  options.force = invocation.Has(OptionId::kForce);
  SNAPTREE_ASSIGN(options.input, InputChoiceOf(invocation));
  options.salvage = invocation.Has(OptionId::kSalvage);
  TakeCommon(invocation.common, &options);
  return {};
}

// The output must be neither the input nor in it, nor the index.
Status CheckPlace(const GetOptions& options, const std::string& output) {
  if (output == "-") return {};
  DecodeOptions place;
  place.inputs = {options.what};
  place.output = output;
  if (!options.index_file.empty()) place.keep = {options.index_file};
  return CheckOutputPlace(place);
}

Status NotFound(const GetOptions& options, const GetReport& report) {
  if (!report.complete) {
    return DataError("RecordLost", "nothing of the record could be brought out")
        .At(options.what)
        .Address(Printable(options.address, kShownAddress))
        .Next("the warnings above say why; decode --salvage keeps what is left of it");
  }
  std::string next = "list what is there: snaptree ls " + Printable(options.what);
  if (report.is_folder) {
    next = "it is a folder; list what is below it: snaptree ls " + Printable(options.what) + " '" +
           Printable(options.address, kShownAddress) + "'";
  } else if (!report.nearest.empty()) {
    std::string names;
    for (const std::string& name : report.nearest) {
      names += (names.empty() ? "" : ", ") + Printable(name, kShownAddress);
    }
    next = "did you mean: " + names;
  }
  return DataError("NoSuchRecord", "there is no record of this address")
      .At(options.what)
      .Address(Printable(options.address, kShownAddress))
      .Next(std::move(next));
}

// What to say of a record that was written; ok: it is whole.
Status NotWhole(const GetOptions& options, const GetReport& report) {
  if (report.whole()) return {};
  std::string codes;
  for (const auto& [code, finding] : report.findings.by_code()) {
    if (finding.severity == Severity::kWarning) codes += (codes.empty() ? "" : ", ") + code;
  }
  const bool is_of_index =
      codes == "index_not_written" && report.complete && report.salvage.empty();
  return (is_of_index
              ? DataError("IndexNotKept", "the record was written, and no index for the next time")
              : DataError("RecordIncomplete",
                          "the record was written, but is not whole, or nobody can tell"))
      .At(options.what)
      .Address(Printable(options.address, kShownAddress))
      .Found(std::move(codes));
}

// Details, for -v.
std::string HowText(const GetOptions& options, const GetReport& report) {
  std::string text;
  switch (report.index) {
    case IndexUse::kNone:
      if (!options.index_file.empty()) text = "the index was not used: ";
      break;
    case IndexUse::kRead:
      text = "the index was read from " + options.index_file + "; ";
      break;
    case IndexUse::kMade:
      text = "the index was written to " + options.index_file + "; ";
      break;
    case IndexUse::kStandardInput:
    case IndexUse::kDecrypted:
    case IndexUse::kDirectory:
    case IndexUse::kSalvage:
      break;  // a note tells
  }
  if (report.kind != WhatKind::kSnapshot) return text + "the file stands in the tree";
  switch (report.scope) {
    case GetScope::kRecord:
      return text + "only the rows of the record were read";
    case GetScope::kAdapter:
      return text + "the address does not tell its rows: those of its adapter were read";
    case GetScope::kAll:
      break;
  }
  return text + "the whole snapshot was read";
}

Status VerdictOf(const GetOptions& options, const GetReport& report) {
  return report.found ? NotWhole(options, report) : NotFound(options, report);
}

int Tell(const GetOptions& options, const GetReport& report, Reporter& reporter) {
  // An index that was asked for and is not there is told without -v too.
  Findings of_index;
  Findings others;
  for (const auto& [code, finding] : report.findings.by_code())
    (code == "index_not_used" ? of_index : others).AddFrom(code, finding);
  reporter.Findings(of_index, true);
  reporter.Findings(others);
  if (!report.salvage.empty()) reporter.Notice(SalvageText(report.salvage));
  const Status verdict = VerdictOf(options, report);
  if (!verdict.ok()) reporter.Error(verdict);
  if (report.found) {
    reporter.Detail(HowText(options, report));
    reporter.Detail(HumanBytes(report.bytes) + " written");
  }
  return ExitCodeOf(verdict);
}

// ---- --json with -o: standard output is free for it ---------------------------------------------

const char* NameOf(IndexUse use) {
  switch (use) {
    case IndexUse::kRead:
      return "read";
    case IndexUse::kMade:
      return "made";
    case IndexUse::kNone:
    case IndexUse::kStandardInput:
    case IndexUse::kDecrypted:
    case IndexUse::kDirectory:
    case IndexUse::kSalvage:
      break;
  }
  return "none";
}

const char* NameOf(GetScope scope) {
  switch (scope) {
    case GetScope::kRecord:
      return "record";
    case GetScope::kAdapter:
      return "adapter";
    case GetScope::kAll:
      break;
  }
  return "all";
}

void BeginDocument(const GetOptions& options, const std::string& output, JsonText* json) {
  json->StartObject();
  json->Member("schema", "snaptree.get/1");
  json->TextMember("input", options.what);
  json->TextMember("address", options.address);
  json->TextMember("output", output);
}

std::string Document(const GetOptions& options, const GetReport& report,
                     const std::string& output) {
  JsonText json(JsonStyle::kPretty);
  BeginDocument(options, output, &json);
  json.MemberBool("found", report.found);
  json.MemberBool("complete", report.whole());
  json.Member("bytes", report.found ? report.bytes : 0);
  json.Member("scope", NameOf(report.scope));
  json.Member("index", NameOf(report.index));
  json.Key("nearest");
  json.StartArray();
  for (const std::string& name : report.nearest) json.Text(name);
  json.EndArray();
  json.Key("findings");
  AppendFindings(report.findings, &json);
  const Status verdict = VerdictOf(options, report);
  if (!verdict.ok()) AppendError(verdict, &json);
  json.Member("exit_code", static_cast<uint64_t>(ExitCodeOf(verdict)));
  json.EndObject();
  return json.text() + "\n";
}

std::string FailedDocument(const GetOptions& options, const std::string& output,
                           const Status& status) {
  JsonText json(JsonStyle::kPretty);
  BeginDocument(options, output, &json);
  return EndWithError(status, &json);
}

Result<GetReport> GetTo(GetOptions options, const std::string& output, bool replace,
                        const Invocation& invocation, Reporter& reporter) {
  SNAPTREE_TRY(CheckPlace(options, output));
  SNAPTREE_ASSIGN(RecordOutput record, RecordOutput::Open(output, replace));
  options.take = [&record](Slice bytes) { return record.Take(bytes); };
  Progress progress;
  Result<GetReport> report = [&] {
    const ProgressDisplay display(progress, reporter, invocation.common,
                                  output == "-" && IsTerminal(STDOUT_FILENO));
    options.progress = &progress;
    return Get(options);
  }();
  if (!report.ok()) return WithNextStep(std::move(report).status(), options.what);
  if (report->found) SNAPTREE_TRY(record.Publish());
  return report;
}

}  // namespace

int RunGet(const Invocation& invocation, Reporter& reporter) {
  const std::string output =
      invocation.Has(OptionId::kOutput) ? invocation.Value(OptionId::kOutput) : std::string("-");
  const bool has_document = reporter.json() && output != "-";
  GetOptions options;
  Status status = ReadOptions(invocation, &options);
  Result<GetReport> report =
      status.ok() ? GetTo(options, output, invocation.Has(OptionId::kForce), invocation, reporter)
                  : Result<GetReport>(std::move(status));
  if (!report.ok()) {
    const int code = EndRefused(report.status(), reporter);
    if (!has_document) return code;
    return PrintDocument(FailedDocument(options, output, report.status()), code, reporter);
  }
  const int code = Tell(options, *report, reporter);
  return has_document ? PrintDocument(Document(options, *report, output), code, reporter) : code;
}

}  // namespace snaptree::cli

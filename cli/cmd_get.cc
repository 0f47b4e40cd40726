// snaptree get WHAT ADDRESS: one record as its file would be.
#include <unistd.h>

#include "check/get/get_record.h"

#include "base/text.h"
#include "cli/commands.h"
#include "cli/count_text.h"
#include "cli/exit_codes.h"
#include "cli/missing_input.h"
#include "cli/nearest_names.h"
#include "cli/option_values.h"
#include "cli/path_text.h"
#include "cli/progress_display.h"
#include "cli/record_output.h"
#include "cli/snapshot_access.h"
#include "decode/preflight.h"

namespace snaptree::cli {
namespace {

Result<GetOptions> OptionsOf(const Invocation& invocation) {
  GetOptions options;
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
  options.salvage = invocation.Has(OptionId::kSalvage);
  options.threads = invocation.common.threads;
  options.memory_bytes = invocation.common.memory_bytes;
  options.scratch_folder = invocation.common.scratch_folder;
  return options;
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
  std::string next;
  if (report.nearest.empty()) {
    next = "list what is there: snaptree ls " + Printable(options.what);
  } else {
    std::string names;
    for (const std::string& name : report.nearest) {
      names += (names.empty() ? "" : ", ") + Printable(name, 300);
    }
    next = "did you mean: " + names;
  }
  if (!report.complete) {
    return DataError("RecordLost", "nothing of the record could be brought out")
        .At(options.what)
        .Address(Printable(options.address, 300))
        .Next("the warnings above say why; decode --salvage keeps what is left of it");
  }
  return DataError("NoSuchRecord", "there is no record of this address")
      .At(options.what)
      .Address(Printable(options.address, 300))
      .Next(std::move(next));
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
    case IndexUse::kUnknown:
      text = "no index is kept of standard input; ";
      break;
    case IndexUse::kSalvage:
      text = "no index is kept with --salvage; ";
      break;
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

int Tell(const GetOptions& options, const GetReport& report, Reporter& reporter) {
  reporter.Findings(report.findings);
  if (!report.salvage.empty()) reporter.Notice(SalvageText(report.salvage));
  if (!report.found) {
    reporter.Error(NotFound(options, report));
    return kExitIncomplete;
  }
  reporter.Detail(HowText(options, report));
  reporter.Detail(HumanBytes(report.bytes) + " written");
  const bool whole = report.complete && !report.findings.HasWarning() && report.salvage.empty();
  return whole ? kExitDone : kExitIncomplete;
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
  const Result<GetOptions> options = OptionsOf(invocation);
  Result<GetReport> report =
      options.ok() ? GetTo(*options,
                           invocation.Has(OptionId::kOutput) ? invocation.Value(OptionId::kOutput)
                                                             : std::string("-"),
                           invocation.Has(OptionId::kForce), invocation, reporter)
                   : Result<GetReport>(options.status());
  if (!report.ok()) {
    reporter.Error(report.status());
    return ExitCodeOf(report.status());
  }
  return Tell(*options, *report, reporter);
}

}  // namespace snaptree::cli

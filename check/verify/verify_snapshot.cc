#include <map>
#include <utility>

#include "check/verify/finding_problems.h"
#include "check/verify/index_check.h"
#include "check/verify/verify_parts.h"

#include "adapters/common/tree_findings.h"
#include "base/text.h"
#include "decode/decoder.h"
#include "formats/open_input.h"
#include "formats/scan.h"

namespace snaptree {
namespace {

// The file: footer, framing, order of the rows, and whether each can be taken apart.
Status LookQuickly(const VerifyOptions& options, Progress* progress, VerifyReport* report,
                   TreeFindings* problems) {
  OpenInputOptions open;
  open.scratch_folder = options.scratch_folder;
  open.choice = options.input;
  open.memory_bytes = options.memory_bytes;
  open.progress = progress;
  SNAPTREE_ASSIGN(const OpenedInput input, OpenInput(options.what, open));
  report->format = input.container->info().format;
  report->bytes = input.container->info().bytes;
  SNAPTREE_ASSIGN(const ScanResult scan, ScanContainer(*input.container, {{}, false, progress}));
  report->findings.Merge(input.findings);
  report->findings.Merge(scan.findings);
  if (const uint64_t encrypted = scan.EncryptedVersions(); encrypted != 0) {
    report->findings.Note("not_opened",
                          "encrypted rows were not opened: nobody knows whether they can be",
                          options.what, encrypted);
  }
  const uint64_t damaged = scan.DamagedRows();
  if (damaged == 0) return {};
  return problems->TakeError(DataError("DamagedRows", "rows of the snapshot cannot be read")
                                 .At(options.what)
                                 .Found(Thousands(damaged))
                                 .Next("without --quick each is named"));
}

using Counts = std::map<std::string, uint64_t>;

Status TakeDamagedRows(const VerifyOptions& options, const DecodeReport& decoded,
                       TreeFindings* problems) {
  for (const DamagedRecord& record : decoded.damaged) {
    SNAPTREE_TRY(problems->TakeError(
        DataError(record.code, record.reason)
            .At(record.input.empty() ? options.what : record.input, record.offset)
            .Address(record.address)));
  }
  if (decoded.rows.damaged <= decoded.damaged.size()) return {};
  return problems->TakeError(DataError("DamagedRows", "more rows of the snapshot cannot be read")
                                 .At(options.what)
                                 .Found(Thousands(decoded.rows.damaged - decoded.damaged.size())));
}

// All that decode would tell, and what it has no need to look at: derived rows.
Status LookAtRecords(const VerifyOptions& options, Progress* progress, VerifyReport* report,
                     TreeFindings* problems, Counts* more) {
  DecodeOptions decode;
  decode.inputs = {options.what};
  decode.input = options.input;
  decode.dry_run = true;
  decode.threads = options.threads;
  decode.memory_bytes = options.memory_bytes;
  decode.scratch_folder = options.scratch_folder;
  decode.progress = progress;
  IndexReport indexes{*problems, *more, report->findings};
  decode.look_again = [&](const DecodeContext& context, const DecodeReport& decoded) {
    return CheckIndexes(context, decoded, &indexes);
  };
  SNAPTREE_ASSIGN(const DecodeReport decoded, Decode(decode));
  report->format = decoded.inputs[0].info.format;
  report->bytes = decoded.input_bytes();
  report->records = decoded.records;
  report->rows = decoded.rows;
  SNAPTREE_TRY(TakeDamagedRows(options, decoded, problems));
  const uint64_t errors = problems->errors();
  Findings all = decoded.findings;
  all.Merge(report->findings);
  SNAPTREE_ASSIGN(report->findings, SplitFindings(all, options.what, problems, more));
  // Those that have a name were named.
  if (decoded.losses == 0 || decoded.rows.damaged > 0 || problems->errors() > errors) return {};
  return problems->TakeError(
      DataError("RecordsIncomplete", "records of the snapshot are not whole; warnings name them")
          .At(options.what)
          .Found(Thousands(decoded.losses))
          .Next("snaptree decode writes all others"));
}

}  // namespace

Result<VerifyReport> VerifySnapshot(const VerifyOptions& options) {
  Progress own_progress;
  Progress* progress = options.progress != nullptr ? options.progress : &own_progress;
  VerifyReport report;
  report.kind = WhatKind::kSnapshot;
  TreeFindings problems;
  Counts more;
  SNAPTREE_TRY(problems.TakeError(
      options.quick ? LookQuickly(options, progress, &report, &problems)
                    : LookAtRecords(options, progress, &report, &problems, &more)));
  for (Status& error : problems.Errors()) report.problems.push_back({std::move(error), ""});
  report.findings.Merge(problems.TakeFindings());
  report.problem_counts = problems.ErrorCounts();
  for (const auto& [code, count] : more) report.problem_counts[code] += count;
  for (const auto& [code, count] : report.problem_counts) report.problem_count += count;
  return report;
}

}  // namespace snaptree

#include <utility>

#include "check/verify_parts.h"

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
  open.memory_bytes = options.memory_bytes;
  open.progress = progress;
  SNAPTREE_ASSIGN(const OpenedInput input, OpenInput(options.what, open));
  report->format = input.container->info().format;
  report->bytes = input.container->info().bytes;
  SNAPTREE_ASSIGN(const ScanResult scan, ScanContainer(*input.container, {{}, false, progress}));
  report->findings.Merge(input.findings);
  report->findings.Merge(scan.findings);
  const uint64_t damaged = scan.DamagedRows();
  if (damaged == 0) return {};
  return problems->TakeError(DataError("DamagedRows", "rows of the snapshot cannot be read")
                                 .At(options.what)
                                 .Found(Thousands(damaged))
                                 .Next("without --quick each is named"));
}

// All that decode would tell.
Status LookAtRecords(const VerifyOptions& options, Progress* progress, VerifyReport* report,
                     TreeFindings* problems) {
  DecodeOptions decode;
  decode.inputs = {options.what};
  decode.dry_run = true;
  decode.threads = options.threads;
  decode.memory_bytes = options.memory_bytes;
  decode.scratch_folder = options.scratch_folder;
  decode.progress = progress;
  SNAPTREE_ASSIGN(const DecodeReport decoded, Decode(decode));
  report->format = decoded.inputs[0].info.format;
  report->bytes = decoded.input_bytes();
  report->records = decoded.records;
  report->rows = decoded.rows;
  report->findings.Merge(decoded.findings);
  for (const DamagedRecord& record : decoded.damaged) {
    SNAPTREE_TRY(problems->TakeError(DataError(record.code, record.reason)
                                         .At(options.what, record.offset)
                                         .Address(record.address)));
  }
  if (decoded.rows.damaged > decoded.damaged.size()) {
    SNAPTREE_TRY(
        problems->TakeError(DataError("DamagedRows", "more rows of the snapshot cannot be read")
                                .At(options.what)
                                .Found(Thousands(decoded.rows.damaged - decoded.damaged.size()))));
  }
  // Those of damaged rows were named; else only warnings name what is not whole.
  if (decoded.losses == 0 || decoded.rows.damaged > 0) return {};
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
  report.kind = VerifiedKind::kSnapshot;
  TreeFindings problems;
  SNAPTREE_TRY(problems.TakeError(options.quick
                                      ? LookQuickly(options, progress, &report, &problems)
                                      : LookAtRecords(options, progress, &report, &problems)));
  for (Status& error : problems.Errors()) report.problems.push_back({std::move(error), ""});
  report.problem_count = problems.errors();
  return report;
}

}  // namespace snaptree

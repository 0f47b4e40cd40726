#include "adapters/s3/s3_misfit_rows.h"

#include "base/text.h"

namespace snaptree::s3 {

MisfitRows::MisfitRows(const DecodeContext& context)
    : context_(context), unreachable_(context.source, context.sink, "unknown", "s3_rows.jsonl") {}

Status MisfitRows::Add(FamilyId family, const ViewRow& row, KeyShape shape) {
  if (shape == KeyShape::kMalformed) {
    return context_.ledger.AddDamaged(
        family, row, DataError("S3MalformedKey", "the key is not one of an S3 row"));
  }
  context_.ledger.Add(family, RowLedger::Place::kUnknown);
  context_.findings.Warn("s3_unreachable_row",
                         "rows that a node never looks up, kept in unknown/s3_rows.jsonl",
                         Printable(row.key));
  SNAPTREE_TRY(unreachable_.BeginRow(row.key, row.body));
  unreachable_.json().Member("commit_ts", row.commit_ts);
  if (row.expire_at != 0) unreachable_.json().Member("expire_at_hlc", row.expire_at);
  return unreachable_.EndRow();
}

Status MisfitRows::AddBadBucketName(FamilyId family, const ViewRow& row) {
  return context_.ledger.AddDamaged(
      family, row, DataError("S3MalformedKey", "the name of its bucket is not UTF-8"));
}

Status MisfitRows::Finish() { return unreachable_.Finish(); }

}  // namespace snaptree::s3

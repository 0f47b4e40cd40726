#include "adapters/s3/s3_misfit_rows.h"

#include "base/text.h"

namespace snaptree::s3 {

Status MisfitRows::Add(FamilyId family, const ViewRow& row, KeyShape shape) {
  if (shape == KeyShape::kMalformed) {
    return context_.ledger.AddDamaged(
        family, row, DataError("S3MalformedKey", "the key is not one of an S3 row"));
  }
  context_.ledger.Add(family, RowLedger::Place::kUnknown);
  context_.findings.Warn("s3_unreachable_row", "rows that a node never looks up, kept in unknown/",
                         Printable(row.key));
  return context_.unknown.Add(row);
}

Status MisfitRows::AddBadBucketName(FamilyId family, const ViewRow& row) {
  return context_.ledger.AddDamaged(
      family, row, DataError("S3MalformedKey", "the name of its bucket is not UTF-8"));
}

}  // namespace snaptree::s3

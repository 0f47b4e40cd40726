#include "adapters/s3/s3_misfit_rows.h"

#include <iterator>

#include "base/text.h"

namespace snaptree::s3 {

void UnreachableRows::Add(const std::string& key, uint64_t rows) {
  count += rows;
  first[key] += rows;
  if (first.size() > Finding::kMaxExamples) first.erase(std::prev(first.end()));
}

void UnreachableRows::Merge(const UnreachableRows& other) {
  uint64_t rest = other.count;
  for (const auto& [key, rows] : other.first) {
    Add(key, rows);
    rest -= rows;
  }
  count += rest;
}

void UnreachableRows::Report(Findings* findings) const {
  const auto warn = [&](const std::string& key, uint64_t rows) {
    findings->Warn("s3_unreachable_row", "rows that a node never looks up, kept in unknown/", key,
                   rows);
  };
  uint64_t rest = count;
  for (const auto& [key, rows] : first) {
    warn(key, rows);
    rest -= rows;
  }
  if (rest > 0) warn("", rest);
}

Status MisfitRows::Add(FamilyId family, const ViewRow& row, KeyShape shape) {
  if (shape == KeyShape::kMalformed) {
    return context_.ledger.AddDamaged(
        family, row, DataError("S3MalformedKey", "the key is not one of an S3 row"));
  }
  context_.ledger.Add(family, RowLedger::Place::kUnknown);
  unreachable_.Add(Printable(row.key), 1);
  return context_.unknown.Add(row);
}

Status MisfitRows::AddBadBucketName(FamilyId family, const ViewRow& row) {
  return context_.ledger.AddDamaged(
      family, row, DataError("S3MalformedKey", "the name of its bucket is not UTF-8"));
}

}  // namespace snaptree::s3

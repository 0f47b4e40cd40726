// Any bytes with --salvage: only what cannot be recognised is refused. What comes out can be
// scanned, is as many rows as the report says, and each of them stands in the input; a whole input
// comes out as without salvage.
#include <cstdlib>
#include <string>

#include "formats/spool.h"
#include "tests/support/opened_snapshot.h"

namespace {

using namespace snaptree;

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice input(reinterpret_cast<const char*>(data), size);
  if (IsZstd(input)) return 0;
  const test::OpenedSnapshot plain = test::OpenBytes(input);
  const test::OpenedSnapshot salvaged = test::SalvageBytes(input);
  if (salvaged.input.container == nullptr) {
    Require(plain.input.container == nullptr);
    Require(salvaged.status.kind() == ErrorKind::kData);
    Require(salvaged.status.code() == plain.status.code());
    return 0;
  }
  Require(salvaged.status.ok());
  const std::vector<test::StoredRow> rows = test::AllRows(salvaged);
  const SalvageReport& report = salvaged.input.salvage;
  Require(report.empty() == plain.status.ok());
  if (plain.status.ok()) {
    Require(rows == test::AllRows(plain));
    return 0;
  }
  Require(rows.size() == report.rows_kept);
  uint64_t live = 0;
  for (const FamilyCounts& counts : salvaged.scan.families) live += counts.live;
  Require(test::LiveRows(salvaged).size() == live);
  Require(report.bytes_lost <= size);
  for (const test::StoredRow& row : rows) {
    Require(input.find(test::FramedRow(row.key, row.value)) != Slice::npos);
  }
  return 0;
}

// Any bytes as an input: refused with an error of the input, or scanned, and then every extent,
// view and value of what was found can be read and agrees with the counts of the scan.
#include <cstdlib>
#include <string>

#include "formats/spool.h"
#include "tests/support/opened_snapshot.h"

namespace {

using namespace snaptree;

// Larger ones may unpack to more than a fuzzer has room for.
constexpr size_t kMaxZstdBytes = 256;

void Require(bool holds) {
  if (!holds) std::abort();
}

void WalkFamily(const test::OpenedSnapshot& opened, FamilyId family) {
  const FamilyCounts& counts = opened.scan.of(family);
  uint64_t rows = 0;
  for (const FamilyExtent& extent : opened.scan.extents[family]) {
    const size_t found = test::RowsIn(opened.source(), extent.extent).size();
    Require(found > 0);
    rows += found;
  }
  Require(rows == counts.rows);
  Require(counts.live + counts.older + counts.newer + counts.tombstone + counts.expired +
              counts.damaged ==
          (family == RawMetadataFamily() || family == RegistryFamily() ? 0 : rows));
  if (family == RawMetadataFamily() || family == RegistryFamily()) return;

  ViewCursor cursor(opened.source(), opened.scan, family);
  ViewRow row;
  ViewBuffer buffer;
  std::string storage;
  uint64_t live = 0;
  for (;;) {
    const Result<bool> more = cursor.Next(&row);
    Require(more.ok());
    if (!*more) break;
    live += row.IsLive() ? 1U : 0U;
    const Result<Slice> body = LoadValue(opened.source(), row.body, &storage);
    Require(body.ok() && body->size() == row.body.size);
    const auto size = static_cast<size_t>(row.body.size);
    const Result<Slice> view = opened.source().View(row.body.position, size, &buffer);
    Require(view.ok() && *view == *body);
  }
  Require(live == counts.live);
}

void Walk(const test::OpenedSnapshot& opened) {
  uint64_t rows = 0;
  for (size_t family = 0; family < Families().size(); ++family) {
    rows += opened.scan.families[family].rows;
    WalkFamily(opened, static_cast<FamilyId>(family));
  }
  Require(rows == opened.scan.rows);
  Require(test::AllRows(opened).size() == rows);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice input(reinterpret_cast<const char*>(data), size);
  if (IsZstd(input) && size > kMaxZstdBytes) return 0;
  const test::OpenedSnapshot opened = test::OpenBytes(input);
  if (opened.status.ok()) {
    Walk(opened);
  } else {
    Require(opened.status.kind() == ErrorKind::kData);
    Require(!opened.status.code().empty() && !opened.status.info().source.empty());
  }
  return 0;
}

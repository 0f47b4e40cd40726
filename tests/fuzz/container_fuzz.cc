// Any bytes as a snapshot: opening and scanning never crash, hang or allocate by a length of the input; what the scan
// counted is what its extents hold; and with --salvage the scan never fails.
#include <cstdlib>

#include "formats/open_input.h"
#include "formats/scan.h"
#include "formats/view_cursor.h"
#include "tests/support/snapshot_builder.h"

namespace {

using namespace snaptree;

void Require(bool ok) {
  if (!ok) std::abort();
}

// Walks the rows of each family and compares them with the scan's counts.
void WalkAll(const RowSource& source, const ScanResult& scan) {
  for (size_t i = 0; i < Families().size(); ++i) {
    const auto family = static_cast<FamilyId>(i);
    const FamilyCounts& counts = scan.of(family);
    if (family == RawMetadataFamily() || family == RegistryFamily()) continue;
    ViewCursor cursor(source, scan, family);
    ViewRow row;
    uint64_t live = 0;
    uint64_t rows = 0;
    for (;;) {
      const Result<bool> more = cursor.Next(&row);
      Require(more.ok());
      if (!*more) break;
      ++rows;
      live += row.IsLive() ? 1U : 0U;
    }
    Require(rows == counts.rows - counts.damaged);
    Require(live == counts.live);
  }
}

void OpenAndScan(const std::string& path, bool salvage) {
  OpenInputOptions options;
  options.salvage = salvage;
  Result<OpenedInput> input = OpenInput(path, options);
  if (!input.ok()) return;
  const Result<ScanResult> scan = ScanContainer(*input->container, {});
  Require(scan.ok() || !salvage);
  if (scan.ok()) WalkAll(input->container->rows(), *scan);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const test::MemoryFile file(Slice(reinterpret_cast<const char*>(data), size));
  OpenAndScan(file.path(), false);
  OpenAndScan(file.path(), true);
  return 0;
}

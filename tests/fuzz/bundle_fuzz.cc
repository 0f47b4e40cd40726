// Any bytes as a bundle of tables behind the magic, with the checksums that cover them made right,
// so that what is behind them is reached: refused with an error of the input, or scanned; and then
// a walk over all rows finds those that the scan counted. Salvage of the same bytes gives rows or
// an error of the input.
#include <cstdlib>
#include <string>

#include "base/coding.h"
#include "base/sha256.h"
#include "base/text.h"
#include "tests/support/opened_snapshot.h"

namespace {

using namespace snaptree;

void Require(bool holds) {
  if (!holds) std::abort();
}

// The tables' digests in the manifest, wherever it says `"sha256":"` and 64 digits follow: each
// table is as long as the `"size":` before says.
void MendDigests(std::string* manifest, Slice tables) {
  size_t at = 0;
  for (;;) {
    const size_t size_at = manifest->find("\"size\":", at);
    const size_t hex_at = manifest->find("\"sha256\":\"", at);
    if (size_at == std::string::npos || hex_at == std::string::npos) return;
    const size_t digits = size_at + 7;
    const size_t end = manifest->find_first_not_of("0123456789", digits);
    if (end == std::string::npos || hex_at + 10 + 64 > manifest->size()) return;
    const auto size = ParseU64(Slice(*manifest).substr(digits, end - digits));
    if (!size || *size > tables.size()) return;
    manifest->replace(hex_at + 10, 64, Sha256::HexOf(tables.substr(0, static_cast<size_t>(*size))));
    tables.remove_prefix(static_cast<size_t>(*size));
    at = hex_at + 10 + 64;
  }
}

// The first byte says how much is mended; two bytes are the length of the manifest; then manifest
// and tables.
std::string BundleOf(Slice input) {
  const bool mend = (static_cast<uint8_t>(input[0]) & 1) != 0;
  const size_t length = static_cast<uint8_t>(input[1]) | size_t{static_cast<uint8_t>(input[2])}
                                                             << 8;
  input.remove_prefix(3);
  std::string manifest(input.substr(0, length));
  const Slice tables = input.substr(manifest.size());
  if (mend) MendDigests(&manifest, tables);
  std::string bytes = "EKVSSTI1";
  AppendBe64(&bytes, manifest.size());
  const Sha256Digest digest = Sha256::Of(manifest);
  return bytes.append(AsSlice(digest)).append(manifest).append(tables);
}

void Check(const test::OpenedSnapshot& opened) {
  if (!opened.status.ok()) {
    Require(opened.status.kind() == ErrorKind::kData);
    Require(!opened.status.code().empty() && !opened.status.info().source.empty());
    return;
  }
  const std::vector<test::StoredRow> rows = test::AllRows(opened);
  Require(rows.size() == opened.scan.rows);
  ViewBuffer buffer;
  const auto cursor = opened.source().OpenCursor(opened.source().extent());
  for (size_t n = 0;;) {
    const auto batch = cursor->NextBatch();
    Require(batch.ok());
    if (batch->empty()) break;
    for (const Row& row : *batch) {
      const Result<Slice> view =
          opened.source().View(row.value_position, static_cast<size_t>(row.value_size), &buffer);
      Require(view.ok() && *view == rows[n].value);
      ++n;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const std::string bytes = BundleOf(Slice(reinterpret_cast<const char*>(data), size));
  Check(test::OpenBytes(bytes));
  Check(test::SalvageBytes(bytes));
  return 0;
}

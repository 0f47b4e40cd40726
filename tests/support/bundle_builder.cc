#include "tests/support/bundle_builder.h"

#include <algorithm>
#include <cstdio>

#include "base/base64.h"
#include "base/checksum.h"
#include "base/coding.h"
#include "base/sha256.h"

namespace snaptree::test {

BundledTable BundledTable::Of(const std::vector<StoredRow>& rows, PebbleTableOptions options) {
  PebbleTable writer(std::move(options));
  for (const StoredRow& row : rows) writer.Add(row.key, row.value);
  BundledTable table;
  table.rows = writer.rows();
  table.row_bytes = writer.row_bytes();
  table.bytes = writer.Finish();
  if (rows.empty()) return table;
  table.smallest = rows.front().key;
  table.largest = rows.back().key;
  return table;
}

BundleBuilder& BundleBuilder::Header1(uint64_t ceiling_ms) {
  header = "EKVTHLC1";
  AppendBe64(&header, ceiling_ms);
  return *this;
}

BundleBuilder& BundleBuilder::Add(const std::vector<StoredRow>& rows, size_t rows_a_table,
                                  const PebbleTableOptions& options) {
  for (size_t at = 0; at < rows.size(); at += rows_a_table) {
    const size_t end = std::min(rows.size(), at + rows_a_table);
    tables.push_back(BundledTable::Of(
        {rows.begin() + static_cast<ptrdiff_t>(at), rows.begin() + static_cast<ptrdiff_t>(end)},
        options));
  }
  return *this;
}

std::string BundleBuilder::Manifest() const {
  uint64_t rows = 0;
  uint64_t row_bytes = 0;
  uint64_t bytes = 0;
  std::string files;
  for (const BundledTable& table : tables) {
    char name[32];
    std::snprintf(name, sizeof name, "%06zu.sst", static_cast<size_t>(&table - tables.data()));
    std::string smallest;
    std::string largest;
    AppendBase64(&smallest, table.smallest);
    AppendBase64(&largest, table.largest);
    files += std::string(files.empty() ? "" : ",") + R"({"name":")" + name + R"(","size":)" +
             std::to_string(table.bytes.size()) + R"(,"sha256":")" +
             (table.sha256.empty() ? Sha256::HexOf(table.bytes) : table.sha256) +
             R"(","smallest":")" + smallest + R"(","largest":")" + largest + R"("})";
    rows += table.rows;
    row_bytes += table.row_bytes;
    bytes += table.bytes.size();
  }
  return R"({"version":1,"last_commit_ts":)" + std::to_string(last_commit_ts) +
         R"(,"min_retained_ts":)" + std::to_string(min_retained_ts) +
         R"(,"pending_min_retained_ts":)" + std::to_string(pending_min_retained_ts) +
         (applied_index.empty() ? "" : R"(,"applied_index":)" + applied_index) +
         R"(,"entry_count":)" + std::to_string(rows) + R"(,"uncompressed_bytes":)" +
         std::to_string(row_bytes) + R"(,"total_file_bytes":)" + std::to_string(bytes) +
         R"(,"files":)" + (tables.empty() ? "null" : "[" + files + "]") + "}";
}

std::string BundleBuilder::Assemble(const std::string& manifest) const {
  std::string bytes = header + "EKVSSTI1";
  AppendBe64(&bytes, manifest.size());
  const Sha256Digest digest = Sha256::Of(manifest);
  bytes.append(AsSlice(digest)).append(manifest);
  for (const BundledTable& table : tables) bytes += table.bytes;
  if (footer) AppendBe32(&bytes, Crc32c(bytes));
  return bytes;
}

}  // namespace snaptree::test

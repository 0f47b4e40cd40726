// A node that writes its snapshots as bundles of tables (testdata/README.md), against what it
// answered itself, and against the same rows as a row stream.
#include <algorithm>
#include <filesystem>
#include <set>

#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "tests/support/decode_run.h"
#include "tests/support/golden_node1.h"
#include "tests/support/opened_snapshot.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kRows = 25811;
// SHA-256 of the lines "<hex key> <hex value>\n" of truth/rows.jsonl, sorted, without the rows that
// the node's scan does not show.
constexpr char kTruthRows[] = "e8750f9a4384e6c18df843fad888c9f9ff840f5ea402d91521c22a169753cc0a";

std::string Sst1(const std::string& name) {
  return std::string(SNAPTREE_TESTDATA_DIR) + "/sst1/" + name;
}
std::string Snapshot() { return Sst1("0000000000000fa1.fsm.zst"); }

DecodeReport DecodeTo(const std::string& output, const std::string& input, unsigned threads,
                      uint64_t memory_bytes) {
  DecodeOptions options;
  options.inputs = {input};
  options.output = output;
  options.threads = threads;
  if (threads > 2) options.least_piece_bytes = 1;
  options.memory_bytes = memory_bytes;
  Result<DecodeReport> report = Decode(options);
  if (!report.ok()) throw std::runtime_error(report.status().Message());
  return *std::move(report);
}

Files RecordsOf(const std::string& tree) {
  Files files = ReadTree(tree);
  std::erase_if(files, [](const auto& file) { return file.first.find('/') == std::string::npos; });
  return files;
}

// The rows of the bundle as a row stream of this test's own.
std::string AsRowStream(const OpenedSnapshot& opened) {
  SnapshotBuilder stream;
  stream.Header1(1).LastCommit(opened.input.container->info().last_commit_ts).KeepOrder();
  for (const StoredRow& row : AllRows(opened)) stream.Raw(row.key, row.value);
  return stream.Bytes();
}

TEST_CASE("sst1: a bundle of a live node") {
  const OpenedSnapshot opened = OpenPath(Snapshot());
  REQUIRE(opened.status.ok());
  const ContainerInfo& info = opened.input.container->info();
  CHECK(info.format == "EKVTHLC1+EKVSSTI1");
  CHECK(info.snapshot_index == 0xfa1U);
  CHECK(info.crc32c.has_value());
  CHECK(opened.scan.rows == kRows);
  CHECK(opened.scan.DamagedRows() == 0);
  CHECK_FALSE(opened.scan.findings.HasWarning());
}

TEST_CASE("sst1: every live row is what the node's own scan returned") {
  const OpenedSnapshot opened = OpenPath(Snapshot());
  REQUIRE(opened.status.ok());
  std::string lines;
  for (const auto& [key, value] : LiveRows(opened)) {
    if (key.ends_with("zz:tick") || key.starts_with("!dist|") || key.starts_with("!txn|")) continue;
    lines += Hex(key) + " " + Hex(value) + "\n";
  }
  CHECK(Sha256::HexOf(lines) == kTruthRows);
}

TEST_CASE("sst1: the tree is the one that the same rows make as a row stream") {
  const OpenedSnapshot opened = OpenPath(Snapshot());
  REQUIRE(opened.status.ok());
  const TempFolder folder;
  WriteWholeFile(folder / "0000000000000fa1.fsm", AsRowStream(opened));
  const uint64_t memory = uint64_t{512} << 20;
  DecodeTo(folder / "stream", folder / "0000000000000fa1.fsm", 2, memory);
  const Files expected = RecordsOf(folder / "stream");
  REQUIRE(expected.size() > 900);
  for (const unsigned threads : {1U, 2U, 4U}) {
    CAPTURE(threads);
    const std::string tree = folder / std::to_string(threads);
    const DecodeReport report =
        DecodeTo(tree, Snapshot(), threads, threads == 1 ? uint64_t{16} << 20 : memory);
    CHECK(report.complete());
    CHECK(report.rows.Sum() == report.rows.total);
    CHECK((RecordsOf(tree) == expected));
  }
}

TEST_CASE("sst1: records are what the node answered") {
  const TempFolder folder;
  DecodeTo(folder / "tree", Snapshot(), 2, uint64_t{512} << 20);
  for (const std::string adapter : {"redis", "dynamodb", "s3", "sqs", "fs"}) {
    INFO(adapter);
    const std::string truth = folder / (adapter + ".json");
    WriteWholeFile(truth, Unzstd(ReadWholeFile(Sst1("truth/" + adapter + ".json.zst"))));
    CHECK(RunScript(adapter + "_truth.py", "'" + (folder / "tree") + "' '" + truth + "'") == 0);
  }
}

}  // namespace
}  // namespace snaptree::test

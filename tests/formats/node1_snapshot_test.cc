// The snapshot of a live node against what the node itself answered (testdata/README.md).
#include <algorithm>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/text.h"
#include "formats/snap_file.h"
#include "formats/spool.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

using Rows = std::map<std::string, std::string>;

const std::string kNode1 = SNAPTREE_TESTDATA_DIR "/node1";
const std::string kSnapshot = kNode1 + "/0000000000000ed9.fsm.zst";

std::string Unpacked(const std::string& path) {
  const Result<InputFile> packed = InputFile::Open(path);
  REQUIRE(packed.ok());
  const Result<InputFile> file = SpoolZstd(*packed, TemporaryFolder(), nullptr);
  REQUIRE(file.ok());
  std::string bytes(file->size(), '\0');
  REQUIRE(file->ReadExactlyAt(0, bytes.data(), bytes.size()).ok());
  return bytes;
}

// Lines {"k": "<hex>", "v": "<hex>"}, in whatever order the members stand.
std::string Member(Slice line, const std::string& name) {
  const size_t at = line.find("\"" + name + "\"");
  REQUIRE(at != Slice::npos);
  const size_t begin = line.find('"', line.find(':', at)) + 1;
  return Unhex(line.substr(begin, line.find('"', begin) - begin));
}

Rows TruthOf(const std::string& path) {
  const std::string text = Unpacked(path);
  Rows rows;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    REQUIRE(end != std::string::npos);
    const Slice line = Slice(text).substr(at, end - at);
    rows[Member(line, "k")] = Member(line, "v");
    at = end + 1;
  }
  return rows;
}

// What the scan of a node does not show, or what was written after it.
void DropIncomparable(Rows* rows) {
  std::erase_if(*rows, [](const auto& row) {
    return row.first.ends_with("zz:tick") || row.first.starts_with("!dist|") ||
           row.first.starts_with("!txn|");
  });
}

void CheckSame(Rows mine, Rows truth) {
  DropIncomparable(&mine);
  DropIncomparable(&truth);
  CHECK(mine.size() == truth.size());
  size_t different = 0;
  for (const auto& [key, value] : truth) {
    const auto found = mine.find(key);
    if (found != mine.end() && found->second == value) continue;
    if (++different < 5)
      UNSCOPED_INFO((found == mine.end() ? "missing " : "other ") + Printable(key));
  }
  for (const auto& [key, value] : mine) {
    if (truth.contains(key)) continue;
    if (++different < 10) UNSCOPED_INFO("extra " + Printable(key));
  }
  CHECK(different == 0);
}

TEST_CASE("node1: the counts of its README") {
  const OpenedSnapshot opened = OpenPath(kSnapshot);
  REQUIRE(opened.status.ok());
  const ContainerInfo& info = opened.input.container->info();
  CHECK(info.format == "EKVTHLC1+EKVPBBL1");
  CHECK(info.snapshot_index == 0xed9U);
  CHECK(info.crc32c.has_value());
  CHECK(opened.scan.rows == 21515);
  CHECK(opened.scan.of(RawMetadataFamily()).rows == 3);
  CHECK(opened.scan.DamagedRows() == 0);
  CHECK(opened.scan.LiveEncryptedRows() == 0);
  CHECK_FALSE(opened.scan.findings.HasWarning());
  uint64_t rows = 0;
  uint64_t live = 0;
  uint64_t gone = 0;
  for (const FamilyCounts& counts : opened.scan.families) {
    rows += counts.rows;
    live += counts.live;
    gone += counts.tombstone + counts.expired;
    CHECK(counts.newer == 0);
  }
  CHECK(rows == 21515);
  CHECK(live == 8605);
  CHECK(gone == 4261);
  CHECK(LiveRows(opened).size() == 8605);

  // Versions by a sort of all rows, without the view.
  std::map<std::string, size_t> versions;
  for (const StoredRow& row : AllRows(opened)) {
    if (ClassifyRawKey(row.key) < 0) ++versions[row.key.substr(0, row.key.size() - 8)];
  }
  CHECK(versions.size() == 12866);
  CHECK(std::count_if(versions.begin(), versions.end(),
                      [](const auto& key) { return key.second > 1; }) == 2284);
}

TEST_CASE("node1: every live row is what the node's own scan returned") {
  const OpenedSnapshot opened = OpenPath(kSnapshot);
  REQUIRE(opened.status.ok());
  Rows truth = TruthOf(kNode1 + "/truth/rows.jsonl.zst");
  // The node deleted the messages of dropped and purged queues after it was asked: tombstones tell
  // so.
  std::set<std::string> deleted;
  for (const StoredRow& row : AllRows(opened)) {
    const bool of_queue =
        row.key.starts_with("!sqs|msg|") || row.key.starts_with("!sqs|queue|tombstone|");
    if (of_queue && row.value[0] == 1) {
      deleted.insert(row.key.substr(0, row.key.size() - 8));
    }
  }
  const Rows live = LiveRows(opened);
  const size_t purged = std::erase_if(truth, [&](const auto& row) {
    return deleted.contains(row.first) && !live.contains(row.first);
  });
  CHECK(purged == 24);
  CheckSame(live, truth);
}

TEST_CASE("node1: at an earlier timestamp too") {
  ScanOptions options;
  options.at = ParseU64(ReadWholeFile(kNode1 + "/truth/mid.ts").substr(0, 18));
  REQUIRE(options.at == 117653362909511680U);
  const OpenedSnapshot opened = OpenPath(kSnapshot, {}, options);
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.read_ts == *options.at);
  CheckSame(LiveRows(opened), TruthOf(kNode1 + "/truth/rows-mid.jsonl.zst"));
}

TEST_CASE("node1: its footer is the one that the raft marker names") {
  const std::string path = kNode1 + "/snap/0000000000000002-0000000000000ed9.snap";
  const Result<SnapFile> snap = ParseSnapFile(ReadWholeFile(path), path);
  REQUIRE(snap.ok());
  const OpenedSnapshot opened = OpenPath(kSnapshot);
  REQUIRE(opened.status.ok());
  CHECK(opened.input.container->info().crc32c == snap->token_crc32c);
  CHECK(opened.input.container->info().snapshot_index == snap->index);
}

TEST_CASE("node1: salvage of a copy that was cut in the middle keeps what is before the cut") {
  const std::string bytes = Unpacked(kSnapshot);
  const OpenedSnapshot whole = OpenBytes(bytes);
  REQUIRE(whole.status.ok());
  const std::vector<StoredRow> rows = AllRows(whole);
  const Slice half = Slice(bytes).substr(0, bytes.size() / 2);
  const OpenedSnapshot cut = OpenBytes(half);
  REQUIRE_FALSE(cut.status.ok());
  CHECK(cut.status.code() == "PayloadTruncated");
  const OpenedSnapshot salvaged = SalvageBytes(half);
  REQUIRE(salvaged.status.ok());
  const std::vector<StoredRow> kept = AllRows(salvaged);
  CHECK(kept.size() > 5000);
  CHECK(std::equal(kept.begin(), kept.end(), rows.begin()));
}

}  // namespace
}  // namespace snaptree

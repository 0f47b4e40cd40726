// What is kept of a scan comes back as it was, or not at all.
#include "formats/index_file.h"

#include <catch2/catch.hpp>

#include "formats/index_codec.h"
#include "tests/support/damage.h"
#include "tests/support/temp_folder.h"
#include "tests/support/unzstd.h"

namespace snaptree::test {
namespace {

struct Scanned {
  OpenedInput input;
  ScanResult scan;
};

Scanned ScanOf(const std::string& path) {
  Scanned out;
  Result<OpenedInput> input = OpenInput(path, {});
  REQUIRE(input.ok());
  out.input = *std::move(input);
  ScanOptions options;
  options.least_place_bytes = 1;
  Result<ScanResult> scan = ScanContainer(*out.input.container, options);
  REQUIRE(scan.ok());
  out.scan = *std::move(scan);
  return out;
}

std::string TextOf(const ScanResult& scan) {
  IndexWriter out;
  AppendScan(scan, &out);
  return out.Take();
}

// With rows that cannot be read, findings with examples, and rows of no family.
SnapshotBuilder OddSnapshot() {
  SnapshotBuilder rows;
  AddManyFamilies(&rows);
  for (int i = 0; i < 50; ++i) {
    const std::string n = std::to_string(i);
    rows.Put("bare" + n, kT0, "raw").Put("!s3|odd" + n, kT0, "unknown");
    rows.Raw(RawKey("!redis|str|bad" + n, kT0), "short");
    rows.Raw(RawKey("!redis|str|flags" + n, kT0), StoredValue("x", 0, 0x80));
    rows.Raw(RawKey("!redis|str|gone" + n, kT0), StoredValue("a body", 0, 1));
    rows.Put("!redis|str|secret" + n, kT0, std::string("\1\0\0\0\0\7", 6) + "secret", 0, 2);
  }
  return rows.Metadata("_meta_min_retained_ts", kT0 - 1);
}

TEST_CASE("a scan comes back as it was") {
  const TempFolder folder;
  const std::string path = folder / "a.fsm";
  OddSnapshot().Write(path);
  const Scanned scanned = ScanOf(path);
  REQUIRE(scanned.scan.damaged.size() == 100);
  REQUIRE_FALSE(scanned.scan.findings.by_code().empty());
  REQUIRE_FALSE(scanned.scan.encryption_key_ids.empty());
  REQUIRE_FALSE(scanned.scan.version_key_ids.empty());
  const Result<std::optional<SnapshotIdentity>> identity = IdentityOf(scanned.input, std::nullopt);
  REQUIRE(identity.ok());
  REQUIRE(identity->has_value());
  const std::string index = folder / "a.index";
  const Extent rows = scanned.input.container->rows().extent();
  CHECK_FALSE(ReadIndex(index, **identity, rows)->has_value());
  REQUIRE(WriteIndex(index, **identity, {scanned.scan, 7}).ok());
  const Result<std::optional<IndexedScan>> read = ReadIndex(index, **identity, rows);
  REQUIRE(read.ok());
  REQUIRE(read->has_value());
  CHECK(TextOf((*read)->scan) == TextOf(scanned.scan));
  CHECK((*read)->crc32c == 7);
  CHECK((*read)->scan.EncryptedVersions() == scanned.scan.EncryptedVersions());
  CHECK((*read)->scan.version_key_ids == scanned.scan.version_key_ids);
  CHECK((*read)->scan.damaged[99].defect == std::string(scanned.scan.damaged[99].defect));

  SnapshotIdentity other = **identity;
  other.at = kT0;
  CHECK_FALSE(ReadIndex(index, other, rows)->has_value());
  // Positions outside of the rows are those of another file.
  CHECK_FALSE(ReadIndex(index, **identity, {rows.begin, rows.end - 100})->has_value());
  CHECK_FALSE(ReadIndex(index, **identity, {rows.begin + 100, rows.end})->has_value());
}

TEST_CASE("a scan that is no whole one does not come back") {
  const TempFolder folder;
  const std::string path = folder / "a.fsm";
  OddSnapshot().Write(path);
  const Scanned scanned = ScanOf(path);
  const Extent rows = scanned.input.container->rows().extent();
  const std::string whole = TextOf(scanned.scan);
  for (size_t size = 0; size < whole.size(); size += 3) {
    const std::string cut = whole.substr(0, size);
    IndexReader reader(cut);
    ScanResult scan;
    CHECK_FALSE(ReadScan(&reader, rows, &scan));
  }
  // Without its checksum: what is taken is within its ranges, whatever the bytes are.
  for (size_t at = 0; at < whole.size(); at += 5) {
    const std::string flipped = WithFlippedBit(whole, at, static_cast<int>(at % 8));
    IndexReader reader(flipped);
    ScanResult scan;
    if (!ReadScan(&reader, rows, &scan)) continue;
    for (const uint64_t place : scan.places) REQUIRE((place >= rows.begin && place < rows.end));
  }
}

}  // namespace
}  // namespace snaptree::test

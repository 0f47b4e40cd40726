// Small bundles, damaged in every possible way that is small: each flipped bit, each truncation.
#include <set>

#include <catch2/catch.hpp>

#include "tests/support/bundle_builder.h"
#include "tests/support/bundle_vectors.h"
#include "tests/support/damage.h"
#include "tests/support/opened_snapshot.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

std::vector<StoredRow> SomeRows() {
  SnapshotBuilder rows;
  AddManyFamilies(&rows);
  for (int n = 10; n < 50; ++n) rows.Put("!hs|fld|h|" + std::to_string(n), kT0, "value");
  return rows.Rows();
}

// Three tables of a few blocks each, the last one compressed.
std::string SmallBundle() {
  const std::vector<StoredRow> rows = SomeRows();
  PebbleTableOptions options;
  options.block_bytes = 300;
  options.index_block_bytes = 40;
  BundleBuilder bundle;
  bundle.Header1(1767225604000);
  bundle.Add({rows.begin(), rows.begin() + 20}, 20, options);
  bundle.Add({rows.begin() + 20, rows.begin() + 30}, 20, options);
  options.snappy = true;
  bundle.Add({rows.begin() + 30, rows.end()}, 100, options);
  return bundle.Bytes();
}

// Whether the byte tells what the file is.
bool SaysWhatItIs(size_t at, size_t header_bytes) {
  return at < 8 || (at >= header_bytes && at < header_bytes + 8);
}

TEST_CASE("bundle: every flipped bit is found, and located with the footer's help") {
  const std::string header("EKVTHLC1\0\0\x01\x9b\x76\xda\xb7\xa0", 16);
  for (const std::string& bytes : {SmallBundle(), WithEnvelope(BundleP3(), header, true)}) {
    REQUIRE(OpenBytes(bytes).status.ok());
    for (size_t at = 0; at < bytes.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        CAPTURE(at, bit);
        const OpenedSnapshot opened = OpenBytes(WithFlippedBit(bytes, at, bit));
        REQUIRE_FALSE(opened.status.ok());
        const ErrorInfo& info = opened.status.info();
        INFO(opened.status.Message());
        REQUIRE(info.kind == ErrorKind::kData);
        if (SaysWhatItIs(at, 16)) continue;
        REQUIRE(info.code == "FsmChecksum");
        REQUIRE(info.offset == at);
        REQUIRE(info.what.find("bit " + std::to_string(bit)) != std::string::npos);
      }
    }
  }
}

TEST_CASE("bundle: every flipped bit of a bare one is found") {
  const std::string p3 = BundleP3();
  for (size_t at = 0; at < p3.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      CAPTURE(at, bit);
      const OpenedSnapshot opened = OpenBytes(WithFlippedBit(p3, at, bit));
      REQUIRE_FALSE(opened.status.ok());
      INFO(opened.status.Message());
      REQUIRE(opened.status.kind() == ErrorKind::kData);
      if (at < 8) continue;
      REQUIRE(
          std::set<std::string>{"BundleMismatch", "BundleManifest", "PayloadTruncated"}.contains(
              opened.status.code()));
    }
  }
}

TEST_CASE("bundle: every truncation is found") {
  const std::string bytes = SmallBundle();
  for (size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    const OpenedSnapshot opened = OpenBytes(Slice(bytes).substr(0, size));
    if (size == bytes.size() - 4) {  // without the footer it is whole all the same
      REQUIRE(opened.status.ok());
      REQUIRE(opened.finding("no_checksum") != nullptr);
      REQUIRE(AllRows(opened) == SomeRows());
      continue;
    }
    if (size == 16 || size == 20)
      continue;  // the header alone: an empty store, perhaps with footer
    REQUIRE_FALSE(opened.status.ok());
    INFO(opened.status.Message());
    REQUIRE(opened.status.kind() == ErrorKind::kData);
    if (size < 24) continue;
    REQUIRE(opened.status.code() ==
            (size > bytes.size() - 4 ? "TrailingBytes" : "PayloadTruncated"));
    REQUIRE(opened.status.info().offset.has_value());
  }
}

TEST_CASE("bundle: surplus bytes are found") {
  const std::string bytes = SmallBundle();
  for (const size_t n : {1U, 4U, 100U}) {
    const OpenedSnapshot opened = OpenBytes(bytes + std::string(n, 'x'));
    REQUIRE_FALSE(opened.status.ok());
    CHECK(opened.status.code() == "TrailingBytes");
    CHECK(opened.status.info().offset == bytes.size() - 4);
  }
}

TEST_CASE("bundle: a footer in the other byte order is told") {
  std::string bytes = SmallBundle();
  const size_t n = bytes.size();
  std::swap(bytes[n - 4], bytes[n - 1]);
  std::swap(bytes[n - 3], bytes[n - 2]);
  const OpenedSnapshot opened = OpenBytes(bytes);
  REQUIRE_FALSE(opened.status.ok());
  CHECK(opened.status.code() == "FsmChecksum");
  CHECK(opened.status.Message().find("footer_little_endian") != std::string::npos);
}

// Salvage of any small damage gives rows of the original, in order, and none that was not there.
void CheckSalvaged(const std::string& damaged, const std::vector<StoredRow>& rows) {
  const OpenedSnapshot opened = SalvageBytes(damaged);
  if (!opened.status.ok()) {
    INFO(opened.status.Message());
    REQUIRE(opened.status.kind() == ErrorKind::kData);
    return;
  }
  REQUIRE_FALSE(opened.input.salvage.empty());
  const std::vector<StoredRow> kept = AllRows(opened);
  REQUIRE(kept.size() == opened.input.salvage.rows_kept);
  REQUIRE(kept.size() == opened.scan.rows);
  auto at = rows.begin();
  for (const StoredRow& row : kept) {
    at = std::find(at, rows.end(), row);
    REQUIRE(at != rows.end());
    ++at;
  }
  if (kept.size() < rows.size()) REQUIRE(opened.input.salvage.lost_ranges > 0);
}

TEST_CASE("bundle: salvage after each flipped bit, and after each truncation, invents nothing") {
  const std::string bytes = SmallBundle();
  const std::vector<StoredRow> rows = SomeRows();
  for (size_t at = 24; at < bytes.size(); ++at) {
    CAPTURE(at);
    CheckSalvaged(WithFlippedBit(bytes, at, static_cast<int>(at % 8)), rows);
  }
  for (size_t size = 24; size < bytes.size(); ++size) {
    if (size == bytes.size() - 4) continue;
    CAPTURE(size);
    CheckSalvaged(bytes.substr(0, size), rows);
  }
}

TEST_CASE("bundle: salvage leaves out the block that is damaged, and no other row") {
  const std::vector<StoredRow> rows = SomeRows();
  PebbleTableOptions options;
  options.block_bytes = 300;
  BundleBuilder bundle;
  bundle.Header1(1).Add(rows, 30, options);
  const std::string bytes = bundle.Bytes();
  const size_t table = 16 + 48 + bundle.Manifest().size();
  const OpenedSnapshot opened = SalvageBytes(WithFlippedBit(bytes, table + 500, 3));
  REQUIRE(opened.status.ok());
  const SalvageReport& report = opened.input.salvage;
  CHECK(report.damage.find("bit 3") != std::string::npos);
  REQUIRE(report.lost_ranges == 1);
  const LostRange& lost = report.lost[0];
  CHECK(lost.reason.starts_with("BlockChecksum: "));
  CHECK(lost.begin > table);
  CHECK(lost.begin <= table + 500);
  CHECK(lost.end > table + 500);
  CHECK(lost.end < table + bundle.tables[0].bytes.size());
  CHECK(report.bytes_lost == lost.end - lost.begin);
  CHECK_FALSE(report.end_missing);
  // The rows before and behind the block.
  const std::vector<StoredRow> kept = AllRows(opened);
  CHECK(kept.size() > rows.size() / 2);
  size_t before = 0;
  while (kept[before] == rows[before]) ++before;
  CHECK(before > 0);
  CHECK(lost.after_key == rows[before - 1].key);
  const size_t gone = rows.size() - kept.size();
  CHECK(std::equal(kept.begin() + static_cast<ptrdiff_t>(before), kept.end(),
                   rows.begin() + static_cast<ptrdiff_t>(before + gone)));
}

TEST_CASE("bundle: salvage of one that was cut reads the blocks before the cut") {
  const std::vector<StoredRow> rows = SomeRows();
  PebbleTableOptions options;
  options.block_bytes = 300;
  for (const bool snappy : {false, true}) {
    options.snappy = snappy;
    BundleBuilder bundle;
    bundle.Header1(1).Add(rows, 20, options);
    const std::string bytes = bundle.Bytes();
    const size_t last = bytes.size() - 4 - bundle.tables.back().bytes.size();
    const size_t middle = last - bundle.tables[1].bytes.size();
    size_t most = 0;
    for (const size_t cut : {middle + 10, middle + 500, last - 1, last, last + 10}) {
      CAPTURE(snappy, cut);
      const OpenedSnapshot opened = SalvageBytes(bytes.substr(0, cut));
      REQUIRE(opened.status.ok());
      const SalvageReport& report = opened.input.salvage;
      CHECK(report.end_missing);
      const std::vector<StoredRow> kept = AllRows(opened);
      REQUIRE(kept == std::vector<StoredRow>(rows.begin(),
                                             rows.begin() + static_cast<ptrdiff_t>(kept.size())));
      REQUIRE(kept.size() >= most);
      most = kept.size();
      REQUIRE(report.lost_ranges >= 1);
      CHECK(report.lost.back().end == cut);
      CHECK(report.lost.back().after_key == kept.back().key);
      if (cut == middle + 10) CHECK(kept.size() == 20);
      if (cut == middle + 500) CHECK(kept.size() > 20);
      if (cut >= last - 1) CHECK(kept.size() == 40);
    }
  }
}

TEST_CASE(
    "bundle: salvage of a table whose index, properties or footer are lost has all its rows") {
  const std::vector<StoredRow> rows = SomeRows();
  for (const bool snappy : {false, true}) {
    for (const size_t index_block_bytes : {40U, 4096U}) {
      CAPTURE(snappy, index_block_bytes);
      PebbleTableOptions options;
      options.block_bytes = 300;
      options.index_block_bytes = index_block_bytes;
      options.snappy = snappy;
      BundleBuilder bundle;
      bundle.Header1(1).Add(rows, 20, options);
      std::string bytes = bundle.Bytes();
      const size_t end = bytes.size() - 4 - bundle.tables[2].bytes.size();
      bytes.replace(end - 53, 53, std::string(53, 'x'));
      const OpenedSnapshot opened = SalvageBytes(bytes);
      REQUIRE(opened.status.ok());
      CHECK(AllRows(opened) == rows);
      CHECK(opened.input.salvage.lost_ranges == 0);
      CHECK_FALSE(opened.input.salvage.empty());
      CHECK_FALSE(opened.input.salvage.end_missing);
    }
  }
}

TEST_CASE("bundle: salvage of one whose checksums alone are off loses nothing") {
  const std::vector<StoredRow> rows = SomeRows();
  BundleBuilder bundle;
  bundle.Add(rows, 20);
  bundle.tables[1].sha256 = std::string(64, '1');
  for (const std::string& bytes : {bundle.Bytes(), BundleBuilder(bundle).Bytes().append("surplus"),
                                   WithFlippedBit(SmallBundle(), SmallBundle().size() - 1, 0)}) {
    const OpenedSnapshot opened = SalvageBytes(bytes);
    REQUIRE(opened.status.ok());
    CHECK(AllRows(opened) == rows);
    CHECK_FALSE(opened.input.salvage.empty());
  }
}

TEST_CASE("bundle: salvage of a whole one has nothing to report") {
  const OpenedSnapshot opened = SalvageBytes(SmallBundle());
  REQUIRE(opened.status.ok());
  CHECK(opened.input.salvage.empty());
  CHECK(opened.input.container->info().crc32c.has_value());
}

}  // namespace
}  // namespace snaptree

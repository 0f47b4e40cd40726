// Bundles that are whole: spec vectors and bundles of the test's own, read in every way; and
// bundles whose checksums hold while their writer broke a rule (spec 01b section 2.8).
#include <catch2/catch.hpp>

#include "base/coding.h"
#include "base/sha256.h"
#include "tests/support/bundle_builder.h"
#include "tests/support/bundle_vectors.h"
#include "tests/support/opened_snapshot.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

TEST_CASE("bundle: vector V12, an empty store") {
  for (const Slice header : {Slice(), Slice("EKVTHLC1\0\0\0\0\0\0\0\0", 16)}) {
    for (const bool footer : {false, true}) {
      const std::string bytes = WithEnvelope(BundleV12(), header, footer);
      const OpenedSnapshot opened = OpenBytes(bytes);
      INFO(opened.status.Message());
      REQUIRE(opened.status.ok());
      CHECK(opened.scan.rows == 0);
      CHECK(AllRows(opened).empty());
      CHECK(opened.input.container->payload_end() == header.size() + 201);
      CHECK(opened.input.container->info().crc32c.has_value() == footer);
      CHECK((opened.finding("no_checksum") == nullptr) == footer);
    }
  }
}

TEST_CASE("bundle: V12 with bytes behind it") {
  for (const size_t n : {1U, 2U, 3U, 5U, 8U, 4096U}) {
    const OpenedSnapshot opened = OpenBytes(BundleV12() + std::string(n, '\0'));
    REQUIRE_FALSE(opened.status.ok());
    CHECK(opened.status.code() == "TrailingBytes");
    CHECK(opened.status.info().offset == 201U);
  }
  const OpenedSnapshot four = OpenBytes(BundleV12() + "abcd");
  REQUIRE_FALSE(four.status.ok());
  CHECK(four.status.code() == "FsmChecksum");
}

TEST_CASE("bundle: vector P3") {
  REQUIRE(Sha256::HexOf(BundleP3()) ==
          "b6861cd1228482a5139b92a5329dfca82175dfc26b0bbbdb907094dee3d38d6f");
  const OpenedSnapshot opened = OpenBytes(BundleP3());
  INFO(opened.status.Message());
  REQUIRE(opened.status.ok());
  CHECK(opened.input.container->info().format == "EKVSSTI1");
  CHECK(opened.scan.rows == 3);
  CHECK(opened.scan.applied_index == 42U);
  CHECK(LiveRows(opened).empty());
  std::string meta;
  AppendLe64(&meta, kT1);
  CHECK(AllRows(opened) ==
        std::vector<StoredRow>{{RawKey("!redis|str|hello", kT1), Unhex("010000000000000000")},
                               {RawKey("!redis|str|hello", kT0), StoredValue("world")},
                               {"_meta_last_commit_ts", meta}});
  ScanOptions at;
  at.at = kT0;
  const OpenedSnapshot earlier = OpenBytes(BundleP3(), {}, at);
  REQUIRE(earlier.status.ok());
  CHECK(LiveRows(earlier) == std::map<std::string, std::string>{{"!redis|str|hello", "world"}});
}

// Rows of several families and versions, with values from nothing to more than a block.
std::vector<StoredRow> ManyRows() {
  SnapshotBuilder rows;
  for (int n = 0; n < 700; ++n) {
    const std::string key = "!hs|fld|h" + std::to_string(n % 300) + "|f" + std::to_string(n);
    const auto size = static_cast<size_t>(n * 37 % 211);
    rows.Put(key, kT0, std::string(size, static_cast<char>('a' + n % 26)));
    if (n % 5 == 0) rows.Delete(key, kT0 + 4);
    if (n % 7 == 0) rows.Put(key, kT1, "newer " + std::to_string(n));
  }
  rows.Put("!redis|str|large", kT0, std::string(70000, 'L'));
  rows.Put("!redis|str|larger", kT0, std::string(300000, 'M'));
  rows.Put("plain", kT0, "");
  rows.Metadata("_meta_applied_index", 66).Metadata("_meta_last_commit_ts", kT1);
  return rows.Rows();
}

std::string BundleOf(const std::vector<StoredRow>& rows, size_t rows_a_table, bool snappy) {
  BundleBuilder bundle;
  PebbleTableOptions options;
  options.snappy = snappy;
  options.index_block_bytes = 256;
  options.block_bytes = 1024;
  return bundle.Header1(1767225604000).Add(rows, rows_a_table, options).Bytes();
}

TEST_CASE("bundle: the same rows as a row stream, however they are shared out among tables") {
  const std::vector<StoredRow> rows = ManyRows();
  SnapshotBuilder stream;
  stream.Header1(1767225604000).LastCommit(kT1);
  for (const StoredRow& row : rows) stream.Raw(row.key, row.value);
  const OpenedSnapshot expected = OpenBytes(stream.Bytes());
  REQUIRE(expected.status.ok());
  for (const bool snappy : {false, true}) {
    for (const size_t rows_a_table : {size_t{1}, size_t{7}, size_t{100}, rows.size()}) {
      CAPTURE(snappy, rows_a_table);
      const OpenedSnapshot opened = OpenBytes(BundleOf(rows, rows_a_table, snappy));
      INFO(opened.status.Message());
      REQUIRE(opened.status.ok());
      CHECK(AllRows(opened) == rows);
      CHECK(LiveRows(opened) == LiveRows(expected));
      CHECK(opened.scan.rows == expected.scan.rows);
      for (size_t f = 0; f < Families().size(); ++f) {
        const auto family = static_cast<FamilyId>(f);
        CHECK(opened.scan.of(family).live == expected.scan.of(family).live);
        CHECK(opened.scan.of(family).older == expected.scan.of(family).older);
        CHECK(opened.scan.of(family).tombstone == expected.scan.of(family).tombstone);
        CHECK(opened.scan.of(family).value_bytes == expected.scan.of(family).value_bytes);
        // One run of rows a family, over all tables.
        CHECK(opened.scan.extents[f].size() == expected.scan.extents[f].size());
      }
    }
  }
}

TEST_CASE("bundle: positions ascend, rows follow one another, and every position can be begun at") {
  const std::vector<StoredRow> rows = ManyRows();
  const OpenedSnapshot opened = OpenBytes(BundleOf(rows, 100, true));
  REQUIRE(opened.status.ok());
  const RowSource& source = opened.source();
  const auto cursor = source.OpenCursor(source.extent());
  std::vector<Extent> places;
  for (;;) {
    const auto batch = cursor->NextBatch();
    REQUIRE(batch.ok());
    if (batch->empty()) break;
    for (const Row& row : *batch) {
      if (!places.empty()) REQUIRE(row.position == places.back().end);
      REQUIRE(row.end > row.position);
      places.push_back({row.position, row.end});
      REQUIRE(source.OffsetOf(row.position, row.value_position) <
              opened.input.container->info().bytes);
    }
  }
  REQUIRE(places.size() == rows.size());
  CHECK(places.front().begin >= source.extent().begin);
  CHECK(places.back().end <= source.extent().end);
  for (size_t i = 0; i < places.size(); i += 13) {
    CAPTURE(i);
    const std::vector<StoredRow> one = RowsIn(source, places[i]);
    REQUIRE(one == std::vector<StoredRow>{rows[i]});
    const std::vector<StoredRow> rest = RowsIn(source, {places[i].begin, places.back().end});
    REQUIRE(rest == std::vector<StoredRow>(rows.begin() + static_cast<ptrdiff_t>(i), rows.end()));
  }
}

void CheckRefused(const std::string& bytes, const std::string& code, const std::string& said) {
  const OpenedSnapshot opened = OpenBytes(bytes);
  REQUIRE_FALSE(opened.status.ok());
  INFO(opened.status.Message());
  CHECK(opened.status.code() == code);
  CHECK(opened.status.kind() == ErrorKind::kData);
  CHECK(opened.status.info().offset.has_value());
  CHECK(opened.status.Message().find(said) != std::string::npos);
}

std::vector<StoredRow> FewRows() {
  return {{RawKey("!hs|fld|a", kT0), StoredValue("1")},
          {RawKey("!hs|fld|b", kT0), StoredValue("22")},
          {RawKey("!hs|fld|c", kT0), StoredValue("333")}};
}

// One table of chosen entries; what the manifest says of it is right.
std::string BundleWith(const std::vector<std::pair<StoredRow, uint64_t>>& entries,
                       const PebbleTableOptions& options = {}) {
  PebbleTable writer(options);
  for (const auto& [row, trailer] : entries) writer.Add(row.key, row.value, trailer);
  BundledTable table;
  table.rows = writer.rows();
  table.row_bytes = writer.row_bytes();
  table.bytes = writer.Finish();
  table.smallest = entries.front().first.key;
  table.largest = entries.back().first.key;
  BundleBuilder bundle;
  bundle.Header1(1);
  bundle.tables.push_back(table);
  return bundle.Bytes();
}

TEST_CASE("bundle: kinds and sequences of entries") {
  const std::vector<StoredRow> rows = FewRows();
  const auto with = [&](uint64_t trailer) {
    return BundleWith({{rows[0], kPlainRow}, {rows[1], trailer}, {rows[2], kPlainRow}});
  };
  constexpr char kWriter[] = "not the disk";
  CHECK(OpenBytes(with(1)).status.ok());
  const OpenedSnapshot with_delete = OpenBytes(with(18));
  REQUIRE(with_delete.status.ok());
  CHECK(AllRows(with_delete) == rows);
  CHECK(OpenBytes(with(1 | 0x40)).status.ok());  // the hint "obsolete"
  CheckRefused(with(7 << 8 | 1), "BundleTable", "sequence 7");
  CheckRefused(with(0), "BundleTable", "kind 0");
  CheckRefused(with(2), "BundleTable", kWriter);
  CheckRefused(with(7), "BundleTable", "kind 7");
  CheckRefused(with(23), "BundleTable", kWriter);
}

TEST_CASE("bundle: raw keys that stand twice or descend") {
  const std::vector<StoredRow> rows = FewRows();
  CheckRefused(BundleWith({{rows[0], 1}, {rows[1], 1}, {rows[1], 1}, {rows[2], 1}}), "BundleTable",
               "");
  CheckRefused(BundleWith({{rows[0], 1}, {rows[1], 18}, {rows[1], 1}, {rows[2], 1}}), "BundleTable",
               "twice");
  CheckRefused(BundleWith({{rows[1], 1}, {rows[0], 1}, {rows[2], 1}}), "BundleTable", "");
  // Over the border of two blocks.
  PebbleTableOptions small;
  small.block_bytes = 1;
  CheckRefused(BundleWith({{rows[0], 1}, {rows[1], 18}, {rows[1], 1}, {rows[2], 1}}, small),
               "BundleTable", "");
}

TEST_CASE("bundle: properties that do not fit") {
  for (const char* name :
       {"rocksdb.num.entries", "rocksdb.deleted.keys", "rocksdb.num.range-deletions",
        "rocksdb.merge.operands", "pebble.num.range-key-sets", "pebble.num.range-key-dels",
        "pebble.num.range-key-unsets"}) {
    CAPTURE(name);
    BundleBuilder bundle;
    PebbleTableOptions options;
    options.properties[name] = 2;
    CheckRefused(bundle.Add(FewRows(), 9, options).Bytes(), "BundleTable", "table 000000.sst");
  }
}

TEST_CASE("bundle: a manifest that says something else than the tables") {
  const auto with = [](auto change) {
    BundleBuilder bundle;
    bundle.Header1(1).Add(FewRows(), 2);
    change(bundle);
    return bundle.Bytes();
  };
  CHECK(OpenBytes(with([](BundleBuilder&) {})).status.ok());
  CheckRefused(with([](BundleBuilder& b) { b.tables[0].rows += 1; }), "BundleMismatch", "4 rows");
  CheckRefused(with([](BundleBuilder& b) { b.tables[1].row_bytes -= 1; }), "BundleMismatch",
               "bytes");
  CheckRefused(with([](BundleBuilder& b) { b.tables[0].smallest.pop_back(); }), "BundleMismatch",
               "first key");
  CheckRefused(with([](BundleBuilder& b) { b.tables[1].largest += "x"; }), "BundleMismatch",
               "last key");
  CheckRefused(with([](BundleBuilder& b) { b.tables[1].sha256 = std::string(64, '0'); }),
               "BundleMismatch", "table 000001.sst");
  CheckRefused(with([](BundleBuilder& b) { std::swap(b.tables[0].bytes, b.tables[1].bytes); }),
               "BundleMismatch", "first key");
  // A table without rows is never written.
  CheckRefused(with([](BundleBuilder& b) {
                 BundledTable empty = BundledTable::Of({});
                 empty.smallest = empty.largest = "z";
                 b.tables.push_back(empty);
               }),
               "BundleMismatch", "no rows");
}

}  // namespace
}  // namespace snaptree

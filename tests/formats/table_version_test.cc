// The version byte in a table's footer, which no checksum covers (spec 01b sections 2.1, 2.5).
#include <catch2/catch.hpp>

#include "tests/support/bundle_builder.h"
#include "tests/support/damage.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/raw_table.h"
#include "tests/support/table_walk.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

constexpr size_t kFooterBytes = 53;
constexpr size_t kVersionFromEnd = 12;

// Rows as a node stores them: read with or without a prefix, their values look sound.
RawTable TableOfRows(uint32_t version) {
  RawTable table;
  table.version = version;
  for (int block = 0; block < 3; ++block) {
    RawEntries entries;
    for (int i = 0; i < 20; ++i) {
      const std::string key = "!redis|str|" + std::to_string(100 + 20 * block + i);
      const std::string value = StoredValue(std::string(1, '\0') + "value", 0);
      const std::string prefix = version >= 3 ? std::string(1, '\0') : "";
      entries.push_back({RawKey(key, kT0), kPlainRow, prefix + value});
    }
    table.Add(entries);
  }
  return table;
}

TEST_CASE("every flipped bit of a footer is an error or changes nothing") {
  const uint32_t version = GENERATE(1U, 2U, 3U, 4U);
  const std::string bytes = TableOfRows(version).Bytes();
  const WalkedRows rows = RowsOf(TablesInMemory().Add(bytes).Set());
  REQUIRE(rows.size() == 60);
  for (size_t at = bytes.size() - kFooterBytes; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      CAPTURE(version, at, bit);
      TablesInMemory tables;
      const TableSet set = tables.Add(WithFlippedBit(bytes, at, bit)).Set();
      WalkedRows found;
      const Status status = Walk(set, AllOf(set), set.ExtentOf(AllOf(set)), &found);
      if (status.ok()) {
        REQUIRE(found == rows);
      } else {
        REQUIRE(status.kind() == ErrorKind::kData);
        REQUIRE_FALSE(status.info().next.empty());
      }
    }
  }
}

TEST_CASE("a version that the table is not of") {
  for (const uint32_t version : {1U, 2U, 3U, 4U}) {
    std::string bytes = TableOfRows(version).Bytes();
    const WalkedRows rows = RowsOf(TablesInMemory().Add(bytes).Set());
    for (const char said : {'\1', '\2', '\3', '\4'}) {
      CAPTURE(version, static_cast<int>(said));
      bytes[bytes.size() - kVersionFromEnd] = said;
      TablesInMemory tables;
      const TableSet set = tables.Add(bytes).Set();
      WalkedRows found;
      const Status status = Walk(set, AllOf(set), set.ExtentOf(AllOf(set)), &found);
      if (status.ok()) {
        CHECK(found == rows);
        CHECK((version >= 3) == (said >= 3));
      } else {
        CHECK(status.code() == "TableCorrupt");
        CHECK(status.info().offset == bytes.size() - kVersionFromEnd);
        CHECK(found.empty());
      }
    }
  }
}

TEST_CASE("a wrong version is found by who reads a single row") {
  std::string bytes = TableOfRows(4).Bytes();
  bytes[bytes.size() - kVersionFromEnd] = 2;
  TablesInMemory tables;
  const TableSet set = tables.Add(bytes).Set();
  CHECK(set.Seek(AllOf(set), "!redis|str|150").status().code() == "TableCorrupt");
}

TEST_CASE("damage of an old table's block is left to those who read it") {
  std::string bytes = TableOfRows(2).Bytes();
  bytes[20] ^= 1;
  TablesInMemory tables;
  const TableSet set = tables.Add(bytes).Set();
  CHECK(set.Open(0).ok());
  CHECK(StatusOf(bytes).code() == "BlockChecksum");
}

TEST_CASE("a salvaged bundle takes no table for one of another version") {
  std::vector<StoredRow> rows;
  for (int i = 100; i < 160; ++i)
    rows.push_back({RawKey("!redis|str|" + std::to_string(i), kT0), StoredValue("value")});
  rows.push_back({"_meta_last_commit_ts", std::string(8, '\1')});
  const BundleBuilder bundle = BundleBuilder().Add(rows, rows.size());
  const std::string good = bundle.Bytes();
  constexpr size_t kFileFooterBytes = 4;
  const size_t at = good.size() - kFileFooterBytes - kVersionFromEnd;
  REQUIRE(good[at] == 4);
  OpenInputOptions options;
  options.salvage = true;
  for (const char version : {'\0', '\1', '\2', '\3', '\5'}) {
    CAPTURE(static_cast<int>(version));
    std::string bytes = good;
    bytes[at] = version;
    CHECK_FALSE(OpenBytes(bytes).status.ok());
    const OpenedSnapshot opened = OpenBytes(bytes, options);
    INFO((opened.status.ok() ? "" : opened.status.Message()));
    REQUIRE(opened.status.ok());
    CHECK(AllRows(opened) == rows);
  }
}

}  // namespace
}  // namespace snaptree

// Rows of a few keys among many, against a look at all rows.
#include "formats/row_lookup.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "formats/open_input.h"
#include "tests/support/rounds.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {
namespace {

constexpr Slice kPrefix = "!redis|str|";

// Keys of a tiny alphabet, some of whose bytes are those of timestamps: versions of one key stand
// among those of others.
SnapshotBuilder RandomRows(std::mt19937_64& random) {
  SnapshotBuilder rows;
  const std::string alphabet = {'a', 'b', '\xfe', '\x64', '\xff', '\0'};
  for (size_t n = 1 + random() % 60; n > 0; --n) {
    std::string key(kPrefix);
    for (size_t i = random() % 5; i > 0; --i) key += alphabet[random() % alphabet.size()];
    const uint64_t ts = (random() % 2 == 0 ? kT0 : kT1) + n;
    if (random() % 4 == 0) key += RawKey("", ts).substr(0, random() % 8);
    if (random() % 5 == 0) {
      rows.Delete(key, ts);
    } else {
      rows.Put(key, ts, std::string(random() % 40, 'v'));
    }
  }
  rows.Put("!redis|ttl|a", kT0, "12345678").Put("!hs|fld|a", kT0, "x");
  return rows;
}

std::string LogicalOf(const StoredRow& row) { return row.key.substr(0, row.key.size() - 8); }

TEST_CASE("the scan of some keys is that of a file with their rows alone") {
  std::mt19937_64 random(3);
  for (uint64_t round = 0; round < Rounds(3000); ++round) {
    const SnapshotBuilder rows = RandomRows(random);
    const std::vector<StoredRow> all = rows.Rows();
    const MemoryFile file(rows.Bytes());
    Result<OpenedInput> input = OpenInput(file.path(), {});
    REQUIRE(input.ok());
    ScanOptions options;
    options.least_place_bytes = 1 + random() % 100;
    if (random() % 2 == 0) options.at = kT0 + 20;
    Result<ScanResult> scan = ScanContainer(*input->container, options);
    REQUIRE(scan.ok());
    const FamilyId family = FamilyOf(kPrefix);
    std::vector<KeyRange> ranges;
    for (size_t n = 1 + random() % 3; n > 0; --n) {
      std::string key = LogicalOf(all[random() % all.size()]);
      if (!key.starts_with(kPrefix)) continue;
      if (random() % 4 == 0) key += 'a';
      switch (random() % 4) {
        case 0:
          ranges.push_back(KeysWithPrefix(family, key));
          break;
        case 1:
          ranges.push_back(NumberedKeys(family, key, sizeof(uint64_t)));
          break;
        case 2:
          ranges.push_back(KeysWithByte(family, key, 0, 'a'));
          ranges.push_back(KeysWithByte(family, key, 'a' + 1, 0xff));
          ranges.push_back(WholeKey(family, key));
          break;
        default:
          ranges.push_back(WholeKey(family, key));
      }
    }
    SnapshotBuilder alone;
    uint64_t bytes = 0;
    for (const StoredRow& row : all) {
      const bool wanted = std::any_of(ranges.begin(), ranges.end(), [&row](const KeyRange& range) {
        return row.key >= range.begin && (range.end.empty() || row.key < range.end) &&
               range.Matches(row.key);
      });
      if (!wanted) continue;
      alone.Raw(row.key, row.value);
      bytes += row.key.size() + row.value.size() + 16;
    }
    INFO("round " << round);
    RowLookup lookup(input->container->rows(), *scan);
    const Result<ScanResult> found = lookup.Scan(ranges);
    REQUIRE(found.ok());
    CHECK(found->read_ts == scan->read_ts);
    REQUIRE(found->rows == alone.Rows().size());
    uint64_t in_extents = 0;
    for (const FamilyExtent& extent : found->extents[family]) in_extents += extent.extent.size();
    REQUIRE(in_extents == bytes);
    if (found->rows == 0) continue;
    const MemoryFile alone_file(alone.Bytes());
    Result<OpenedInput> other = OpenInput(alone_file.path(), {});
    REQUIRE(other.ok());
    ScanOptions again;
    again.at = scan->read_ts;
    const Result<ScanResult> expected = ScanContainer(*other->container, again);
    REQUIRE(expected.ok());
    REQUIRE(found->of(family).live == expected->of(family).live);
    REQUIRE(found->of(family).older == expected->of(family).older);
    REQUIRE(found->of(family).tombstone == expected->of(family).tombstone);
    REQUIRE(found->of(family).newer == expected->of(family).newer);
  }
}

TEST_CASE("the first key from a text on") {
  std::mt19937_64 random(4);
  for (uint64_t round = 0; round < Rounds(500); ++round) {
    const SnapshotBuilder rows = RandomRows(random);
    const std::vector<StoredRow> all = rows.Rows();
    const MemoryFile file(rows.Bytes());
    Result<OpenedInput> input = OpenInput(file.path(), {});
    REQUIRE(input.ok());
    ScanOptions options;
    options.least_place_bytes = 1 + random() % 100;
    const Result<ScanResult> scan = ScanContainer(*input->container, options);
    REQUIRE(scan.ok());
    RowLookup lookup(input->container->rows(), *scan);
    for (int i = 0; i < 20; ++i) {
      std::string from = all[random() % all.size()].key;
      if (random() % 2 == 0) from += '\0';
      std::optional<std::string> expected;
      for (const StoredRow& row : all) {
        if (row.key < from || !row.key.starts_with(kPrefix)) continue;
        expected = row.key;
        break;
      }
      const Result<std::optional<std::string>> found = lookup.FirstKey(FamilyOf(kPrefix), from);
      REQUIRE(found.ok());
      REQUIRE(*found == expected);
    }
  }
}

TEST_CASE("what stands behind all texts with a beginning") {
  CHECK(AfterPrefix("a") == "b");
  CHECK(AfterPrefix(std::string("a\xff\xff")) == "b");
  CHECK(AfterPrefix("\xff").empty());
  CHECK(AfterPrefix("").empty());
}

}  // namespace
}  // namespace snaptree::test

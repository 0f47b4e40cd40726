// The family index that a scan builds: which stretches of the file hold the rows of a family.
#include <map>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "base/coding.h"
#include "formats/scan.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

OpenedSnapshot Open(const SnapshotBuilder& builder) {
  OpenedSnapshot opened = OpenBytes(builder.Bytes());
  INFO(opened.status.Message());
  REQUIRE(opened.status.ok());
  return opened;
}

TEST_CASE("the extents of a family hold all of its rows and those of no other") {
  std::mt19937 random(3);
  const std::vector<std::string> roots = {
      "!fs|usage", "!fs|usage|route|", "!fs|dirv|",     "!fs|dir|", "!st|mem|", "!stream|meta|",
      "!stream|x", "!hs|fld|",         "!hs|zzz|",      "!",        "a",        "_meta_",
      "",          "!txn|lock|",       "!s3|chunkblob|"};
  for (int round = 0; round < 60; ++round) {
    SnapshotBuilder builder;
    std::set<std::string> used;
    for (int n = 0; n < 60; ++n) {
      std::string key = roots[random() % roots.size()];
      for (size_t more = random() % 4; more > 0; --more) key += "\0|aq\xfe\xff"[random() % 6];
      if (random() % 10 == 0) key.resize(random() % (key.size() + 1));
      std::string raw = RawKey(key, random() % 3 == 0 ? 0 : kT0 + random() % 3);
      if (random() % 5 == 0) {
        // A prefix that reaches into the timestamp, or stands in a key that is too short for one.
        raw = Families()[random() % kPrefixFamilies].prefix;
        raw += std::string("abcdefghijkl").substr(0, random() % 12);
      }
      if (used.insert(raw).second) builder.Raw(raw, StoredValue("x"));
    }
    builder.Metadata("_meta_last_commit_ts", kT1).Raw("!hs|fld", StoredValue("x"));
    const OpenedSnapshot opened = Open(builder);
    std::vector<std::vector<StoredRow>> expected(Families().size());
    for (const StoredRow& row : builder.Rows()) {
      const int raw = ClassifyRawKey(row.key);
      const Slice key =
          Slice(row.key).substr(0, row.key.size() < 8 ? Slice::npos : row.key.size() - 8);
      expected[raw >= 0 ? static_cast<FamilyId>(raw) : ClassifyLogicalKey(key)].push_back(row);
    }
    for (size_t family = 0; family < expected.size(); ++family) {
      CAPTURE(round, FamilyName(static_cast<FamilyId>(family)));
      std::vector<StoredRow> found;
      for (const FamilyExtent& extent : opened.scan.extents[family]) {
        CHECK_FALSE(extent.mixed);
        for (StoredRow& row : RowsIn(opened.source(), extent.extent))
          found.push_back(std::move(row));
      }
      REQUIRE(found == expected[family]);
      REQUIRE(opened.scan.families[family].rows == expected[family].size());
    }
  }
}

TEST_CASE("a timestamp that completes a prefix does not make a row of that family") {
  const auto put = [](SnapshotBuilder* builder, Slice key, const std::string& inverted) {
    builder->Raw(std::string(key) + inverted, StoredValue("x"));
  };
  SnapshotBuilder builder;
  put(&builder, "!hs", "|fld|abc");
  put(&builder, "!hs|", "fld|abcd");
  put(&builder, "!hs|fld", "|abcdefg");
  put(&builder, "!hs|fld|", "abcdefgh");
  const OpenedSnapshot opened = Open(builder);
  CHECK(opened.scan.of(BareFamily()).rows == 1);
  CHECK(opened.scan.of(UnknownFamily()).rows == 2);
  CHECK(opened.scan.of(FamilyOf("!hs|fld|")).rows == 1);
}

TEST_CASE("families that alternate thousands of times are still walked right") {
  // `!s3`... is bare and `!s3|`... is unknown: keys of both kinds in turn, far more than extents
  // are kept.
  SnapshotBuilder builder;
  std::map<std::string, std::string> bare;
  std::map<std::string, std::string> unknown;
  for (int n = 0; n < 3000; ++n) {
    std::string key = n % 2 == 0 ? "!s3|z" : "!s3";
    // Logical "!s3" with commit timestamps whose inverted bytes begin with '|', 'z' and the number.
    if (n % 2 == 0) {
      key += {static_cast<char>(n >> 8), static_cast<char>(n & 0xff)};
      builder.Put(key, kT0, std::to_string(n));
      unknown[key] = std::to_string(n);
    } else {
      const std::string inverted =
          "|z" + std::string{static_cast<char>(n >> 8), static_cast<char>(n & 0xff)} + "abcd";
      builder.Put(key, ~LoadBe64(inverted.data()), std::to_string(n));
    }
  }
  const OpenedSnapshot opened = Open(builder);
  CHECK(opened.scan.of(UnknownFamily()).live == 1500);
  CHECK(opened.scan.of(BareFamily()).live == 1);
  CHECK(opened.scan.of(BareFamily()).older == 1499);
  CHECK(opened.scan.extents[BareFamily()].size() <= 1024);
  CHECK(LiveRows(opened, UnknownFamily()) == unknown);
  CHECK(LiveRows(opened, BareFamily()) == std::map<std::string, std::string>{{"!s3", "1"}});
}

}  // namespace
}  // namespace snaptree

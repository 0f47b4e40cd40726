// Walks of whole files at random timestamps, against a model that knows nothing of the order of
// rows: the counts of the scan, and what the view of each family gives, also over the borders of
// batches and extents.
#include "formats/view_cursor.h"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "base/cancel.h"
#include "tests/support/mvcc_model.h"
#include "tests/support/opened_snapshot.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

struct Store {
  SnapshotBuilder builder;
  test::Rows versions;                             // by raw key
  std::map<FamilyId, uint64_t> without_timestamp;  // damaged rows that no view sees
};

constexpr uint8_t kReservedFlag = 0x40;  // makes a row damaged

// Keys of several families, many of them prefixes of one another, some that only look like a
// family's.
Store RandomStore(std::mt19937* random, size_t keys) {
  constexpr std::array<Slice, 12> kRoots = {"!hs|fld|",
                                            "!hs|",
                                            "!s3|chunkblob|",
                                            "!s3",
                                            "!s3|",
                                            "!redis|str|k",
                                            "!fs|usage",
                                            "!fs|usage|route|",
                                            "!st|mem|",
                                            "",
                                            "a",
                                            "_meta_"};
  constexpr std::array<Slice, 6> kPieces = {Slice("\0", 1), "a", "\xfd", "\xfe\x64", "\xff", "|"};
  Store store;
  std::vector<std::string> made;
  while (made.size() < keys) {
    std::string key = !made.empty() && (*random)() % 2 == 0
                          ? made[(*random)() % made.size()]
                          : std::string(kRoots[(*random)() % kRoots.size()]);
    if (key.size() < 60) {
      for (size_t n = (*random)() % 3; n > 0; --n) key += kPieces[(*random)() % kPieces.size()];
      if ((*random)() % 3 == 0) key += RawKey("", kT0 + (*random)() % 9).substr(0, (*random)() % 9);
    }
    made.push_back(key);
    for (size_t n = 1 + (*random)() % 3; n > 0; --n) {
      const uint64_t ts = (*random)() % 8 == 0 ? (*random)() % 3 : kT0 + (*random)() % 9;
      const uint32_t kind = static_cast<uint32_t>((*random)() % 8);
      const uint8_t flags = kind == 0 ? kReservedFlag : kind < 3 ? 1 : 0;
      const uint64_t expire_at = (*random)() % 6 == 0 ? kT0 + (*random)() % 9 : 0;
      test::Add(&store.versions, {key, ts, flags, expire_at});
    }
  }
  for (const auto& [raw_key, v] : store.versions) {
    if (ClassifyRawKey(raw_key) >= 0) continue;
    store.builder.Put(v.key, v.ts, "body of " + raw_key, v.expire_at, v.flags);
  }
  store.builder.Metadata("_meta_last_commit_ts", kT0 + 9).LastCommit(kT0 + 9);
  // Rows that are too short for a timestamp stand among the others and are no version of anything.
  std::set<std::string> used;
  for (const std::string& key : made) {
    if ((*random)() % 4 != 0 || key.size() > 7 || !used.insert(key).second) continue;
    store.builder.Raw(key, StoredValue(""));
    ++store.without_timestamp[ClassifyLogicalKey(key)];
  }
  return store;
}

struct Model {
  std::map<std::string, std::string> live;
  std::vector<FamilyCounts> families;
};

Model ModelOf(const Store& store, uint64_t read_ts) {
  Model model;
  model.families.resize(Families().size());
  const std::vector<Verdict> now = ModelVerdicts(store.versions, read_ts);
  const std::vector<Verdict> any_time = ModelVerdicts(store.versions, read_ts, true);
  for (const auto& [family, rows] : store.without_timestamp) {
    model.families[family].rows += rows;
    model.families[family].damaged += rows;
  }
  size_t n = 0;
  for (const auto& [raw_key, v] : store.versions) {
    const FamilyId family = ClassifyLogicalKey(v.key);
    const Verdict verdict = Families()[family].newest_at_any_time ? any_time[n] : now[n];
    ++n;
    FamilyCounts& counts = model.families[family];
    ++counts.rows;
    counts.live += verdict == Verdict::kLive ? 1U : 0U;
    counts.older += verdict == Verdict::kOlder ? 1U : 0U;
    counts.newer += verdict == Verdict::kNewer ? 1U : 0U;
    counts.tombstone += verdict == Verdict::kTombstone ? 1U : 0U;
    counts.expired += verdict == Verdict::kExpired ? 1U : 0U;
    counts.damaged += verdict == Verdict::kDamaged ? 1U : 0U;
    if (verdict == Verdict::kLive) model.live[v.key] = "body of " + raw_key;
  }
  return model;
}

void CheckStore(const Store& store, std::optional<uint64_t> at) {
  ScanOptions options;
  options.at = at;
  const OpenedSnapshot opened = OpenBytes(store.builder.Bytes(), {}, options);
  INFO(opened.status.Message());
  REQUIRE(opened.status.ok());
  REQUIRE(opened.scan.read_ts == at.value_or(kT0 + 9));
  const Model model = ModelOf(store, opened.scan.read_ts);
  for (size_t i = 0; i < Families().size(); ++i) {
    const auto family = static_cast<FamilyId>(i);
    if (family == RawMetadataFamily()) continue;
    CAPTURE(FamilyName(family));
    const FamilyCounts& counts = opened.scan.of(family);
    const FamilyCounts& expected = model.families[i];
    REQUIRE(counts.rows == expected.rows);
    REQUIRE(counts.live == expected.live);
    REQUIRE(counts.older == expected.older);
    REQUIRE(counts.newer == expected.newer);
    REQUIRE(counts.tombstone == expected.tombstone);
    REQUIRE(counts.expired == expected.expired);
    REQUIRE(counts.damaged == expected.damaged);
  }
  REQUIRE(LiveRows(opened) == model.live);
}

TEST_CASE("random stores at random timestamps are what the model says") {
  std::mt19937 random(77);
  for (int round = 0; round < 250; ++round) {
    CAPTURE(round);
    const Store store = RandomStore(&random, 1 + random() % 60);
    CheckStore(store, std::nullopt);
    CheckStore(store, kT0 + random() % 9);
    CheckStore(store, 1 + random() % 2);
  }
}

TEST_CASE("so are stores of many batches") {
  std::mt19937 random(78);
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    const Store store = RandomStore(&random, 6000);
    CheckStore(store, std::nullopt);
    CheckStore(store, kT0 + 4);
  }
}

TEST_CASE("a damaged newest version does not bring an older one back") {
  SnapshotBuilder builder;
  builder.Put("k", kT1, "", 0, kReservedFlag).Put("k", kT0, "old");
  builder.Raw(RawKey("l", kT1), "short").Put("l", kT0, "old");
  builder.Put("m", kT1, "new").Put("m", kT0, "", 0, kReservedFlag);
  ScanOptions before;
  before.at = kT0;
  const OpenedSnapshot newest = OpenBytes(builder.Bytes());
  REQUIRE(newest.status.ok());
  CHECK(LiveRows(newest) == std::map<std::string, std::string>{{"m", "new"}});
  CHECK(newest.scan.of(BareFamily()).damaged == 3);
  CHECK(newest.scan.of(BareFamily()).older == 2);
  const OpenedSnapshot at_t0 = OpenBytes(builder.Bytes(), {}, before);
  REQUIRE(at_t0.status.ok());
  CHECK(LiveRows(at_t0) == std::map<std::string, std::string>{{"k", "old"}, {"l", "old"}});
}

TEST_CASE("rows that are no versions do not disturb the view of those behind them") {
  SnapshotBuilder builder;
  builder.Put("ab", kT0, "1").Raw("b1", StoredValue("")).Put("b1", kT0, "2");
  builder.Put("_meta_last_commit_aa", kT0, "3")
      .Metadata("_meta_last_commit_ts", kT0)
      .Put("_meta_last_commit_ts", kT0, "4");
  const OpenedSnapshot opened = OpenBytes(builder.Bytes());
  REQUIRE(opened.status.ok());
  CHECK(opened.scan.of(BareFamily()).live == 4);
  CHECK(LiveRows(opened).size() == 4);
}

TEST_CASE("a row of a walk says where it stands") {
  SnapshotBuilder builder;
  builder.Put("a", kT1, "new", kT1 + 5).Put("a", kT0, "old").Delete("b", kT1).Put("c", kT0, "");
  const std::vector<size_t> offsets = builder.RowOffsets();
  const OpenedSnapshot opened = OpenBytes(builder.Bytes());
  REQUIRE(opened.status.ok());
  ViewCursor cursor(opened.source(), opened.scan, BareFamily());
  ViewRow row;
  const std::array<Verdict, 4> verdicts = {Verdict::kLive, Verdict::kOlder, Verdict::kTombstone,
                                           Verdict::kLive};
  for (size_t n = 0; n < 4; ++n) {
    REQUIRE(*cursor.Next(&row));
    CHECK(row.verdict == verdicts[n]);
    CHECK(row.IsLive() == (verdicts[n] == Verdict::kLive));
    CHECK(row.position == offsets[n]);
    CHECK(row.end == offsets[n + 1]);
    CHECK(row.body.position == row.end - row.body.size);
    CHECK(row.body.IsResident());
    CHECK(row.commit_ts == (n % 2 == 0 ? kT1 : kT0));
    CHECK(row.expire_at == (n == 0 ? kT1 + 5 : 0));
  }
  CHECK_FALSE(*cursor.Next(&row));
  CHECK_FALSE(*cursor.Next(&row));
}

TEST_CASE("a walk may be given a part of the extents") {
  SnapshotBuilder builder;
  for (const char* key : {"a", "b", "c", "d"}) builder.Put(key, kT0, key).Put(key, kT1, key);
  const std::vector<size_t> offsets = builder.RowOffsets();
  const OpenedSnapshot opened = OpenBytes(builder.Bytes());
  REQUIRE(opened.status.ok());
  const std::array<FamilyExtent, 2> parts = {FamilyExtent{{offsets[2], offsets[4]}, false},
                                             FamilyExtent{{offsets[6], offsets[8]}, false}};
  ViewCursor cursor(opened.source(), opened.scan, parts, BareFamily());
  ViewRow row;
  REQUIRE(*cursor.NextLive(&row));
  CHECK(row.key == "b");
  REQUIRE(*cursor.NextLive(&row));
  CHECK(row.key == "d");
  CHECK_FALSE(*cursor.NextLive(&row));
}

TEST_CASE("a signal ends a walk") {
  const OpenedSnapshot opened = OpenBytes(SnapshotBuilder().Put("a", kT0, "x").Bytes());
  REQUIRE(opened.status.ok());
  ViewCursor cursor(opened.source(), opened.scan, BareFamily());
  ViewRow row;
  g_cancel_signal = 2;
  const Result<bool> more = cursor.Next(&row);
  g_cancel_signal = 0;
  REQUIRE_FALSE(more.ok());
  CHECK(more.status().kind() == ErrorKind::kCancelled);
}

}  // namespace
}  // namespace snaptree

// One record out of random stores: whatever a decode writes comes out the same, and nothing else.
#include <string>

#include <catch2/catch.hpp>

#include "base/coding.h"
#include "tests/support/dynamodb_store.h"
#include "tests/support/every_path.h"
#include "tests/support/fs_store.h"
#include "tests/support/redis_store.h"
#include "tests/support/rounds.h"
#include "tests/support/s3_store.h"
#include "tests/support/sqs_store.h"

namespace snaptree::test {
namespace {

// Of some store a row was written then.
uint64_t TimeOf(const SnapshotBuilder& snapshot, uint64_t seed) {
  const std::vector<StoredRow> rows = snapshot.Rows();
  const std::string& key = rows[seed % rows.size()].key;
  return key.size() < 8 ? kT1 : ~LoadBe64(key.data() + key.size() - 8);
}

template <class MakeSnapshot>
GetCounts CheckStores(uint64_t stores, MakeSnapshot make_snapshot) {
  GetCounts counts;
  for (uint64_t seed = 0; seed < stores; ++seed) {
    INFO("seed " << seed);
    const SnapshotBuilder snapshot = make_snapshot(seed);
    if (snapshot.Rows().empty()) continue;
    EveryPath options;
    if (seed % 4 == 1) options.at = TimeOf(snapshot, seed);
    options.salvage = seed % 4 == 3;
    CheckEveryPath(snapshot, options, &counts);
  }
  return counts;
}

TEST_CASE("every Redis key of random stores") {
  const GetCounts counts =
      CheckStores(Rounds(400), [](uint64_t seed) { return ToSnapshot(RandomStore(seed)); });
  CHECK(counts.records > Rounds(400));
  CHECK(counts.missing > counts.records);
  CHECK(counts.alone == counts.records);
}

TEST_CASE("every DynamoDB item of random tables") {
  const GetCounts counts = CheckStores(
      Rounds(400), [](uint64_t seed) { return ddb::ToSnapshot(ddb::RandomTables(seed)); });
  CHECK(counts.records > Rounds(400));
  // Items in the row of another one are found by a look at the whole adapter.
  CHECK(counts.alone > counts.records / 2);
}

TEST_CASE("keys that are longer than a name") {
  SnapshotBuilder rows;
  const std::string common(80, 'k');
  for (int i = 0; i < 30; ++i) {
    const std::string tail = std::to_string(i) + std::string(200 + static_cast<size_t>(i), 'x');
    const std::string key = common + tail;
    const std::string counted =
        std::string("\0\0\1", 3) + static_cast<char>(key.size() - 256) + key;
    REQUIRE(key.size() > 256);
    rows.Put("!redis|str|" + key + "s", kT0, "string " + tail);
    rows.Put("!hs|fld|" + counted + "field", kT0, "value " + tail);
    rows.Put("!hs|fld|" + counted + "other", kT0, "value " + tail);
    rows.Put("!st|mem|" + counted.substr(0, 4) + common + tail.substr(1) + "m", kT0, "");
  }
  GetCounts counts;
  CheckEveryPath(rows, {}, &counts);
  CHECK(counts.records >= 60);
  CHECK(counts.alone == counts.records);
}

TEST_CASE("every S3 object of random buckets") {
  const GetCounts counts =
      CheckStores(Rounds(400), [](uint64_t seed) { return S3StoreSnapshot(RandomS3Store(seed)); });
  CHECK(counts.records > Rounds(400));
  CHECK(counts.alone == counts.records);
}

TEST_CASE("every file of random filesystems") {
  const GetCounts counts =
      CheckStores(Rounds(200), [](uint64_t seed) { return ToSnapshot(RandomFsStore(seed)); });
  CHECK(counts.records > Rounds(200) / 4);
}

TEST_CASE("every SQS queue of random stores") {
  const GetCounts counts =
      CheckStores(Rounds(400), [](uint64_t seed) { return ToSnapshot(RandomSqsStore(seed)); });
  CHECK(counts.records > Rounds(400));
  CHECK(counts.alone > counts.records / 2);
}

}  // namespace
}  // namespace snaptree::test

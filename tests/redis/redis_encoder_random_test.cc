// Thousands of random stores: what a decode makes of them is encoded and decoded again, and gives
// the same tree.
#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/encoded_snapshot.h"
#include "tests/support/redis_store.h"
#include "tests/support/rounds.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kStores = Rounds(3000);

// Files that hold what no live node can read.
bool IsRefused(const EncodedRows& encoded, const std::string& path) {
  for (const Status& error : encoded.statuses) {
    if (error.info().source == path &&
        (error.code() == "RedisEncodeInvalidHLL" || error.code() == "RedisStreamFieldNotUTF8"))
      return true;
  }
  return false;
}

void Forget(Files* files, const std::string& prefix) {
  std::erase_if(*files, [&](const auto& file) { return file.first.starts_with(prefix); });
}

// Without the timestamps that unknown rows had before.
Files WithoutTimestamps(Files files) {
  const auto unknown = files.find("unknown/rows.jsonl");
  if (unknown == files.end()) return files;
  std::string& text = unknown->second;
  for (size_t at = 0; (at = text.find("\"commit_ts\":", at)) != std::string::npos;) {
    const size_t number = text.find_first_of("0123456789", at);
    const size_t end = text.find_first_not_of("0123456789", number);
    text.erase(number, end - number);
    at = number;
  }
  return files;
}

struct Trip {
  Files files;
  EncodedRows encoded;
  size_t refused = 0;
};

Trip EncodeTree(Files files) {
  Trip trip;
  trip.encoded = EncodeFiles(files);
  for (const auto& [path, text] : Files(files)) {
    if (!IsRefused(trip.encoded, path)) continue;
    files.erase(path);
    ++trip.refused;
  }
  if (trip.refused > 0) trip.encoded = EncodeFiles(files);
  trip.files = std::move(files);
  return trip;
}

TEST_CASE("random stores: decode, encode, decode") {
  size_t refused = 0;
  size_t rows = 0;
  for (uint64_t seed = 0; seed < kStores; ++seed) {
    INFO("seed " << seed);
    DecodeRowsOptions options;
    options.bare_rows_as_redis = seed % 5 == 4;
    Files first = DecodeRows(ToSnapshot(RandomStore(seed)), options).files;
    Forget(&first, "unknown/damaged/");
    const Trip trip = EncodeTree(first);
    INFO((trip.encoded.statuses.empty() ? "" : trip.encoded.statuses.front().Message()));
    REQUIRE(trip.encoded.errors.empty());
    const DecodedRows second = DecodeRows(SnapshotOf(trip.encoded));
    REQUIRE(second.report.rows.damaged == 0);
    Files found = WithoutTimestamps(second.files);
    Files expected = WithoutTimestamps(trip.files);
    // Said beforehand: rows that expired until the encoding, TTL lines and names of refused files.
    for (const std::string& path : trip.encoded.differences) {
      REQUIRE((trip.refused > 0 || path.starts_with("rawkv/") || path.starts_with("unknown/")));
      found.erase(path);
      expected.erase(path);
    }
    REQUIRE(found == expected);
    refused += trip.refused;
    rows += trip.encoded.rows.size();
  }
  // The stores are worth the time.
  CHECK(refused > Rounds(50));
  CHECK(rows > 2 * kStores);
}

}  // namespace
}  // namespace snaptree::test

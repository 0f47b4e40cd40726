// Rows counted by key, against a map: versions of a key need not stand together.
#include "check/detail/version_counter.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace snaptree::test {
namespace {

struct TestRow {
  std::string key;
  uint64_t commit_ts;
  std::string Raw() const {
    std::string raw = key;
    AppendBe64(&raw, ~commit_ts);
    return raw;
  }
};

std::map<std::string, uint64_t> Count(std::vector<TestRow> rows) {
  std::sort(rows.begin(), rows.end(),
            [](const TestRow& a, const TestRow& b) { return a.Raw() < b.Raw(); });
  std::map<std::string, uint64_t> counts;
  const auto take = [&](Slice key, uint64_t versions) {
    // Each key comes once.
    REQUIRE(counts.emplace(key, versions).second);
  };
  VersionCounter counter;
  for (const TestRow& row : rows) counter.Add(row.key, row.commit_ts, take);
  counter.Finish(take);
  return counts;
}

TEST_CASE("VersionCounter: keys that stand between the versions of another") {
  // The vectors of spec 01 section 7.7 in small: K, K||fe.. between two versions of K.
  constexpr uint64_t kOld = 0x019B76DAA8000007;
  constexpr uint64_t kNew = 0x019B76DAABE80007;
  const std::string between = std::string("K") + '\xfe' + '\x64' + '\x89' + '\x25' + '\x56';
  CHECK(Count({{"K", kOld}, {"K", kNew}, {between, kOld}, {between, kNew}, {"Ka", kOld}}) ==
        std::map<std::string, uint64_t>{{"K", 2}, {between, 2}, {"Ka", 1}});
  CHECK(Count({}).empty());
  CHECK(Count({{"", 1}}) == std::map<std::string, uint64_t>{{"", 1}});
}

TEST_CASE("VersionCounter: random keys and times of few bytes") {
  std::mt19937_64 random(5);
  for (int round = 0; round < 300; ++round) {
    std::map<std::string, uint64_t> expected;
    std::map<std::string, TestRow> rows;
    for (int i = 0; i < 60; ++i) {
      TestRow row;
      const size_t size = random() % 14;
      for (size_t n = 0; n < size; ++n) row.key.push_back(random() % 2 == 0 ? '\xff' : '\xfe');
      for (int n = 0; n < 8; ++n) row.commit_ts = row.commit_ts << 8 | (random() % 2);
      rows.emplace(row.Raw() + '\0' + row.key, row);
    }
    std::vector<TestRow> all;
    // A raw key of two rows cannot be: keep the first of each.
    std::map<std::string, bool> seen;
    for (const auto& [name, row] : rows) {
      if (!seen.emplace(row.Raw(), true).second) continue;
      ++expected[row.key];
      all.push_back(row);
    }
    REQUIRE(Count(all) == expected);
  }
}

}  // namespace
}  // namespace snaptree::test

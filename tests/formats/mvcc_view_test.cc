// Which version counts: spec 01 sections 7.3, 7.5 and 7.7.
#include "formats/mvcc_view.h"

#include <array>
#include <map>
#include <random>
#include <set>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/mvcc_model.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree {
namespace {

using test::Add;
using test::ModelVerdicts;
using test::RawKey;
using test::Rows;
using test::ViewVerdicts;

TEST_CASE("the newest version at or below the read timestamp decides") {
  Rows rows;
  for (const uint64_t ts : {10U, 20U, 30U}) Add(&rows, {"k", ts, 0, 0});
  using enum Verdict;
  CHECK(ViewVerdicts(rows, 9) == std::vector{kNewer, kNewer, kNewer});
  CHECK(ViewVerdicts(rows, 10) == std::vector{kNewer, kNewer, kLive});
  CHECK(ViewVerdicts(rows, 29) == std::vector{kNewer, kLive, kOlder});
  CHECK(ViewVerdicts(rows, 30) == std::vector{kLive, kOlder, kOlder});
  CHECK(ViewVerdicts(rows, kReadNewest) == std::vector{kLive, kOlder, kOlder});
}

TEST_CASE("a tombstone hides older versions and nothing newer") {
  Rows rows;
  Add(&rows, {"k", 10, 0, 0});
  Add(&rows, {"k", 20, 1, 0});
  Add(&rows, {"k", 30, 0, 0});
  using enum Verdict;
  CHECK(ViewVerdicts(rows, 15) == std::vector{kNewer, kNewer, kLive});
  CHECK(ViewVerdicts(rows, 20) == std::vector{kNewer, kTombstone, kOlder});
  CHECK(ViewVerdicts(rows, 25) == std::vector{kNewer, kTombstone, kOlder});
  CHECK(ViewVerdicts(rows, 30) == std::vector{kLive, kOlder, kOlder});
}

TEST_CASE("an expired version hides older ones") {
  Rows rows;
  Add(&rows, {"k", 10, 0, 0});
  Add(&rows, {"k", 20, 0, 50});
  using enum Verdict;
  CHECK(ViewVerdicts(rows, 49) == std::vector{kLive, kOlder});
  CHECK(ViewVerdicts(rows, 50) == std::vector{kExpired, kOlder});
  CHECK(ViewVerdicts(rows, 15) == std::vector{kNewer, kLive});
  // A tombstone stays one, whatever its expiry says.
  Add(&rows, {"k", 30, 1, 40});
  CHECK(ViewVerdicts(rows, 45) == std::vector{kTombstone, kOlder, kOlder});
}

TEST_CASE("keys that another key stands in the middle of are told apart") {
  // Versions of "K" at T1 and T0, and a key K||fe64.. whose row lies between them.
  Rows rows;
  Add(&rows, {"K", test::kT1, 1, 0});
  Add(&rows, {"K", test::kT0, 0, 0});
  const std::string inner = "K" + test::Unhex("fe648925560b");
  Add(&rows, {inner, test::kT0, 0, 0});
  using enum Verdict;
  REQUIRE(std::next(rows.begin())->second.key == inner);
  CHECK(ViewVerdicts(rows, test::kT1) == std::vector{kTombstone, kLive, kOlder});
  CHECK(ViewVerdicts(rows, test::kT0) == std::vector{kNewer, kLive, kLive});
}

TEST_CASE("of a family that is read at any time the newest row counts") {
  Rows rows;
  Add(&rows, {"k", 10, 0, 0});
  Add(&rows, {"k", 20, 0, 0});
  using enum Verdict;
  CHECK(ViewVerdicts(rows, 5, true) == std::vector{kLive, kOlder});
  CHECK(ViewVerdicts(rows, 15, true) == std::vector{kLive, kOlder});
  Add(&rows, {"k", 30, 1, 0});
  CHECK(ViewVerdicts(rows, 5, true) == std::vector{kTombstone, kOlder, kOlder});
}

TEST_CASE("what is no MVCC row is named") {
  const auto defect = [](size_t key_size, const std::string& value) {
    const char* name = MvccDefect(key_size, value.size(), value);
    return std::string(name == nullptr ? "" : name);
  };
  const std::string plain(9, '\0');
  CHECK(defect(8, plain).empty());
  CHECK(defect(7, plain) == "RowKeyShort");
  CHECK(defect(0, plain) == "RowKeyShort");
  CHECK(defect(8, std::string(8, '\0')) == "RowValueShort");
  CHECK(defect(8, "") == "RowValueShort");
  for (int flags = 0; flags < 256; ++flags) {
    CAPTURE(flags);
    std::string value = plain;
    value[0] = static_cast<char>(flags);
    CHECK(defect(8, value) == (flags <= 2 ? "" : "RowFlags"));
  }
}

TEST_CASE("common prefixes are those of a byte by byte comparison") {
  std::mt19937 random(20261120);
  for (int i = 0; i < 20000; ++i) {
    std::string a;
    std::string b;
    for (size_t n = random() % 40; n > 0; --n) a += static_cast<char>(random() % 3);
    for (size_t n = random() % 40; n > 0; --n) b += static_cast<char>(random() % 3);
    if (random() % 2 == 0) b = a.substr(0, random() % (a.size() + 1)) + b;
    size_t common = 0;
    while (common < a.size() && common < b.size() && a[common] == b[common]) ++common;
    REQUIRE(CommonPrefix(a, b) == common);
  }
}

// Keys that are prefixes of one another, over bytes that put rows of one between those of another.
class RandomRows {
 public:
  explicit RandomRows(unsigned seed) : random_(seed) {}

  Rows Make() {
    Rows rows;
    std::vector<std::string> keys = {""};
    const size_t count = 1 + random_() % 8;
    while (keys.size() <= count) keys.push_back(keys[random_() % keys.size()] + Piece());
    for (const std::string& key : keys) {
      for (size_t n = 1 + random_() % 4; n > 0; --n) {
        const auto kind = static_cast<uint32_t>(random_() % 16);
        const uint8_t flags = kind == 0 ? 0x80 : kind < 5 ? 1 : 0;
        Add(&rows, {key, Timestamp(), flags, random_() % 5 == 0 ? Timestamp() : 0});
      }
    }
    return rows;
  }

  uint64_t Timestamp() {
    constexpr std::array<uint64_t, 8> kTimes = {test::kT0, test::kT1,  1,          2,
                                                0,         UINT64_MAX, 0xffff0000, test::kT0 + 1};
    return random_() % 3 == 0 ? kTimes[random_() % kTimes.size()]
                              : test::kT0 + random_() % 16 * 65536;
  }

 private:
  std::string Piece() {
    constexpr std::array<Slice, 5> kBytes = {Slice("\0", 1), "a", "\xfd", "\xfe", "\xff"};
    if (random_() % 2 == 0) return std::string(kBytes[random_() % kBytes.size()]);
    // A piece of an inverted timestamp: the bytes that a row of the shorter key goes on with.
    const std::string inverted = RawKey("", Timestamp());
    return inverted.substr(0, 1 + random_() % inverted.size());
  }

  std::mt19937 random_;
};

TEST_CASE("the view agrees with a sort by key and timestamp on random nested keys") {
  constexpr unsigned kCases = 20000;
  uint64_t apart = 0;  // cases in which versions of a key are not adjacent
  for (unsigned seed = 0; seed < kCases; ++seed) {
    RandomRows random(seed);
    const Rows rows = random.Make();
    const uint64_t read_ts = seed % 7 == 0 ? kReadNewest : random.Timestamp();
    const bool any_time = seed % 11 == 0;
    if (ViewVerdicts(rows, read_ts, any_time) != ModelVerdicts(rows, read_ts, any_time)) {
      std::string text;
      for (const auto& [raw_key, v] : rows) text += Hex(raw_key) + "\n";
      FAIL("seed " << seed << ", read_ts " << read_ts << ", rows:\n" << text);
    }
    std::set<std::string> closed;
    std::string current;
    bool split = false;
    for (const auto& [raw_key, v] : rows) {
      if (v.key == current) continue;
      closed.insert(current);
      current = v.key;
      split = split || closed.contains(current);
    }
    apart += split ? 1 : 0;
  }
  CHECK(apart > kCases / 4);  // else the cases would not try what they are for
}

TEST_CASE("the view does not need rows of keys that are left out altogether") {
  for (unsigned seed = 0; seed < 4000; ++seed) {
    RandomRows random(seed);
    const Rows all = random.Make();
    const uint64_t read_ts = random.Timestamp();
    const std::string dropped = all.begin()->second.key;
    Rows some = all;
    std::erase_if(some, [&](const auto& row) { return row.second.key == dropped; });
    REQUIRE(ViewVerdicts(some, read_ts) == ModelVerdicts(some, read_ts));
  }
}

}  // namespace
}  // namespace snaptree

#include "base/external_sorter.h"

#include <algorithm>
#include <filesystem>
#include <random>

#include <catch2/catch.hpp>

#include "base/coding.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using test::TempFolder;
using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr size_t kPlenty = size_t{64} << 20;
constexpr size_t kTiny = 1;  // every further pair makes a run of the ones before it

SorterOptions Options(size_t memory, const TempFolder& folder) {
  return {memory, [&folder]() -> Result<std::string> { return folder.path(); }};
}

Pairs Drain(ExternalSorter* sorter) {
  Pairs pairs;
  Slice key;
  Slice payload;
  for (;;) {
    const Result<bool> more = sorter->Next(&key, &payload);
    REQUIRE(more.ok());
    if (!*more) return pairs;
    pairs.emplace_back(key, payload);
  }
}

Pairs Sorted(Pairs pairs) {
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return pairs;
}

void CheckSorts(ExternalSorter* sorter, const Pairs& pairs) {
  for (const auto& [key, payload] : pairs) REQUIRE(sorter->Add(key, payload).ok());
  CHECK(sorter->size() == pairs.size());
  REQUIRE(sorter->Finish().ok());
  REQUIRE(Drain(sorter) == Sorted(pairs));
  // The end stays the end.
  Slice key;
  Slice payload;
  const Result<bool> more = sorter->Next(&key, &payload);
  REQUIRE(more.ok());
  CHECK_FALSE(*more);
}

size_t FilesIn(const TempFolder& folder) {
  const std::filesystem::directory_iterator files(folder.path());
  return static_cast<size_t>(std::distance(begin(files), end(files)));
}

// Keys in which the order, the escapes of the runs and the comparison by 8 bytes could go wrong.
Pairs AwkwardPairs() {
  Pairs pairs;
  using namespace std::string_literals;  // NOLINT(google-build-using-namespace): for the zeros
  const std::vector<std::string> keys = {"",
                                         "\0"s,
                                         "\0\0"s,
                                         "\0\xff"s,
                                         "\0\1"s,
                                         "a",
                                         "a\0"s,
                                         "a\0\0"s,
                                         "a\0\xff"s,
                                         "a\0b"s,
                                         "a\xff",
                                         "ab",
                                         "abcdefgh",
                                         "abcdefgh\0"s,
                                         "abcdefgh1",
                                         "abcdefg",
                                         "abcdefg\0"s,
                                         "\xff",
                                         std::string(9, '\xff'),
                                         std::string(10, '\0'),
                                         std::string(8, '\0'),
                                         std::string(7, '\0')};
  for (const char* copy : {"first", "second", "third"}) {
    for (const std::string& key : keys) pairs.emplace_back(key, copy + ("/" + key));
  }
  return pairs;
}

TEST_CASE("pairs come out by key bytes, equal keys in the order in which they went in") {
  for (const size_t memory : {kPlenty, kTiny}) {
    CAPTURE(memory);
    const TempFolder folder;
    ExternalSorter sorter(Options(memory, folder));
    CheckSorts(&sorter, AwkwardPairs());
    CHECK(sorter.spilled() == (memory == kTiny));
    CHECK((sorter.scratch_bytes() > 0) == (memory == kTiny));
    CHECK((FilesIn(folder) > 0) == (memory == kTiny));
  }
}

TEST_CASE("no pairs, one pair, empty key and payload") {
  for (const size_t memory : {kPlenty, kTiny}) {
    const TempFolder folder;
    ExternalSorter sorter(Options(memory, folder));
    CheckSorts(&sorter, {});
    CHECK_FALSE(sorter.spilled());
    sorter.Reset();
    CheckSorts(&sorter, {{"", ""}});
    sorter.Reset();
    CheckSorts(&sorter, {{"", ""}, {"", "x"}, {"", ""}});
    sorter.Reset();
    REQUIRE(sorter.Add(Slice(), Slice()).ok());
    REQUIRE(sorter.Finish().ok());
    CHECK(Drain(&sorter) == Pairs{{"", ""}});
  }
}

TEST_CASE("a sorter is used again after Reset, whatever it was in the middle of") {
  const TempFolder folder;
  ExternalSorter sorter(Options(kTiny, folder));
  CheckSorts(&sorter, AwkwardPairs());
  sorter.Reset();
  CHECK(FilesIn(folder) == 0);
  CHECK(sorter.size() == 0);
  CHECK(sorter.scratch_bytes() == 0);
  CHECK_FALSE(sorter.spilled());
  CheckSorts(&sorter, AwkwardPairs());
  sorter.Reset();
  REQUIRE(sorter.Add("left", "behind").ok());  // neither finished nor read
  REQUIRE(sorter.Add("left", "behind").ok());
  sorter.Reset();
  REQUIRE(sorter.Add("c", "3").ok());
  REQUIRE(sorter.Add("b", "2").ok());
  REQUIRE(sorter.Finish().ok());
  Slice key;
  Slice payload;
  REQUIRE(*sorter.Next(&key, &payload));
  CHECK(key == "b");
  sorter.Reset();  // not read to the end
  CHECK(FilesIn(folder) == 0);
  CheckSorts(&sorter, {{"x", "1"}, {"a", "2"}});

  ExternalSorter in_memory(Options(kPlenty, folder));
  for (int round = 0; round < 3; ++round) {
    CheckSorts(&in_memory, AwkwardPairs());
    in_memory.Reset();
  }
}

TEST_CASE("run files vanish with the sorter") {
  const TempFolder folder;
  {
    ExternalSorter sorter(Options(kTiny, folder));
    for (const char* key : {"c", "b", "a"}) REQUIRE(sorter.Add(key, "").ok());
    REQUIRE(sorter.Finish().ok());
    CHECK(FilesIn(folder) == 3);
  }
  CHECK(FilesIn(folder) == 0);
}

TEST_CASE("records larger than the memory and than its blocks") {
  for (const size_t memory : {kPlenty, size_t{300} << 10, kTiny}) {
    CAPTURE(memory);
    const TempFolder folder;
    ExternalSorter sorter(Options(memory, folder));
    Pairs pairs;
    for (int n = 9; n >= 0; --n) {
      const char digit = static_cast<char>('0' + n);
      pairs.emplace_back(std::string(1, digit) + std::string(300000, 'k'),
                         std::string(static_cast<size_t>(n) * 262144 + 1, digit));
      pairs.emplace_back(std::string(1, digit), std::string(262144 - 17, digit));
    }
    CheckSorts(&sorter, pairs);
  }
}

TEST_CASE("random pairs, in memory and in runs, agree with a stable sort") {
  std::mt19937 random(99);
  const TempFolder folder;
  for (const size_t memory : {kPlenty, size_t{1} << 20, (size_t{2} << 20) + 4096}) {
    ExternalSorter sorter(Options(memory, folder));
    bool spilled = false;
    for (int round = 0; round < 6; ++round) {
      CAPTURE(memory, round);
      Pairs pairs;
      const size_t count = random() % 30000;
      for (size_t n = 0; n < count; ++n) {
        std::string key(random() % 12, '\0');
        for (char& c : key)
          c = "\0\xff"
              "ab"[random() % 4];
        std::string payload;
        AppendLe64(&payload, n);
        payload.resize(8 + random() % 200, 'x');
        pairs.emplace_back(std::move(key), std::move(payload));
      }
      CheckSorts(&sorter, pairs);
      spilled = spilled || sorter.spilled();
      sorter.Reset();
    }
    CHECK(spilled == (memory != kPlenty));
  }
  CHECK(FilesIn(folder) == 0);
}

TEST_CASE("pairs that are in order already, and in reverse") {
  for (const size_t memory : {kPlenty, size_t{1} << 20}) {
    const TempFolder folder;
    ExternalSorter sorter(Options(memory, folder));
    Pairs pairs;
    for (uint64_t n = 0; n < 40000; ++n) {
      std::string key;
      AppendBe64(&key, n / 3);
      pairs.emplace_back(key, std::to_string(n));
    }
    CheckSorts(&sorter, pairs);
    sorter.Reset();
    std::reverse(pairs.begin(), pairs.end());
    CheckSorts(&sorter, pairs);
  }
}

TEST_CASE("a low ceiling does not make a run of every pair") {
  // The lowest share that a command gives: 5 % of 16 MiB.
  const TempFolder folder;
  ExternalSorter sorter(Options((size_t{16} << 20) / 20, folder));
  for (uint64_t n = 0; n < 20000; ++n) {
    std::string key;
    AppendBe64(&key, n * 2654435761U);
    REQUIRE(sorter.Add(key, std::string(100, 'x')).ok());
  }
  CHECK(sorter.spilled());
  CHECK(FilesIn(folder) < 20);
  REQUIRE(sorter.Finish().ok());
  CHECK(Drain(&sorter).size() == 20000);
}

TEST_CASE("thousands of runs are merged on the way, and none is lost") {
  const TempFolder folder;
  ExternalSorter sorter(Options(kTiny, folder));
  Pairs pairs;
  for (uint64_t n = 0; n < 3000; ++n) {
    std::string key;
    AppendBe64(&key, n * 2654435761U % 1000);  // each key three times
    pairs.emplace_back(key, std::to_string(n));
  }
  for (const auto& [key, payload] : pairs) {
    REQUIRE(sorter.Add(key, payload).ok());
    REQUIRE(FilesIn(folder) < 100);
  }
  REQUIRE(sorter.Finish().ok());
  CHECK(FilesIn(folder) <= 64);
  CHECK(Drain(&sorter) == Sorted(pairs));
}

TEST_CASE("two sorters share a folder") {
  const TempFolder folder;
  ExternalSorter a(Options(kTiny, folder));
  ExternalSorter b(Options(kTiny, folder));
  for (const char* key : {"3", "1", "2"}) {
    REQUIRE(a.Add(key, "a").ok());
    REQUIRE(b.Add(key, "b").ok());
  }
  REQUIRE(a.Finish().ok());
  REQUIRE(b.Finish().ok());
  CHECK(Drain(&a) == Pairs{{"1", "a"}, {"2", "a"}, {"3", "a"}});
  a.Reset();
  CHECK(Drain(&b) == Pairs{{"1", "b"}, {"2", "b"}, {"3", "b"}});
}

}  // namespace
}  // namespace snaptree

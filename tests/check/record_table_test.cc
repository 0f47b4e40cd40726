// Records put together by path, in any order, within a budget.
#include "check/list/record_table.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace snaptree::test {
namespace {

std::string Text(const RecordLine& line) {
  const auto ms = [](const std::optional<uint64_t>& v) { return v ? std::to_string(*v) : "-"; };
  return std::string(line.path) + " " + std::to_string(line.size) + " " +
         ms(line.facts.modified_ms) + " " + ms(line.facts.expires_at_ms);
}

std::vector<std::string> Lines(RecordTable& table, RecordOrder order) {
  REQUIRE(table.Finish(order).ok());
  std::vector<std::string> lines;
  RecordLine line;
  for (;;) {
    const Result<bool> more = table.Next(&line);
    REQUIRE(more.ok());
    if (!*more) return lines;
    lines.push_back(Text(line));
  }
}

void Fill(RecordTable& table) {
  REQUIRE(table.AddFacts("b", {5, std::nullopt}).ok());
  REQUIRE(table.AddFile("b", 10).ok());
  REQUIRE(table.AddFile("a\xff", 30).ok());
  REQUIRE(table.AddFile("a/b", 10).ok());
  REQUIRE(table.AddFile("a-b", 0).ok());
  REQUIRE(table.AddFacts("a-b", {std::nullopt, 7}).ok());
  REQUIRE(table.AddFacts("a-b", {std::nullopt, 8}).ok());
  REQUIRE(table.AddFacts("a/b", {9, std::nullopt}).ok());
  REQUIRE(table.AddFacts("nobody", {9, 9}).ok());
}

TEST_CASE("RecordTable: orders") {
  const TempFolder folder;
  using Expected = std::vector<std::string>;
  const auto lines = [&](RecordOrder order) {
    RecordTable table(1 << 20, folder.path());
    Fill(table);
    CHECK(table.records() == 4);
    CHECK(table.bytes() == 50);
    CHECK(table.largest() == 30);
    return Lines(table, order);
  };
  CHECK(lines(RecordOrder::kPath) ==
        Expected{"a-b 0 - 8", "a/b 10 9 -", "a\xff 30 - -", "b 10 5 -"});
  CHECK(lines(RecordOrder::kSize) ==
        Expected{"a\xff 30 - -", "a/b 10 9 -", "b 10 5 -", "a-b 0 - 8"});
  CHECK(lines(RecordOrder::kTime) ==
        Expected{"a/b 10 9 -", "b 10 5 -", "a-b 0 - 8", "a\xff 30 - -"});
}

TEST_CASE("RecordTable: a path twice is an error") {
  const TempFolder folder;
  RecordTable table(1 << 20, folder.path());
  REQUIRE(table.AddFile("a", 1).ok());
  REQUIRE(table.AddFile("a", 1).ok());
  REQUIRE(table.Finish(RecordOrder::kPath).ok());
  RecordLine line;
  CHECK(table.Next(&line).status().code() == "DuplicateEntry");
}

TEST_CASE("RecordTable: forgets") {
  const TempFolder folder;
  RecordTable table(1 << 20, folder.path());
  Fill(table);
  table.Reset();
  REQUIRE(table.AddFile("z", 3).ok());
  CHECK(table.records() == 1);
  CHECK(Lines(table, RecordOrder::kPath) == std::vector<std::string>{"z 3 - -"});
}

TEST_CASE("RecordTable: more than fits into memory") {
  const TempFolder folder;
  constexpr size_t kCount = 60000;
  std::vector<size_t> order(kCount);
  for (size_t i = 0; i < kCount; ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), std::mt19937(7));
  const auto path = [](size_t i) {
    std::string digits = std::to_string(i);
    return "redis/db_0/strings/" + std::string(8 - digits.size(), '0') + digits + ".bin";
  };
  RecordTable table(1, folder.path());
  for (const size_t i : order) REQUIRE(table.AddFile(path(i), i % 1000).ok());
  for (const size_t i : order) {
    if (i % 3 == 0) REQUIRE(table.AddFacts(path(i), {i, std::nullopt}).ok());
  }
  REQUIRE(table.Finish(RecordOrder::kSize).ok());
  RecordLine line;
  uint64_t last = UINT64_MAX;
  std::string last_path;
  for (size_t n = 0; n < kCount; ++n) {
    const Result<bool> more = table.Next(&line);
    REQUIRE(more.ok());
    REQUIRE(*more);
    REQUIRE((line.size < last || (line.size == last && line.path > last_path)));
    last = line.size;
    last_path = line.path;
    const size_t i = std::stoul(last_path.substr(19));
    REQUIRE(line.size == i % 1000);
    REQUIRE(line.facts.modified_ms == (i % 3 == 0 ? std::optional<uint64_t>(i) : std::nullopt));
  }
  const Result<bool> more = table.Next(&line);
  REQUIRE(more.ok());
  CHECK_FALSE(*more);
}

}  // namespace
}  // namespace snaptree::test

// Thousands of random tables, decoded twice: by the product, and by the simple reading of spec 03
// in tests/support.
#include <algorithm>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/dynamodb_store.h"
#include "tests/support/rounds.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kStores = Rounds(3000);
constexpr const char* kOrphans = "dynamodb/~orphan_rows.jsonl";

using Strings = std::vector<std::string>;

Strings SortedLines(const std::string& text) {
  Strings lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

Files ItemsOf(const Files& files) {
  Files items;
  for (const auto& [path, text] : files) {
    if (path.find("/items/") != std::string::npos) items.emplace(path, text);
  }
  return items;
}

std::string RowsText(const ddb::Tables& tables) {
  std::string text;
  for (const ddb::StoredTable& table : tables) {
    text += "\ntable " + table.name + " record " + std::to_string(static_cast<int>(table.record)) +
            " version " + std::to_string(table.version) + " G " + std::to_string(table.generation) +
            " M " + std::to_string(table.migrating_from);
    for (const auto& [raw_key, item] : table.items) {
      text += "\n  " + Printable(item.key) + " " + item.path + (item.right ? " right" : " wrong") +
              " " + item.line + (item.damaged ? " damaged" : "");
    }
  }
  return text;
}

// The lines of all parts have the items of the files, in the same number.
void CheckLines(const Files& files, const ddb::ExpectedItems& expected) {
  Strings found;
  for (const auto& [path, text] : ItemsOf(files)) {
    for (const std::string& line : SortedLines(text)) {
      found.push_back(path.substr(0, path.find("/items/")) + line);
    }
  }
  Strings wanted;
  for (const auto& [path, text] : expected.files) {
    std::string line;
    for (const char c : text) {
      if (c != ' ' && c != '\n') line += c;
    }
    wanted.push_back(path.substr(0, path.find("/items/")) + line);
  }
  for (std::string& line : found) std::erase(line, ' ');
  std::sort(found.begin(), found.end());
  std::sort(wanted.begin(), wanted.end());
  REQUIRE(found == wanted);
}

void CheckStore(uint64_t seed, bool lines, size_t sorter_bytes) {
  const ddb::Tables tables = ddb::RandomTables(seed);
  const ddb::ExpectedItems expected = ddb::Expect(tables);
  INFO("seed " << seed << RowsText(tables));
  DecodeRowsOptions options;
  options.sorter_bytes = sorter_bytes;
  options.dynamodb_jsonl = lines;
  options.bundle_bytes = 100;
  const DecodedRows out = DecodeRows(ddb::ToSnapshot(tables), options);
  if (lines) {
    CheckLines(out.files, expected);
  } else {
    REQUIRE(ItemsOf(out.files) == expected.files);
  }
  const auto orphans = out.files.find(kOrphans);
  REQUIRE(SortedLines(orphans == out.files.end() ? "" : orphans->second) == expected.orphans);
  REQUIRE(out.report.records == expected.emitted);
  REQUIRE(out.report.rows.unknown == expected.unknown);
  uint64_t damaged = 0;
  uint64_t counters = 0;  // of tables that are not there
  for (const ddb::StoredTable& table : tables) {
    if (table.record == ddb::Record::kDamaged) ++damaged;
    if (table.record != ddb::Record::kThere && table.counter) ++counters;
  }
  REQUIRE(out.report.rows.damaged == expected.damaged + damaged);
  REQUIRE(out.report.losses == expected.damaged + damaged);
  REQUIRE(out.report.rows.operational == expected.operational + counters);
}

TEST_CASE("random tables: files") {
  for (uint64_t seed = 0; seed < kStores; ++seed) CheckStore(seed, false, size_t{64} << 20);
}

TEST_CASE("random tables: lines") {
  for (uint64_t seed = 0; seed < kStores / 3; ++seed) CheckStore(seed, true, size_t{64} << 20);
}

TEST_CASE("random tables: every sorter spills") {
  for (uint64_t seed = 0; seed < 60; ++seed) CheckStore(seed, seed % 2 == 0, 0);
}

}  // namespace
}  // namespace snaptree::test

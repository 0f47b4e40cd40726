#include "base/sorted_table.h"

#include <filesystem>
#include <map>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using Entries = std::map<std::string, std::string>;

std::unique_ptr<SortedTable> Build(const std::string& path, const Entries& entries) {
  SortedTable::Builder builder(path);
  for (const auto& [key, value] : entries) REQUIRE(builder.Add(key, value).ok());
  auto table = builder.Finish();
  REQUIRE(table.ok());
  return *std::move(table);
}

Entries From(const SortedTable& table, const std::string& key) {
  Entries found;
  const auto cursor = table.NewCursor();
  auto more = cursor->Seek(key);
  for (; more.ok() && *more; more = cursor->Next()) found.emplace(cursor->key(), cursor->value());
  REQUIRE(more.ok());
  return found;
}

}  // namespace

TEST_CASE("A sorted table gives what was put, from any key on") {
  const test::TempFolder folder;
  Entries entries;
  for (int i = 0; i < 20000; ++i)
    entries[std::to_string(i) + std::string(static_cast<size_t>(i % 40), '\0')] =
        std::string(static_cast<size_t>(i % 50), 'v');
  const auto table = Build(folder / "t", entries);
  CHECK(From(*table, "") == entries);
  for (const std::string key : {"0", "5", "77", "77x", "9999", "a"})
    CHECK(From(*table, key) == Entries(entries.lower_bound(key), entries.end()));
}

TEST_CASE("A sorted table's file has no name any more") {
  const test::TempFolder folder;
  const auto table = Build(folder / "t", {{"a", "1"}});
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK(From(*table, "") == Entries{{"a", "1"}});
  {
    SortedTable::Builder unfinished(folder / "u");
    CHECK(unfinished.Add("a", "1").ok());
  }
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("A sorted table without entries is none") {
  const test::TempFolder folder;
  CHECK(Build(folder / "t", {}) == nullptr);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("A sorted table serves several threads") {
  const test::TempFolder folder;
  Entries entries;
  for (int i = 0; i < 5000; ++i) entries[std::to_string(i)] = std::to_string(-i);
  const auto table = Build(folder / "t", entries);
  std::vector<std::thread> threads;
  std::vector<Entries> found(4);
  for (Entries& mine : found)
    threads.emplace_back([&] {
      const auto cursor = table->NewCursor();
      for (auto more = cursor->Seek(""); more.ok() && *more; more = cursor->Next())
        mine.emplace(cursor->key(), cursor->value());
    });
  for (std::thread& thread : threads) thread.join();
  for (const Entries& mine : found) CHECK(mine == entries);
}

TEST_CASE("A sorted table in a folder that is not there is an error of the machine") {
  const test::TempFolder folder;
  SortedTable::Builder builder(folder / "no/t");
  const Status added = builder.Add("a", "1");
  REQUIRE_FALSE(added.ok());
  CHECK(added.kind() == ErrorKind::kEnvironment);
}

}  // namespace snaptree

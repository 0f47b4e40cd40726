// Tables that RocksDB writes, an independent peer: the same rows, wherever a cursor begins.
#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "tests/support/child_process.h"
#include "tests/support/damage.h"
#include "tests/support/table_walk.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

using Model = std::map<std::string, std::string>;

struct RocksShape {
  uint32_t format_version = 2;
  rocksdb::ChecksumType checksum = rocksdb::kCRC32c;
  rocksdb::CompressionType compression = rocksdb::kSnappyCompression;
  bool two_levels = false;
  size_t block_bytes = 4096;
  int restart_interval = 16;
};

std::string RocksTable(const Model& rows, const RocksShape& shape) {
  rocksdb::BlockBasedTableOptions table;
  table.format_version = shape.format_version;
  table.checksum = shape.checksum;
  table.block_size = shape.block_bytes;
  table.block_restart_interval = shape.restart_interval;
  table.metadata_block_size = 512;
  if (shape.two_levels) {
    table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  }
  rocksdb::Options options;
  options.compression = shape.compression;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  const TempFolder folder;
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options);
  REQUIRE(writer.Open(folder / "t.sst").ok());
  for (const auto& [key, value] : rows) REQUIRE(writer.Put(key, value).ok());
  REQUIRE(writer.Finish().ok());
  return ReadWholeFile(folder / "t.sst");
}

// Keys that share much, little and nothing; values of all sizes, some that do not compress.
Model RandomRows(size_t n, uint64_t seed) {
  std::mt19937_64 random(seed);
  Model rows;
  std::string key;
  while (rows.size() < n) {
    key.resize(random() % (key.size() + 1));
    for (size_t left = random() % 12; left > 0; --left) {
      key += static_cast<char>(random() % 3 == 0 ? random() : 'a' + random() % 3);
    }
    if (random() % 50 == 0) key += std::string(random() % 2000, 'k');
    std::string value(random() % 100, static_cast<char>('a' + random() % 26));
    if (random() % 40 == 0) value.resize(random() % 9000, 'v');
    if (random() % 3 == 0) {
      for (char& c : value) c = static_cast<char>(random());
    }
    if (!key.empty()) rows[key] = value;
  }
  return rows;
}

void CheckSame(const WalkedRows& found, const Model& rows) {
  REQUIRE(found.size() == rows.size());
  size_t i = 0;
  for (const auto& [key, value] : rows) {
    REQUIRE(found[i].key == key);
    REQUIRE(found[i].value == value);
    REQUIRE(found[i].trailer == TrailerOf(0, EntryKind::kSet));
    ++i;
  }
}

TEST_CASE("tables of RocksDB in every form") {
  RocksShape shape;
  shape.checksum = GENERATE(rocksdb::kCRC32c, rocksdb::kxxHash64);
  shape.compression =
      GENERATE(rocksdb::kNoCompression, rocksdb::kSnappyCompression, rocksdb::kZSTD);
  shape.two_levels = GENERATE(false, true);
  shape.block_bytes = GENERATE(64U, 4096U, 1U << 20);
  shape.restart_interval = GENERATE(1, 16, 1000);
  const Model rows = RandomRows(1500, 7);
  TablesInMemory tables;
  const TableSet set = tables.Add(RocksTable(rows, shape)).Set();
  const WalkedRows found = RowsOf(set);
  CheckSame(found, rows);
  CHECK((*set.Open(0))->properties().entries == rows.size());

  // Positions: each row ends where the next one begins.
  const Extent all = set.ExtentOf({0, 1});
  CHECK(found.front().position == all.begin);
  CHECK(found.back().end == all.end);
  for (size_t i = 1; i < found.size(); ++i) REQUIRE(found[i].position == found[i - 1].end);
}

TEST_CASE("a cursor begins and ends at any row of a table") {
  RocksShape shape;
  shape.compression = GENERATE(rocksdb::kNoCompression, rocksdb::kSnappyCompression);
  shape.block_bytes = GENERATE(300U, 4096U, 1U << 20);
  const Model rows = RandomRows(900, 11);
  TablesInMemory tables;
  const TableSet set = tables.Add(RocksTable(rows, shape)).Set();
  const WalkedRows all = RowsOf(set);
  std::mt19937_64 random(3);
  for (int round = 0; round < 400; ++round) {
    const size_t begin = random() % all.size();
    const size_t end = begin + 1 + random() % std::min<size_t>(all.size() - begin, 200);
    WalkedRows part;
    REQUIRE(Walk(set, {0, 1}, {all[begin].position, all[end - 1].end}, &part).ok());
    REQUIRE(part == WalkedRows(all.begin() + static_cast<std::ptrdiff_t>(begin),
                               all.begin() + static_cast<std::ptrdiff_t>(end)));
  }
  WalkedRows none;
  REQUIRE(Walk(set, {0, 1}, {all[5].position, all[5].position}, &none).ok());
  CHECK(none.empty());
}

TEST_CASE("values of a table are read by their position") {
  const Model rows = RandomRows(900, 13);
  TablesInMemory tables;
  // Too little for anything but the newest block.
  tables.options.memory_bytes = GENERATE(size_t{1}, size_t{1} << 20);
  const TableSet set = tables.Add(RocksTable(rows, {})).Set();
  ViewBuffer ascending;
  ViewBuffer scattered;
  const WalkedRows all = RowsOf(set);
  for (size_t i = 0; i < all.size(); ++i) {
    for (const auto& [row, buffer] :
         {std::pair(&all[i], &ascending), std::pair(&all[i * 7919 % all.size()], &scattered)}) {
      const size_t from = row->value.size() / 3;
      REQUIRE(*set.View(row->value_position, row->value.size(), buffer) == row->value);
      REQUIRE(*set.View(row->value_position + from, row->value.size() - from, buffer) ==
              row->value.substr(from));
      std::string read(row->value.size() - from, '\0');
      REQUIRE(set.ReadValue(row->value_position, from, read.data(), read.size()).ok());
      REQUIRE(read == row->value.substr(from));
    }
  }
  ViewBuffer fresh;
  std::string read(1 << 20, '\0');
  CHECK(!set.View(all.back().value_position, 1 << 20, &fresh).ok());
  CHECK(!set.ReadValue(all.back().value_position, 0, read.data(), read.size()).ok());
  CHECK(!set.ReadValue(all[0].value_position, UINT64_MAX - 5, read.data(), 10).ok());
}

TEST_CASE("seeking in tables of RocksDB") {
  RocksShape shape;
  shape.two_levels = GENERATE(false, true);
  shape.block_bytes = 300;
  const Model rows = RandomRows(900, 17);
  // Three tables, one run.
  TablesInMemory tables;
  Model part;
  size_t n = 0;
  for (const auto& row : rows) {
    part.insert(row);
    if (++n % 300 != 0) continue;
    tables.Add(RocksTable(part, shape));
    part.clear();
  }
  const TableSet set = tables.Set();
  CheckSame(RowsOf(set), rows);
  const TableRun run = AllOf(set);
  std::mt19937_64 random(3);
  const auto check = [&](const std::string& key) {
    const Result<uint64_t> at = set.Seek(run, key);
    REQUIRE(at.ok());
    WalkedRows found;
    REQUIRE(Walk(set, run, {*at, set.ExtentOf(run).end}, &found).ok());
    const auto expected = rows.lower_bound(key);
    size_t before = 0;
    while (before < found.size() && found[before].key < key) ++before;
    CHECK(before < 40);
    REQUIRE(found.size() - before == static_cast<size_t>(std::distance(expected, rows.end())));
    if (expected != rows.end()) REQUIRE(found[before].key == expected->first);
  };
  check("");
  check(std::string(10, '\xff'));
  size_t i = 0;
  for (const auto& [key, value] : rows) {
    if (++i % 9 != 0) continue;
    check(key);
    check(key + '\0');
    check(key.substr(0, key.size() - 1));
  }
}

TEST_CASE("the table formats of later RocksDB are named") {
  RocksShape shape;
  shape.format_version = GENERATE(3U, 4U, 5U);
  const Status status = StatusOf(RocksTable(RandomRows(10, 1), shape));
  REQUIRE(ExpectCode(status, "TableFormatUnsupported") == "");
  CHECK(status.info().found == "RocksDB v" + std::to_string(shape.format_version));
}

TEST_CASE("all kinds of entries of RocksDB") {
  const TempFolder folder;
  rocksdb::BlockBasedTableOptions table;
  table.format_version = 2;
  table.checksum = rocksdb::kCRC32c;
  rocksdb::Options options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options);
  REQUIRE(writer.Open(folder / "t.sst").ok());
  REQUIRE(writer.Delete("a").ok());
  REQUIRE(writer.Merge("b", "operand").ok());
  REQUIRE(writer.Put("c", "value").ok());
  REQUIRE(writer.DeleteRange("d", "e").ok());
  REQUIRE(writer.Finish().ok());
  TablesInMemory tables;
  const TableSet set = tables.Add(ReadWholeFile(folder / "t.sst")).Set();
  const auto opened = set.Open(0);
  if (!opened.ok()) FAIL(opened.status().Message());
  const TableProperties& properties = (*opened)->properties();
  CHECK(properties.range_deletions == 1);
  CHECK(properties.merge_operands == 1);
  const WalkedRows rows = RowsOf(set);
  REQUIRE(rows.size() == 3);
  CHECK(KindOf(rows[0].trailer) == EntryKind::kDelete);
  CHECK(rows[0].value.empty());
  CHECK(KindOf(rows[1].trailer) == EntryKind::kMerge);
  CHECK(rows[1].value == "operand");
  CHECK(KindOf(rows[2].trailer) == EntryKind::kSet);
}

TEST_CASE("every flipped bit of a table of RocksDB is an error or changes nothing") {
  RocksShape shape;
  shape.checksum = GENERATE(rocksdb::kCRC32c, rocksdb::kxxHash64);
  shape.two_levels = GENERATE(false, true);
  const std::string bytes = RocksTable({{"a", "1"}, {"ab", std::string(100, 'x')}}, shape);
  const WalkedRows rows = RowsOf(TablesInMemory().Add(bytes).Set());
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      TablesInMemory tables;
      const TableSet set = tables.Add(WithFlippedBit(bytes, at, bit)).Set();
      WalkedRows found;
      const Status status = Walk(set, AllOf(set), set.ExtentOf(AllOf(set)), &found);
      if (status.ok()) {
        REQUIRE(found == rows);
      } else {
        REQUIRE(status.kind() == ErrorKind::kData);
      }
    }
  }
}

}  // namespace
}  // namespace snaptree

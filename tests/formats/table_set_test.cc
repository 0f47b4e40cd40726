// Tables in one address space: levels, virtual tables, sequences, damage, hostile blocks, threads.
#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include <catch2/catch.hpp>

#include "formats/table/key_builder.h"
#include "formats/table/shared_cache.h"
#include "tests/support/child_process.h"
#include "tests/support/damage.h"
#include "tests/support/raw_table.h"
#include "tests/support/table_walk.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

std::string Key(int i) {
  std::string digits = std::to_string(i);
  return "key:" + std::string(5 - digits.size(), '0') + digits;
}

// Rows begin..end, some in each block; value: the key's.
RawTable Numbered(int begin, int end, int step = 7) {
  RawTable table;
  table.version = 2;
  for (int i = begin; i < end;) {
    RawEntries block;
    for (int last = std::min(end, i + step); i < last; ++i) {
      block.push_back({Key(i), TrailerOf(100, EntryKind::kSet), "value of " + Key(i)});
    }
    table.Add(block);
  }
  return table;
}

std::vector<std::string> KeysOf(const WalkedRows& rows) {
  std::vector<std::string> keys;
  for (const WalkedRow& row : rows) keys.push_back(row.key);
  return keys;
}

std::vector<std::string> KeysFrom(int begin, int end) {
  std::vector<std::string> keys;
  for (int i = begin; i < end; ++i) keys.push_back(Key(i));
  return keys;
}

WalkedRows RunOf(const TableSet& set, TableRun run) {
  WalkedRows rows;
  const Status status = Walk(set, run, set.ExtentOf(run), &rows);
  if (!status.ok()) throw std::runtime_error(status.Message());
  return rows;
}

TEST_CASE("runs of a set") {
  TablesInMemory tables;
  tables.Add(Numbered(0, 50).Bytes()).Add(Numbered(50, 90).Bytes()).Add(Numbered(10, 20).Bytes());
  const TableSet set = tables.Set();
  CHECK(KeysOf(RunOf(set, {0, 2})) == KeysFrom(0, 90));
  CHECK(KeysOf(RunOf(set, {2, 3})) == KeysFrom(10, 20));
  CHECK(RunOf(set, {1, 1}).empty());
  CHECK(set.ExtentOf({0, 2}).end == set.ExtentOf({2, 3}).begin);
  const WalkedRows rows = RunOf(set, {0, 2});
  for (size_t i = 1; i < rows.size(); ++i) CHECK(rows[i].position == rows[i - 1].end);
  for (const WalkedRow& row : rows) {
    CHECK(row.value == "value of " + row.key);
    CHECK(set.FileOf(row.position) == tables.members[row.key < Key(50) ? 0 : 1].path);
    CHECK(set.FileOf(row.value_position) == set.FileOf(row.position));
    CHECK(set.OffsetOf(row.value_position) == set.OffsetOf(row.position));
  }
  CHECK(set.OffsetOf(rows[0].position) == 0);
  CHECK(set.OffsetOf(rows[8].position) == (*set.Open(0))->blocks()[1].offset);
  // All three overlap: no run.
  WalkedRows wrong;
  CHECK(ExpectCode(Walk(set, {0, 3}, set.ExtentOf({0, 3}), &wrong), "BlockCorrupt") == "");
}

TEST_CASE("a table of a set that is empty or missing is an error") {
  TablesInMemory tables;
  tables.Add(Numbered(0, 5).Bytes()).Add("");
  const TableSet set = tables.Set();
  for (const TableRun run : {TableRun{0, 2}, TableRun{1, 2}}) {
    WalkedRows rows;
    CHECK(ExpectCode(Walk(set, run, set.ExtentOf(run), &rows), "TableMagic") == "");
  }
  tables.members[0].path = "/nowhere/000001.sst";
  CHECK(tables.Set().Open(0).status().code() == "NotFound");
  CHECK(tables.Set().Seek({0, 1}, "a").status().code() == "NotFound");
}

TEST_CASE("virtual tables give what is theirs") {
  const auto step = GENERATE(1, 7, 100);
  const auto first = GENERATE(0, 1, 30);
  const auto last = GENERATE(30, 41, 98, 99, 200);
  const bool excludes = GENERATE(false, true);
  TablesInMemory tables;
  tables.Add(Numbered(0, 100, step).Bytes()).Add(Numbered(300, 310).Bytes());
  tables.members[0].bounds = KeyBounds{Key(first), Key(last), excludes};
  const TableSet set = tables.Set();
  std::vector<std::string> expected = KeysFrom(first, std::min(100, last + (excludes ? 0 : 1)));
  CHECK(KeysOf(RunOf(set, {0, 1})) == expected);
  const size_t own = expected.size();
  const std::vector<std::string> more = KeysFrom(300, 310);
  expected.insert(expected.end(), more.begin(), more.end());
  const WalkedRows rows = RunOf(set, {0, 2});
  REQUIRE(KeysOf(rows) == expected);
  // From and to every row.
  for (size_t i = 0; i < rows.size(); ++i) {
    WalkedRows part;
    REQUIRE(Walk(set, {0, 2}, {rows[i].position, rows.back().end}, &part).ok());
    REQUIRE(part == WalkedRows(rows.begin() + static_cast<std::ptrdiff_t>(i), rows.end()));
    const Result<uint64_t> at = set.Seek({0, 2}, rows[i].key);
    REQUIRE(at.ok());
    CHECK(*at <= rows[i].position);
    WalkedRows found;
    REQUIRE(Walk(set, {0, 2}, {*at, rows[i].end}, &found).ok());
    REQUIRE(!found.empty());
    CHECK(found.back() == rows[i]);
  }
  const Result<uint64_t> beyond = set.Seek({0, 2}, Key(own > 0 ? last + 1 : 250));
  REQUIRE(beyond.ok());
  WalkedRows rest;
  REQUIRE(Walk(set, {0, 2}, {*beyond, rows.back().end}, &rest).ok());
  CHECK(rest.size() >= 10);
}

TEST_CASE("entries of an ingested table have the sequence of the table") {
  RawTable table;
  table.version = 2;
  table.Add({{"a", TrailerOf(0, EntryKind::kSet), "1"},
             {"b", TrailerOf(0, EntryKind::kDelete), ""},
             {"c", TrailerOf(0, EntryKind::kSetWithDelete), "2"}});
  TablesInMemory tables;
  tables.Add(table.Bytes());
  tables.members[0].sequence = 77;
  const WalkedRows rows = RowsOf(tables.Set());
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].trailer == TrailerOf(77, EntryKind::kSet));
  CHECK(rows[1].trailer == TrailerOf(77, EntryKind::kDelete));
  CHECK(rows[2].trailer == TrailerOf(77, EntryKind::kSetWithDelete));
}

TEST_CASE("the hint bit of v4 is no part of a kind") {
  RawTable table;
  table.version = GENERATE(3U, 4U);
  table.Add({{"a", TrailerOf(9, EntryKind::kSet) | 0x40, std::string("\0new", 4)},
             {"a", TrailerOf(8, EntryKind::kDelete) | 0x40, ""},
             {"a", TrailerOf(7, EntryKind::kDeleteSized) | 0x40, "\5"},
             {"a", TrailerOf(6, EntryKind::kSet), std::string("\0old", 4)}});
  const WalkedRows rows = RowsOf(TablesInMemory().Add(table.Bytes()).Set());
  REQUIRE(rows.size() == 4);
  if (table.version == 3) {  // there it is a kind that nobody knows
    CHECK(rows[0].trailer == (TrailerOf(9, EntryKind::kSet) | 0x40));
    return;
  }
  CHECK(rows[0].trailer == TrailerOf(9, EntryKind::kSet));
  CHECK(rows[0].value == "new");
  CHECK(rows[1].trailer == TrailerOf(8, EntryKind::kDelete));
  CHECK(rows[2].trailer == TrailerOf(7, EntryKind::kDeleteSized));
  CHECK(rows[2].value.empty());
  CHECK(rows[3].value == "old");
}

TEST_CASE("keys that do not ascend") {
  const auto code = [](const std::vector<RawEntries>& blocks) {
    RawTable table;
    table.version = 2;
    for (const RawEntries& block : blocks) table.Add(block, 4);
    // The index would tell of it first.
    for (size_t i = 0; i < table.keys.size(); ++i) table.keys[i] = EncodedKey({Key(int(i)), 1, ""});
    return StatusOf(table.Bytes()).code();
  };
  const auto refused = [&](const std::vector<RawEntries>& blocks) {
    CHECK(code(blocks) == "BlockCorrupt");
  };
  refused({{{"b", 1, ""}, {"a", 1, ""}}});
  refused({{{"b", 1, ""}}, {{"a", 1, ""}}});
  refused({{{"a", 1, ""}, {"a", 1, ""}}});
  refused({{{"a", 1, ""}}, {{"a", 1, ""}}});
  refused({{{"a", 0x100, ""}, {"a", 0x200, ""}}});
  refused({{{"a", 0x100, ""}}, {{"a", 0x200, ""}}});
  refused({{{"ab", 1, ""}, {"a", 1, ""}}});
  refused({{{"aaaa", 1, ""}, {"aaab", 1, ""}, {"aaa\xff", 1, ""}, {"aaac", 1, ""}}});
  refused({{{"a\x7f", 1, ""}, {"a\x80", 1, ""}, {"a\x7f", 1, ""}}});
}

TEST_CASE("entries that are wrong in a block whose checksum is right") {
  const std::string key = EncodedKey({"a", 1, ""});
  const std::string one("\1\0\0\0", 4);
  const std::string zero(4, '\0');
  const std::string good = std::string("\0\x09\1", 3) + key + "v";
  const auto code = [&](const std::string& entries) {
    RawTable table;
    table.version = 2;
    table.blocks = {entries + zero + one};
    table.keys = {key};
    table.entries = 1;
    table.value_bytes = 1;
    const Status status = StatusOf(table.Bytes());
    return status.ok() ? "" : status.code();
  };
  CHECK(code(good).empty());
  CHECK(code(good + std::string("\0", 1)) == "BlockCorrupt");
  CHECK(code(std::string("\1\x09\1", 3) + key + "v") == "BlockCorrupt");
  CHECK(code(std::string("\0\x09\2", 3) + key + "v") == "BlockCorrupt");
  CHECK(code(std::string("\0\7\1", 3) + key.substr(2) + "v") == "BlockCorrupt");
  CHECK(code(good + std::string("\x0a\0\0", 3)) == "BlockCorrupt");
  CHECK(code(good + Varint(UINT64_MAX) + Varint(9) + "\1" + key + "v") == "BlockCorrupt");
  CHECK(code(good + std::string("\0", 1) + Varint(UINT64_MAX) + "\1" + key) == "BlockCorrupt");
  CHECK(code(good + std::string("\0\x09", 2) + Varint(UINT64_MAX) + key) == "BlockCorrupt");
  CHECK(code(std::string()) == "TableCorrupt");  // it said that there is one entry
}

// Batches must not hold what a block's keys would come to.
TEST_CASE("a block with long shared keys") {
  const size_t size = GENERATE(size_t{900}, size_t{5000}, size_t{100000}, size_t{3} << 20);
  constexpr int kRows = 3000;
  const std::string prefix(size, 'k');
  std::string entries;
  for (int i = 0; i < kRows; ++i) {
    const std::string key = EncodedKey({i == 0 ? prefix + Key(i) : Key(i), 1, ""});
    entries += Varint(i == 0 ? 0 : size) + Varint(key.size()) + "\1" + key + "v";
  }
  RawTable table;
  table.version = 2;
  table.blocks = {entries + std::string("\0\0\0\0\1\0\0\0", 8)};
  table.keys = {EncodedKey({"l", 1, ""})};
  table.entries = kRows;
  table.value_bytes = kRows;
  TablesInMemory tables;
  const TableSet set = tables.Add(table.Bytes()).Set();
  const auto cursor = set.OpenCursor({0, 1}, set.ExtentOf({0, 1}));
  size_t rows = 0;
  for (;;) {
    const auto batch = cursor->NextBatch();
    REQUIRE(batch.ok());
    if (batch->empty()) break;
    uint64_t bytes = 0;
    for (const Row& row : *batch) {
      REQUIRE(row.key.size() == prefix.size() + 9);
      REQUIRE(row.key.substr(prefix.size()) == Key(static_cast<int>(rows)));
      REQUIRE(row.key[size / 2] == 'k');
      bytes += row.key.size();
      ++rows;
    }
    REQUIRE(bytes <= std::max<uint64_t>(256 << 10, 2 * size + 100));
  }
  CHECK(rows == kRows);
}

TEST_CASE("keys are built as they are described") {
  std::mt19937_64 random(5);
  for (int round = 0; round < 300; ++round) {
    // What is not shared stands in one place for the whole block, as in a file.
    std::string block(200000, '\0');
    size_t used = 0;
    KeyBuilder builder;
    std::string before;
    std::vector<std::pair<Slice, std::string>> batch;
    for (int i = 0; i < 200; ++i) {
      EntryHead head;
      if (random() % 16 != 0) head.shared = random() % (before.size() + 1);
      head.unshared = 8 + random() % (random() % 20 == 0 ? 1500 : 20);
      char* const bytes = block.data() + used;
      for (size_t k = 0; k < head.unshared; ++k) bytes[k] = static_cast<char>(random() % 3);
      used += head.unshared;
      const std::string key = before.substr(0, head.shared) + std::string(bytes, head.unshared);
      if (!builder.HasRoom(head) || random() % 50 == 0) {
        for (const auto& [built, expected] : batch) REQUIRE(built == expected);
        batch.clear();
        builder.StartBatch();
      }
      if (!before.empty()) {
        const int order =
            key.substr(0, key.size() - 8).compare(before.substr(0, before.size() - 8));
        const int told = builder.Compare(head, bytes);
        REQUIRE((told > 0) == (order > 0));
        REQUIRE((told < 0) == (order < 0));
      }
      const Slice built = builder.Build(head, bytes);
      REQUIRE(built == key);
      const bool keep = random() % 4 != 0;
      builder.Take(built, keep);
      REQUIRE(builder.previous() == key);
      if (keep) batch.emplace_back(built, key);
      before = key;
    }
    for (const auto& [built, expected] : batch) REQUIRE(built == expected);
  }
}

TEST_CASE("large values give their head, and the rest by position") {
  RawTable table;
  table.version = 2;
  table.compression = static_cast<uint8_t>(GENERATE(0, 1, 7));
  std::string large;
  for (int i = 0; large.size() < 9 << 20; ++i) large += std::to_string(i) + "x";
  table.Add({{"a", 1, large.substr(0, 256 << 10)}, {"b", 1, large}});
  table.Add({{"c", 1, large}});
  TablesInMemory tables;
  tables.options.memory_bytes = 1 << 20;
  const TableSet set = tables.Add(table.Bytes()).Set();
  const auto cursor = set.OpenCursor({0, 1}, set.ExtentOf({0, 1}));
  const auto batch = cursor->NextBatch();
  REQUIRE(batch.ok());
  REQUIRE(batch->size() == 2);
  CHECK((*batch)[0].value == Slice(large).substr(0, 256 << 10));
  CHECK((*batch)[1].value_size == large.size());
  CHECK((*batch)[1].value == Slice(large).substr(0, 4 << 10));
  const WalkedRows rows = RowsOf(set);
  REQUIRE(rows.size() == 3);
  CHECK(rows[1].value == large);
  CHECK(rows[2].value == large);
  ViewBuffer buffer;
  for (const size_t from : {size_t{0}, size_t{100}, size_t{5} << 20, large.size() - 10}) {
    const Result<Slice> view = set.View(rows[2].value_position + from, 10, &buffer);
    REQUIRE(view.ok());
    CHECK(*view == large.substr(from, 10));
    CHECK(buffer.bytes.size() <= 70000);
  }
}

TEST_CASE("the rest of a damaged set is read when it is wanted") {
  const RawTable whole = Numbered(50, 90);
  std::string damaged = whole.Bytes();
  const size_t block = StoredBlockOf(whole.blocks[0], 0, whole.checksum).size();
  damaged[block + 5] = 'X';  // of the second block: rows 57 to 63
  TablesInMemory tables;
  tables.Add(Numbered(0, 50).Bytes()).Add(damaged).Add("no table").Add(Numbered(95, 99).Bytes());
  WalkedRows rows;
  {
    const TableSet set = tables.Set();
    CHECK(Walk(set, AllOf(set), set.ExtentOf(AllOf(set)), &rows).code() == "BlockChecksum");
  }
  std::vector<std::string> told;
  std::vector<Extent> lost;
  tables.options.on_damage = [&](const TableMember& member, Extent extent, const Status& reason) {
    told.push_back(member.path + " " + reason.code());
    lost.push_back(extent);
  };
  const TableSet set = tables.Set();
  rows.clear();
  REQUIRE(Walk(set, AllOf(set), set.ExtentOf(AllOf(set)), &rows).ok());
  std::vector<std::string> expected = KeysFrom(0, 57);
  for (const std::string& key : KeysFrom(64, 90)) expected.push_back(key);
  for (const std::string& key : KeysFrom(95, 99)) expected.push_back(key);
  CHECK(KeysOf(rows) == expected);
  REQUIRE(told.size() == 2);
  CHECK(told[0] == tables.members[1].path + " BlockChecksum");
  CHECK(lost[0].begin == block);
  CHECK(lost[0].size() == StoredBlockOf(whole.blocks[1], 0, whole.checksum).size());
  CHECK(told[1] == tables.members[2].path + " TableMagic");
  CHECK(lost[1].size() == 8);
  CHECK(*set.Seek(AllOf(set), Key(97)) <= rows.back().position);
}

TEST_CASE("entries before the damage of a block are read") {
  RawTable table = Numbered(0, 20, 20);
  table.blocks[0] = RowBlockOf({{"a", 1, "1"}, {"b", 1, "2"}, {"a", 1, "3"}, {"c", 1, "4"}});
  table.keys[0] = EncodedKey({"c", 1, ""});
  table.value_bytes = 4;
  table.Add({{"d", 1, "5"}});
  TablesInMemory tables;
  std::vector<std::string> told;
  tables.options.on_damage = [&](const TableMember&, Extent, const Status& reason) {
    told.push_back(reason.code());
  };
  const WalkedRows rows = RowsOf(tables.Add(table.Bytes()).Set());
  CHECK(KeysOf(rows) == std::vector<std::string>{"a", "b", "d"});
  CHECK(told == std::vector<std::string>{"BlockCorrupt"});
}

TEST_CASE("more tables than may be open, read by many threads") {
  const TempFolder folder;
  std::vector<TableMember> members;
  constexpr int kTables = 300;
  for (int i = 0; i < kTables; ++i) {
    TableMember member;
    member.path = folder / ("t" + std::to_string(i));
    const std::string bytes = Numbered(i * 10, i * 10 + 10, 3).Bytes();
    WriteWholeFile(member.path, bytes);
    member.region = {0, bytes.size()};
    members.push_back(std::move(member));
  }
  TableSetOptions options;
  options.memory_bytes = GENERATE(size_t{1}, size_t{64} << 20);
  const TableSet set(std::move(members), options);
  const WalkedRows rows = RowsOf(set);
  REQUIRE(KeysOf(rows) == KeysFrom(0, kTables * 10));
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(t);
      ViewBuffer buffer;
      for (int i = 0; i < 300; ++i) {
        const WalkedRow& row = rows[random() % rows.size()];
        const Result<Slice> view = set.View(row.value_position, row.value.size(), &buffer);
        if (!view.ok() || *view != row.value) ++wrong;
        WalkedRows part;
        const Result<uint64_t> at = set.Seek(AllOf(set), row.key);
        if (!at.ok() || !Walk(set, AllOf(set), {*at, row.end}, &part).ok() || part.empty() ||
            !(part.back() == row)) {
          ++wrong;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

struct Counted {
  explicit Counted(size_t n, std::atomic<int>* count) : bytes(n), alive(count) { ++*alive; }
  ~Counted() { --*alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  size_t memory_bytes() const { return bytes; }
  size_t bytes;
  std::atomic<int>* alive;
};

TEST_CASE("a cache drops the oldest, and finds what is still held") {
  std::atomic<int> alive = 0;
  SharedCache<Counted> cache(100, 3);
  int loads = 0;
  const auto get = [&](uint64_t key, size_t bytes) {
    return *cache.Get(key, [&]() -> Result<std::shared_ptr<const Counted>> {
      ++loads;
      return std::shared_ptr<const Counted>(std::make_shared<Counted>(bytes, &alive));
    });
  };
  get(1, 40);
  get(2, 40);
  get(1, 40);
  CHECK(loads == 2);
  get(3, 40);  // 2 goes
  CHECK(alive == 2);
  get(1, 40);
  CHECK(loads == 3);
  get(2, 40);
  CHECK(loads == 4);
  const auto held = get(7, 1000);  // larger than all: it alone stays
  CHECK(alive == 1);
  get(8, 1);
  CHECK(loads == 6);
  CHECK(get(7, 1000) == held);  // dropped by the cache, but still there
  CHECK(loads == 6);
  for (uint64_t key = 20; key < 30; ++key) get(key, 1);
  CHECK(alive == 4);  // three and the one that is held
  CHECK(get(7, 1000) == held);

  const Status failed = cache
                            .Get(99,
                                 []() -> Result<std::shared_ptr<const Counted>> {
                                   return DataError("Some", "error");
                                 })
                            .status();
  CHECK(failed.code() == "Some");
  get(99, 1);
}

TEST_CASE("a cache loads once for many threads") {
  std::atomic<int> alive = 0;
  std::atomic<int> loads = 0;
  std::atomic<int> failures = 0;
  SharedCache<Counted> cache(1, 1);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        const auto value = cache.Get(
            static_cast<uint64_t>(i % 3), [&]() -> Result<std::shared_ptr<const Counted>> {
              ++loads;
              if ((i + t) % 7 == 0) return DataError("Some", "error");
              return std::shared_ptr<const Counted>(std::make_shared<Counted>(10, &alive));
            });
        if (!value.ok()) ++failures;
        if (alive > 8) failures = 1000000;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(loads > 0);
  CHECK(failures < 8000);
  CHECK(alive <= 1);
}

}  // namespace
}  // namespace snaptree

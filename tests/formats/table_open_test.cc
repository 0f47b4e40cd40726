// Footer, metaindex, properties and index of tables (spec 01b sections 2.1, 2.6, 2.7; vectors P1,
// P2, P3, P5).
#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "base/text.h"
#include "tests/support/child_process.h"
#include "tests/support/damage.h"
#include "tests/support/raw_table.h"
#include "tests/support/table_vectors.h"
#include "tests/support/table_walk.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

const std::string kRocksMagic = "\xf7\xcf\xf4\x85\xb7\x41\xe2\x88";
const std::string kLevelMagic = "\x57\xfb\x80\x8b\x24\x75\x47\xdb";

// Values have the prefix byte of v3 and v4.
RawTable Small() {
  RawTable table;
  table.Add({{"a", kPlainRow, std::string("\0one", 4)}, {"b", kPlainRow, std::string("\0", 1)}});
  table.Add({{"c", kPlainRow, std::string("\0three", 6)}});
  return table;
}

std::string CodeOf(const RawTable& table) {
  const Status status = StatusOf(table.Bytes());
  if (status.ok()) return "";
  CHECK(status.kind() == ErrorKind::kData);
  CHECK(!status.info().source.empty());
  return status.code();
}

std::shared_ptr<const Table> Opened(TablesInMemory* tables) {
  const TableSet set = tables->Set();
  Result<std::shared_ptr<const Table>> table = set.Open(0);
  if (!table.ok()) FAIL(table.status().Message());
  return *table;
}

TEST_CASE("a Pebble v4 table of Pebble's own") {
  const std::string bytes = VectorP1();
  REQUIRE(bytes.size() == 617);
  TablesInMemory tables;
  tables.Add(bytes);
  const auto table = Opened(&tables);
  CHECK(table->format() == "Pebble v4");
  CHECK(table->checksum() == BlockChecksum::kCrc32c);
  CHECK(table->has_value_prefix());
  REQUIRE(table->blocks().size() == 1);
  CHECK(table->blocks()[0] == BlockHandle{0, 48});
  CHECK(table->value_blocks().empty());
  CHECK(table->properties().comparator == "leveldb.BytewiseComparator");
  CHECK(table->properties().merge_operator == "pebble.concatenate");
  CHECK(table->properties().entries == 3);
  CHECK(table->properties().range_deletions == 0);
  CHECK(*table->BlockFor("a30") == 0);
  CHECK(*table->BlockFor("b") == 0);
  CHECK(*table->BlockFor("b0") == 1);

  const WalkedRows rows = RowsOf(tables.Set());
  REQUIRE(rows.size() == 3);
  for (size_t i = 0; i < 3; ++i) {
    const std::string key = "a" + std::to_string(i + 1) + "0";
    CHECK(rows[i].key == key);
    CHECK(rows[i].value == key);
    CHECK(rows[i].trailer == TrailerOf(10 + i, EntryKind::kSet));
  }
}

TEST_CASE("a table of the specification") {
  const std::string bytes = VectorP3();
  REQUIRE(bytes.size() == 468);
  const WalkedRows rows = RowsOf(TablesInMemory().Add(bytes).Set());
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].key == *ParseHex("2172656469737c7374727c68656c6c6ffe6489255417fff8"));
  CHECK(rows[1].value == *ParseHex("000000000000000000776f726c64"));
  CHECK(rows[2].key == "_meta_last_commit_ts");
  for (const WalkedRow& row : rows) CHECK(row.trailer == TrailerOf(0, EntryKind::kSet));
  CHECK(rows[0].key.size() + rows[0].value.size() + rows[1].key.size() + rows[1].value.size() +
            rows[2].key.size() + rows[2].value.size() ==
        99);
}

TEST_CASE("a table inside another file") {
  const std::string bytes = "before" + VectorP1() + "behind";
  TablesInMemory tables;
  tables.Add(bytes);
  tables.members[0].region = {6, bytes.size() - 6};
  CHECK(RowsOf(tables.Set()).size() == 3);
  tables.members[0].region = {6, bytes.size() + 1};
  CHECK(ExpectCode(tables.Set().Open(0).status(), "TableCorrupt") == "");
  tables.members[0].region = {5, bytes.size() - 6};
  CHECK(!tables.Set().Open(0).ok());
}

TEST_CASE("every version that can be read") {
  const uint32_t version = GENERATE(1U, 2U, 3U, 4U);
  RawTable table = Small();
  table.version = version;
  table.checksum = GENERATE(BlockChecksum::kCrc32c, BlockChecksum::kXxHash64);
  TablesInMemory tables;
  tables.Add(table.Bytes());
  CHECK(Opened(&tables)->format() == "Pebble v" + std::to_string(version));
  const WalkedRows rows = RowsOf(tables.Set());
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].value == (version >= 3 ? "one" : std::string("\0one", 4)));
  CHECK(rows[1].value == (version >= 3 ? "" : std::string("\0", 1)));
}

TEST_CASE("tables of RocksDB and LevelDB") {
  RawTable table = Small();
  table.magic = kRocksMagic;
  table.version = 2;
  TablesInMemory rocks;
  CHECK(Opened(&rocks.Add(table.Bytes()))->format() == "RocksDB v2");
  CHECK(RowsOf(rocks.Set())[0].value == std::string("\0one", 4));

  table.magic = kLevelMagic;
  table.version = 0;
  table.with_properties = GENERATE(true, false);
  TablesInMemory level;
  CHECK(Opened(&level.Add(table.Bytes()))->format() == "LevelDB");
  CHECK(RowsOf(level.Set()).size() == 3);
}

TEST_CASE("versions that cannot be read are named") {
  RawTable table = Small();
  for (const uint32_t version : {0x100U, 5U, 6U, 7U, 8U, 0xffffffffU}) {
    table.version = version;
    const Status status = StatusOf(table.Bytes());
    REQUIRE(ExpectCode(status, "TableFormatUnsupported") == "");
    CHECK(status.info().found == "Pebble v" + std::to_string(version));
  }
  table.magic = kRocksMagic;
  for (const uint32_t version : {1U, 3U, 4U, 5U, 6U}) {
    table.version = version;
    CHECK(StatusOf(table.Bytes()).info().found == "RocksDB v" + std::to_string(version));
  }
  // The footers of v6 and v7 are longer; the version stands where it stood.
  std::string bytes = Small().Bytes();
  bytes[bytes.size() - 12] = 6;
  CHECK(StatusOf(bytes.insert(bytes.size() - 12, "abcd")).code() == "TableFormatUnsupported");
}

TEST_CASE("footers that are none") {
  CHECK(StatusOf("").code() == "TableMagic");
  CHECK(StatusOf("short").code() == "TableMagic");
  CHECK(StatusOf(std::string(1000, 'x')).code() == "TableMagic");
  CHECK(StatusOf(Small().magic).code() == "TableCorrupt");
  CHECK(StatusOf(kLevelMagic).code() == "TableCorrupt");
  CHECK(StatusOf(std::string(52 - 8, '\1') + Small().magic).code() == "TableCorrupt");
  const std::string whole = Small().Bytes();
  for (size_t n = 0; n < whole.size(); ++n) CHECK(!StatusOf(whole.substr(0, n)).ok());
  for (const int type : {0, 2, 4, 127, 255}) {
    std::string bytes = whole;
    bytes[bytes.size() - 53] = static_cast<char>(type);
    CHECK(StatusOf(bytes).code() == "TableChecksumType");
  }
  // Handles that leave the table, or are no numbers.
  for (const std::string& handle :
       {Varint(whole.size()) + Varint(1), Varint(1) + Varint(whole.size() - 53),
        Varint(UINT64_MAX) + Varint(1), Varint(1) + Varint(UINT64_MAX), std::string(20, '\xff')}) {
    std::string bytes = whole;
    bytes.replace(bytes.size() - 52, handle.size(), handle);
    CHECK(StatusOf(bytes).code() == "TableCorrupt");
  }
}

TEST_CASE("properties") {
  RawTable table = Small();
  const auto with = [&](const std::string& key, const std::string& value) {
    RawTable other = table;
    other.properties[key] = value;
    return CodeOf(other);
  };
  CHECK(CodeOf(table).empty());
  CHECK(with("unknown", "\xff").empty());
  const std::string type = "rocksdb.block.based.table.index.type";
  CHECK(with(type, std::string("\1\0\0\0", 4)) == "TableIndexType");
  CHECK(with(type, std::string("\3\0\0\0", 4)) == "TableIndexType");
  CHECK(with(type, "") == "TableIndexType");
  CHECK(with(type, std::string(8, '\0')) == "TableIndexType");
  CHECK(with("rocksdb.comparator", "RocksDB_SE_v3.11") == "TableFormatUnsupported");
  CHECK(with("rocksdb.comparator", "") == "TableFormatUnsupported");
  CHECK(with("rocksdb.index.key.is.user.key", Varint(1)) == "TableFormatUnsupported");
  CHECK(with("rocksdb.index.key.is.user.key", Varint(0)).empty());
  CHECK(with("rocksdb.index.value.is.delta.encoded", Varint(1)) == "TableFormatUnsupported");
  CHECK(with("rocksdb.num.entries", "") == "TableCorrupt");
  CHECK(with("rocksdb.num.entries", std::string(11, '\xff')) == "TableCorrupt");
  CHECK(with("rocksdb.num.entries", Varint(2)) == "TableCorrupt");
  CHECK(with("rocksdb.num.entries", Varint(4)) == "TableCorrupt");
  RawTable dictionary = table;
  dictionary.metaindex["rocksdb.compression_dict"] = EncodedHandle({0, 1});
  CHECK(CodeOf(dictionary) == "TableFormatUnsupported");
  table.with_properties = false;
  CHECK(CodeOf(table) == "TableCorrupt");
}

TEST_CASE("range deletions and range keys are told, by the properties or without them") {
  RawTable table = Small();
  table.range_deletions = RowBlockOf({{"a", TrailerOf(9, EntryKind::kRangeDelete), "b"}});
  table.range_keys = RowBlockOf({{"a", TrailerOf(9, EntryKind::kRangeKeySet), "b"},
                                 {"b", TrailerOf(9, EntryKind::kRangeKeyDelete), "c"}});
  const bool told = GENERATE(true, false);
  if (told) {
    table.properties["rocksdb.num.range-deletions"] = Varint(1);
    table.properties["pebble.num.range-key-sets"] = Varint(1);
    table.properties["pebble.num.range-key-dels"] = Varint(1);
    table.properties["rocksdb.num.entries"] = Varint(4);
  }
  table.properties["rocksdb.deleted.keys"] = Varint(1);
  table.properties["rocksdb.merge.operands"] = Varint(300);
  TablesInMemory tables;
  const auto opened = Opened(&tables.Add(table.Bytes()));
  CHECK(opened->properties().range_deletions == 1);
  CHECK(opened->properties().range_keys == 2);
  CHECK(opened->properties().deleted_keys == 1);
  CHECK(opened->properties().merge_operands == 300);
  CHECK(RowsOf(tables.Set()).size() == 3);
  table.range_keys = "not a block";
  if (!told) CHECK(CodeOf(table) == "BlockCorrupt");
}

TEST_CASE("an index in two levels") {
  RawTable table = Small();
  table.index_type = 2;
  TablesInMemory tables;
  const auto opened = Opened(&tables.Add(table.Bytes()));
  CHECK(opened->blocks().size() == 2);
  CHECK(*opened->BlockFor("") == 0);
  CHECK(*opened->BlockFor("b") == 0);
  CHECK(*opened->BlockFor("ba") == 1);
  CHECK(*opened->BlockFor("c") == 1);
  CHECK(*opened->BlockFor("d") == 2);
  CHECK(RowsOf(tables.Set()).size() == 3);
}

TEST_CASE("an index that is wrong") {
  RawTable descending = Small();
  std::swap(descending.keys[0], descending.keys[1]);
  CHECK(CodeOf(descending) == "TableCorrupt");
  RawTable cut = Small();
  cut.keys[0] = "short";
  CHECK(CodeOf(cut) == "TableCorrupt");
}

TEST_CASE("values in value blocks") {
  // As in vector P5: prefix a0, then length, block and offset.
  CHECK(std::string("\xa0\x10\0\0", 4) == *ParseHex("a0100000"));
  RawTable table;
  table.compression = static_cast<uint8_t>(GENERATE(0, 1, 7));
  const std::string large(400000, 'v');
  table.value_blocks = {"0123456789abcdef", "second" + large};
  const auto handle = [](uint64_t n, uint64_t block, uint64_t offset) {
    return "\x80" + Varint(n) + Varint(block) + Varint(offset);
  };
  table.Add({{"a", TrailerOf(9, EntryKind::kSet), std::string("\xa0\x10\0\0", 4)},
             {"a", TrailerOf(8, EntryKind::kSet), handle(6, 1, 0)},
             {"a", TrailerOf(7, EntryKind::kSetWithDelete), std::string("\xa0\x10\0\0", 4)},
             {"a", TrailerOf(6, EntryKind::kSet), handle(0, 0, 16)},
             {"b", TrailerOf(5, EntryKind::kSet), handle(large.size(), 1, 6)},
             {"c", TrailerOf(4, EntryKind::kSet), handle(2, 0, 14)}});
  TablesInMemory tables;
  const TableSet set = tables.Add(table.Bytes()).Set();
  const WalkedRows rows = RowsOf(set);
  REQUIRE(rows.size() == 6);
  CHECK(rows[0].value == "0123456789abcdef");
  CHECK(rows[1].value == "second");
  CHECK(rows[2].value == std::string("\xa0\x10\0\0", 4));  // only kind SET has a prefix
  CHECK(rows[3].value.empty());
  CHECK(rows[4].value == large);
  CHECK(rows[5].value == "ef");
  ViewBuffer buffer;
  for (const WalkedRow& row : rows) {
    CHECK(*set.View(row.value_position, row.value.size(), &buffer) == row.value);
    std::string read(row.value.size(), '\0');
    REQUIRE(set.ReadValue(row.value_position, 0, read.data(), read.size()).ok());
    CHECK(read == row.value);
  }

  for (const std::string& wrong :
       {handle(17, 0, 0), handle(1, 0, 16), handle(1, 2, 0), handle(UINT64_MAX, 0, 1),
        handle(1, UINT64_MAX, 0), handle(1, 0, UINT64_MAX), std::string("\x80"),
        std::string("\x80\1"), std::string("\x80\1\0", 3), std::string("\x40x"),
        std::string("\xc0x"), std::string()}) {
    RawTable other = table;
    other.Add({{"d", kPlainRow, wrong}});
    CHECK(CodeOf(other) == "BlockCorrupt");
  }
}

TEST_CASE("a value index that is wrong") {
  RawTable table = Small();
  table.value_blocks = {"0123456789abcdef", "second"};
  CHECK(CodeOf(table).empty());
  const auto with = [&](const std::string& value) {
    RawTable other = table;
    other.metaindex["pebble.value_index"] = value;
    return CodeOf(other);
  };
  CHECK(with("") == "TableCorrupt");
  CHECK(with(Varint(0) + Varint(UINT64_MAX) + "\1\4\4") == "TableCorrupt");
  const std::string first = EncodedHandle({0, table.blocks[0].size()});
  CHECK(with(first) == "TableCorrupt");
  CHECK(with(first + "\1\4") == "TableCorrupt");
  CHECK(with(first + "\1\4\4\4") == "TableCorrupt");
  CHECK(with(first + std::string("\0\4\4", 3)) == "TableCorrupt");
  CHECK(with(first + "\1\4\x09") == "TableCorrupt");
  CHECK(with(first + "\1\2\2") == "TableCorrupt");  // rows are no records
}

TEST_CASE("every flipped bit of a table is an error or changes nothing") {
  RawTable built = Small();
  built.compression = static_cast<uint8_t>(GENERATE(0, 1));
  built.index_type = GENERATE(0U, 2U);
  built.value_blocks = {"0123456789abcdef"};
  built.Add({{"d", kPlainRow, std::string("\x80\x10\0\0", 4)}});
  for (const std::string& bytes : {VectorP1(), VectorP3(), built.Bytes()}) {
    const WalkedRows rows = RowsOf(TablesInMemory().Add(bytes).Set());
    size_t harmless = 0;
    for (size_t at = 0; at < bytes.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        TablesInMemory tables;
        const TableSet set = tables.Add(WithFlippedBit(bytes, at, bit)).Set();
        WalkedRows found;
        const Status status = Walk(set, AllOf(set), set.ExtentOf(AllOf(set)), &found);
        if (status.ok()) {
          ++harmless;
          REQUIRE(found == rows);
        } else {
          REQUIRE(status.kind() == ErrorKind::kData);
          REQUIRE(!status.info().source.empty());
        }
      }
    }
    // The padding of the footer.
    CHECK(harmless > 0);
    CHECK(harmless < 8 * 41);
  }
}

}  // namespace
}  // namespace snaptree

// Keys of the filesystem: spec 06 section 4.1, chapter 9 item 3, vector V8.
#include "adapters/fs/fs_keys.h"

#include <catch2/catch.hpp>

#include "tests/support/fs_rows.h"

namespace snaptree::fs {
namespace {

using test::Unhex;

std::string Ordered(Slice bytes) {
  std::string out;
  AppendOrdered(&out, bytes);
  return out;
}

TEST_CASE("V8: ordered bytes") {
  const std::string x0y("x\0y", 3);
  CHECK(Ordered(x0y) == Unhex("7800ff790000"));
  std::string back;
  REQUIRE(ParseOrdered(Unhex("7800ff790000"), &back));
  CHECK(back == x0y);
}

TEST_CASE("ordered bytes that are none") {
  std::string out;
  for (const char* hex : {"", "61", "6100", "610001", "61000000", "6100ff", "00ff00", "00",
                          "61000061", "00fe0000", "610000ff"}) {
    INFO(hex);
    CHECK_FALSE(ParseOrdered(Unhex(hex), &out));
  }
  CHECK(ParseOrdered(Unhex("0000"), &out));
  CHECK(out.empty());
  CHECK(ParseOrdered(Unhex("00ff00ff0000"), &out));
  CHECK(out == std::string(2, '\0'));
}

TEST_CASE("keys of inodes, homes and directory versions have exactly 8 bytes") {
  uint64_t number = 0;
  REQUIRE(ParseNumberedKey(Unhex("2166737c686f6d657c8f3c00d2e1a40b77"), kHomePrefix, &number));
  CHECK(number == 0x8f3c00d2e1a40b77);
  REQUIRE(ParseNumberedKey(test::FsInodeKey(UINT64_MAX), kInodePrefix, &number));
  CHECK(number == UINT64_MAX);
  REQUIRE(ParseNumberedKey(test::FsDirVersionKey(7), kDirVersionPrefix, &number));
  CHECK(number == 7);
  CHECK_FALSE(ParseNumberedKey("!fs|ino|1234567", kInodePrefix, &number));
  CHECK_FALSE(ParseNumberedKey("!fs|ino|123456789", kInodePrefix, &number));
  CHECK_FALSE(ParseNumberedKey("!fs|ino|", kInodePrefix, &number));
  CHECK_FALSE(ParseNumberedKey(test::FsInodeKey(1), kHomePrefix, &number));
}

TEST_CASE("keys of entries") {
  EntryKey key;
  REQUIRE(ParseEntryKey(Unhex("2166737c6469727c0000000000000001617c622e7478740000"), &key));
  CHECK(key.parent == 1);
  CHECK(key.name == "a|b.txt");
  for (const char* name : {"...", "..a", ".a", "\xff\xfe", " ", "a\\b"}) {
    INFO(name);
    REQUIRE(ParseEntryKey(test::FsEntryKey(5, name), &key));
    CHECK(key.name == name);
    CHECK(key.parent == 5);
  }
  // Names that no directory can hold.
  for (const Slice name : {Slice(""), Slice("."), Slice(".."), Slice("/"), Slice("a/b"),
                           Slice("a\0b", 3), Slice("\0", 1)}) {
    CHECK_FALSE(ParseEntryKey(test::FsEntryKey(5, name), &key));
  }
  CHECK_FALSE(ParseEntryKey("!fs|dir|1234567", &key));
  CHECK_FALSE(ParseEntryKey("!fs|dir|12345678", &key));
  CHECK_FALSE(ParseEntryKey(test::FsEntryKey(5, "a") + "x", &key));
}

TEST_CASE("keys of chunks have exactly 24 bytes") {
  ChunkKey key;
  REQUIRE(ParseChunkKey(Unhex("2166737c63686b7c8f3c00d2e1a40b778f3c00d2e1a40b770000000000000002"),
                        &key));
  CHECK(key.home_slot == 0x8f3c00d2e1a40b77);
  CHECK(key.inode == 0x8f3c00d2e1a40b77);
  CHECK(key.index == 2);
  REQUIRE(ParseChunkKey(test::FsChunkKey(1, 2, UINT64_MAX), &key));
  CHECK(key.home_slot == 1);
  CHECK(key.inode == 2);
  CHECK(key.index == UINT64_MAX);
  CHECK_FALSE(ParseChunkKey(test::FsChunkKey(1, 2, 3) + "x", &key));
  CHECK_FALSE(ParseChunkKey(test::FsChunkKey(1, 2, 3).substr(0, 31), &key));
  CHECK_FALSE(ParseChunkKey("!fs|chk|", &key));
}

}  // namespace
}  // namespace snaptree::fs

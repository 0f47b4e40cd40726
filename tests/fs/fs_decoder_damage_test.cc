// Rows that cannot be read, and odd ones that can: spec 06 chapter 9 items 3 and 5.
#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/fs_rows.h"

namespace snaptree::test {
namespace {

using Strings = std::vector<std::string>;

// What becomes of a store with this row beside an empty root.
DecodedRows With(const std::string& key, const std::string& value) {
  return DecodeRows(FsRoot().Put(key, kT0, value));
}

TEST_CASE("malformed keys are damaged rows") {
  const std::string keys[] = {"!fs|ino|",
                              "!fs|ino|1234567",
                              "!fs|ino|123456789",
                              "!fs|home|1234567",
                              "!fs|home|123456789",
                              "!fs|dir|1234567",
                              "!fs|dir|12345678",
                              FsEntryKey(1, "a") + "x",
                              FsEntryKey(1, ""),
                              FsEntryKey(1, "."),
                              FsEntryKey(1, ".."),
                              FsEntryKey(1, "a/b"),
                              FsEntryKey(1, Slice("a\0b", 3)),
                              "!fs|chk|",
                              FsChunkKey(1, 2, 3) + "x",
                              FsChunkKey(1, 2, 3).substr(0, 31)};
  for (const std::string& key : keys) {
    INFO(key);
    const DecodedRows out = With(key, FsEntryValue(1, "directory"));
    CHECK(out.damaged_codes() == Strings{"FsMalformedKey"});
    CHECK(out.report.rows.damaged == 1);
    CHECK(out.report.rows.emitted == 1);
  }
}

TEST_CASE("inodes that cannot be read") {
  const auto with = [](const std::string& name, const std::string& json) {
    std::string text = FsInodeValue(FsFile(7, 5));
    const size_t at = text.find("\"" + name + "\":") + name.size() + 3;
    return text.replace(at, text.find_first_of(",}", at) - at, json);
  };
  Strings values = {"",
                    "{",
                    "[]",
                    "7",
                    "null",
                    "\"x\"",
                    "{}",
                    "{\"inode\":7}",
                    "{\"type\":7}",
                    "{\"type\":\"symlink\"}",
                    "{\"type\":null}",
                    "{\"type\":\"file\"}x",
                    "{\"type\":\"file\xff\"}"};
  for (const char* name : {"inode", "parent", "size", "chunk_size", "home_slot", "epoch",
                           "generation", "mode", "uid", "gid", "nlink", "atime_nsec"}) {
    for (const char* json : {"\"1\"", "1.0", "1e3", "true", "[1]", "18446744073709551616"})
      values.push_back(with(name, json));
  }
  for (const char* name : {"mode", "uid", "gid", "nlink"})
    values.push_back(with(name, "4294967296"));
  for (const char* name : {"inode", "size", "mode"}) values.push_back(with(name, "-1"));
  values.push_back(with("mtime_nsec", "9223372036854775808"));
  values.push_back(with("generation", "1,\"orphaned\":1"));
  for (const std::string& value : values) {
    INFO(value);
    const DecodedRows out = With(FsInodeKey(7), value);
    CHECK(out.damaged_codes() == Strings{"FsInvalidInode"});
    CHECK(out.report.rows.emitted == 1);
  }
}

TEST_CASE("numbers of inodes are exact, at both ends") {
  FsInode file = FsFile(UINT64_MAX - 1, 0);
  file.parent = UINT64_MAX;
  file.home_slot = 9007199254740993;
  file.epoch = UINT64_MAX;
  file.generation = UINT64_MAX;
  file.chunk_size = UINT64_MAX;
  file.mode = file.uid = file.gid = file.nlink = UINT32_MAX;
  file.atime_nsec = INT64_MIN;
  file.mtime_nsec = -1;
  file.ctime_nsec = INT64_MAX;
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "f", file);
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at("fs/inodes.jsonl") ==
        FsInodeLine(FsDirectory(1), "") + FsInodeLine(file, "f"));
  CHECK(out.report.complete());
}

TEST_CASE("members that are missing or null are zero") {
  SnapshotBuilder rows = FsRoot();
  rows.Put(FsInodeKey(7), kT0, "{\"type\":\"file\",\"inode\":7,\"size\":null,\"uid\":5}");
  rows.Put(FsEntryKey(1, "f"), kT0, FsEntryValue(7, "file"));
  const DecodedRows out = DecodeRows(rows);
  FsInode file = FsFile(7, 0);
  file.parent = file.mode = file.chunk_size = file.home_slot = file.epoch = file.generation = 0;
  file.atime_nsec = file.mtime_nsec = file.ctime_nsec = 0;
  file.uid = 5;
  CHECK(out.files.at("fs/inodes.jsonl") ==
        FsInodeLine(FsDirectory(1), "") + FsInodeLine(file, "f"));
  CHECK(out.files.count("fs/tree/f") == 1);
}

TEST_CASE("members that nobody knows are kept as they are, in their order") {
  SnapshotBuilder rows = FsRoot();
  FsInode file = FsFile(7, 0);
  file.extra = R"(, "z" : 1.50, "a":{"<b>" :[1, "\u003c"]},"path":"x")";
  PutFs(&rows, 1, "f", file);
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at("fs/inodes.jsonl") ==
        FsInodeLine(FsDirectory(1), "") +
            FsInodeLine(file, "f", std::nullopt,
                        R"({"z":1.50,"a":{"<b>":[1,"\u003c"]},"path":"x"})"));
  CHECK(out.findings() == Strings{"note fs_unknown_member 3"});
  CHECK(out.report.complete());
}

TEST_CASE("the key's inode number counts") {
  SnapshotBuilder rows = FsRoot();
  rows.Put(FsInodeKey(7), kT0, FsInodeValue(FsFile(8, 0)));
  rows.Put(FsEntryKey(1, "f"), kT0, FsEntryValue(7, "file"));
  FsInode file = FsFile(7, 0);
  file.home_slot = 8;
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at("fs/inodes.jsonl") ==
        FsInodeLine(FsDirectory(1), "") + FsInodeLine(file, "f"));
  CHECK(out.findings() == Strings{"warning fs_inode_number_mismatch 1"});
}

TEST_CASE("entries that cannot be read, and one with more than is known") {
  for (const char* value :
       {"", "{}", "[]", "{\"type\":\"file\"}", "{\"inode\":-1,\"type\":\"file\"}",
        "{\"inode\":1.0,\"type\":\"file\"}", "{\"inode\":null}", "{\"inode\":7,\"type\":7}",
        "{\"inode\":7,\"type\":\"file\"} x"}) {
    INFO(value);
    const DecodedRows out = With(FsEntryKey(1, "f"), value);
    CHECK(out.damaged_codes() == Strings{"FsInvalidEntry"});
  }
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "f", FsFile(7, 0));
  rows.Put(FsEntryKey(1, "f"), kT1, "{\"inode\":7,\"type\":\"file\",\"new\":1}");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.count("fs/tree/f") == 1);
  CHECK(out.findings() == Strings{"warning fs_entry_members 1"});
}

TEST_CASE("homes that cannot be read do not matter to their file") {
  for (const char* value : {"", "[]", "{\"home_slot\":\"7\"}", "{\"epoch\":1.5}", "{\"state\":1}",
                            "{\"target_home_slot\":-1}"}) {
    INFO(value);
    SnapshotBuilder rows = FsRoot();
    PutFs(&rows, 1, "f", FsFile(7, 1));
    rows.Put(FsChunkKey(7, 7, 0), kT0, "x").Put(FsHomeKey(7), kT0, value);
    const DecodedRows out = DecodeRows(rows);
    CHECK(out.files.at("fs/tree/f") == "x");
    CHECK(out.damaged_codes() == Strings{"FsInvalidHome"});
  }
}

TEST_CASE("versions of directories that are no numbers are left out") {
  for (const char* value : {"", "x", "-1", "1.0", "18446744073709551616", "1 ", "null"}) {
    INFO(value);
    const DecodedRows out = With(FsDirVersionKey(1), value);
    CHECK(out.files.at("fs/inodes.jsonl") == FsInodeLine(FsDirectory(1), ""));
    CHECK(out.findings() == Strings{"warning fs_invalid_dir_version 1"});
  }
  // Of a file, of nobody, and with a key that is none: nobody asks.
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "f", FsFile(7, 0));
  rows.Put(FsDirVersionKey(7), kT0, "5")
      .Put(FsDirVersionKey(3), kT0, "5")
      .Put("!fs|dirv|x", kT0, "5");
  rows.Put(FsDirVersionKey(1), kT0, "6");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at("fs/inodes.jsonl") ==
        FsInodeLine(FsDirectory(1), "", 6) + FsInodeLine(FsFile(7, 0), "f"));
  CHECK(out.findings().empty());
}

TEST_CASE("a file of a damaged inode: its entry and its chunks are told") {
  SnapshotBuilder rows = FsRoot();
  rows.Put(FsInodeKey(7), kT0, "?").Put(FsEntryKey(1, "f"), kT0, FsEntryValue(7, "file"));
  rows.Put(FsChunkKey(7, 7, 0), kT0, "x");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.findings() ==
        Strings{"warning fs_chunk_without_inode 1", "warning fs_dangling_entry 1"});
  CHECK(out.files.at("fs/_orphans/7.chunks.jsonl") ==
        "{\"home_slot\":7,\"index\":0,\"value\":\"x\"}\n");
  CHECK(out.damaged_codes() == Strings{"FsInvalidInode"});
}

TEST_CASE("a damaged chunk leaves zeros, and it is said where") {
  SnapshotBuilder rows = FsRoot();
  FsInode file = FsFile(7, 6);
  file.chunk_size = 2;
  PutFs(&rows, 1, "f", file);
  rows.Put(FsChunkKey(7, 7, 0), kT0, "ab").Put(FsChunkKey(7, 7, 2), kT0, "ef");
  rows.Put(FsChunkKey(7, 7, 1), kT0, "cd").Raw(RawKey(FsChunkKey(7, 7, 1), kT1), "short");
  rows.Put("bare", kT1, "v");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at("fs/tree/f") == std::string("ab\0\0ef", 6));
  CHECK(out.finding("fs_damaged_chunk") == "warning 1");
  CHECK(out.report.findings.by_code().at("fs_damaged_chunk").example() == "inode 7, chunk 1");
  DecodeRowsOptions before;
  before.at = kT0;
  CHECK(DecodeRows(rows, before).files.at("fs/tree/f") == "abcdef");
  CHECK(DecodeRows(rows, before).finding("fs_damaged_chunk").empty());
}

TEST_CASE("values that are larger than any of their kind") {
  const std::string large = FsInodeValue(FsFile(7, 0)) + std::string(17 << 20, ' ');
  CHECK(With(FsInodeKey(7), large).damaged_codes() == Strings{"FsInvalidInode"});
  const std::string fits = FsInodeValue(FsFile(7, 0)) + std::string(2 << 20, ' ');
  CHECK(With(FsInodeKey(7), fits).report.rows.damaged == 0);
}

}  // namespace
}  // namespace snaptree::test

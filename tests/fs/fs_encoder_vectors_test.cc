// The encoder of the filesystem: the vectors of spec 06 chapter 12, and the rows of section 4.6.
#include <catch2/catch.hpp>

#include "tests/support/encoded_rows.h"
#include "tests/support/fs_rows.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kN = 10321125351755090807U;  // 0x8f3c00d2e1a40b77
using Rows = std::map<std::string, std::string>;

std::string Home(uint64_t slot, uint64_t epoch) {
  return "{\"home_slot\":" + std::to_string(slot) +
         ",\"state\":\"active\",\"epoch\":" + std::to_string(epoch) + "}";
}

EncodeFilesOptions With(std::set<std::string> folders) {
  EncodeFilesOptions options;
  options.folders = std::move(folders);
  return options;
}

TEST_CASE("V17: two inodes, a chunk behind a hole, and what a node needs beside them") {
  const FsInode root = FsDirectory(1);
  const FsInode file = FsFile(kN, 8388610);
  const EncodedRows out =
      EncodeFiles({{"fs/tree/a%7Cb.txt", std::string(8388608, '\0') + "hi"},
                   {"fs/inodes.jsonl",
                    FsInodeLine(root, "", 1700000000000000000) + FsInodeLine(file, "a%7Cb.txt")}});
  CHECK(out.errors.empty());
  CHECK(out.findings().empty());
  CHECK(out.differences.empty());
  CHECK(
      (out.rows == Rows{{Unhex("2166737c696e6f7c0000000000000001"), FsInodeValue(root)},
                        {Unhex("2166737c696e6f7c8f3c00d2e1a40b77"), FsInodeValue(file)},
                        {Unhex("2166737c686f6d657c0000000000000001"), Home(1, 1)},
                        {Unhex("2166737c686f6d657c8f3c00d2e1a40b77"),
                         "{\"home_slot\":10321125351755090807,\"state\":\"active\",\"epoch\":1}"},
                        {Unhex("2166737c6469727c0000000000000001617c622e7478740000"),
                         "{\"inode\":10321125351755090807,\"type\":\"file\"}"},
                        {Unhex("2166737c646972767c0000000000000001"),
                         Unhex("31373030303030303030303030303030303030")},
                        {Unhex("2166737c63686b7c8f3c00d2e1a40b778f3c00d2e1a40b770000000000000002"),
                         Unhex("6869")},
                        {"!fs|usage", "{\"files\":2,\"bytes\":2}"}}));
  CHECK(out.report.adapters.size() == 1);
  CHECK(out.report.adapters[0].records == 2);
}

TEST_CASE("V1: an empty root") {
  const EncodedRows out =
      EncodeFiles({{"fs/inodes.jsonl", FsInodeLine(FsDirectory(1), "")}}, With({"fs/tree"}));
  CHECK((out.rows == Rows{{FsInodeKey(1), FsInodeValue(FsDirectory(1))},
                          {FsHomeKey(1), Home(1, 1)},
                          {"!fs|usage", "{\"files\":1,\"bytes\":0}"}}));
  CHECK(out.findings().empty());
}

TEST_CASE("64-bit numbers, modes with type bits, times before 1970 and x_extra come back exactly") {
  FsInode root = FsDirectory(1);
  FsInode file = FsFile(UINT64_MAX, 3);
  file.mode = 0xffffffff;
  file.uid = 4294967294;
  file.atime_nsec = INT64_MIN;
  file.mtime_nsec = -1;
  file.ctime_nsec = INT64_MAX;
  file.chunk_size = 0;
  file.home_slot = UINT64_MAX - 1;
  file.epoch = UINT64_MAX;
  file.generation = 9007199254740993;
  const std::string extra =
      R"("z":1e400,"a":[{"\u003c":1.50}, null],"big":18446744073709551616,"a":"<\u00e9>")";
  const EncodedRows out = EncodeFiles(
      {{"fs/tree/f", "abc"},
       {"fs/inodes.jsonl",
        FsInodeLine(root, "", 1) + FsInodeLine(file, "f", std::nullopt, "{ " + extra + " }")}});
  file.extra = R"(,"z":1e400,"a":[{"\u003c":1.50},null],"big":18446744073709551616,"a":"<\u00e9>")";
  CHECK(out.errors.empty());
  CHECK(out.rows.at(FsInodeKey(UINT64_MAX)) == FsInodeValue(file));
  CHECK(out.rows.at(FsHomeKey(UINT64_MAX)) == Home(UINT64_MAX - 1, UINT64_MAX));
  CHECK(out.rows.at(FsChunkKey(UINT64_MAX - 1, UINT64_MAX, 0)) == "abc");
  CHECK(out.findings().empty());
}

TEST_CASE("home_slot 0 is the inode, epoch 0 is 1, and lines without some members are completed") {
  FsInode file = FsFile(5, 1);
  file.home_slot = 0;
  file.epoch = 0;
  const EncodedRows out = EncodeFiles(
      {{"fs/tree/f", "x"},
       {"fs/tree/d/g", "y"},
       {"fs/inodes.jsonl",
        FsInodeLine(FsDirectory(1), "", 7) + FsInodeLine(file, "f") +
            "{\"path\":\"d\",\"inode\":6,\"type\":\"directory\",\"mode\":448}\n"
            "{\"path\":\"d/g\",\"inode\":7,\"type\":\"file\",\"mode\":384,\"size\":1}"}});
  CHECK(out.errors.empty());
  CHECK(out.findings() == std::vector<std::string>{"note fs_dir_version_completed 1",
                                                   "note fs_line_completed 3",
                                                   "warning fs_nlink_corrected 1"});
  CHECK(out.differences == std::set<std::string>{"fs/inodes.jsonl"});
  file.home_slot = 5;
  file.epoch = 1;
  CHECK(out.rows.at(FsInodeKey(5)) == FsInodeValue(file));
  CHECK(out.rows.at(FsHomeKey(5)) == Home(5, 1));
  FsInode made = FsDirectory(6);
  made.mode = 448;
  made.atime_nsec = made.mtime_nsec = made.ctime_nsec = 0;
  made.chunk_size = 0;
  CHECK(out.rows.at(FsInodeKey(6)) == FsInodeValue(made));
  CHECK(out.rows.at(FsDirVersionKey(6)) == "0");
  made = FsFile(7, 1);
  made.parent = 6;
  made.mode = 384;
  made.atime_nsec = made.mtime_nsec = made.ctime_nsec = 0;
  made.chunk_size = 0;
  CHECK(out.rows.at(FsInodeKey(7)) == FsInodeValue(made));
  CHECK(out.rows.at(FsEntryKey(6, "g")) == FsEntryValue(7, "file"));
}

TEST_CASE("dir_version: kept, none for an empty directory, the mtime for one with entries") {
  FsInode root = FsDirectory(1);
  root.nlink = 5;
  FsInode old = FsDirectory(2);
  old.mtime_nsec = -5;
  const EncodedRows out = EncodeFiles(
      {{"fs/tree/full/f", ""},
       {"fs/tree/old/f", ""},
       {"fs/inodes.jsonl", FsInodeLine(root, "") + FsInodeLine(FsDirectory(3), "full") +
                               FsInodeLine(FsFile(4, 0), "full/f") + FsInodeLine(old, "old") +
                               FsInodeLine(FsFile(5, 0), "old/f") +
                               FsInodeLine(FsDirectory(6), "empty", UINT64_MAX)}},
      With({"fs/tree/empty"}));
  CHECK(out.errors.empty());
  CHECK(out.rows.at(FsDirVersionKey(1)) == "12");
  CHECK(out.rows.at(FsDirVersionKey(2)) == "0");
  CHECK(out.rows.at(FsDirVersionKey(3)) == "12");
  CHECK(out.rows.at(FsDirVersionKey(6)) == "18446744073709551615");
  CHECK(out.finding("fs_dir_version_completed") == "note 3");
  CHECK(out.finding("fs_parent_corrected") == "warning 2");
}

TEST_CASE("a tree without fs has no rows, and one with orphans only has none either") {
  CHECK(EncodeFiles({{"MANIFEST.json", ""}}).rows.empty());
  const EncodedRows out = EncodeFiles({{"fs/_orphans/7.bin", "x"}, {"fs/_orphans/8.bin", "y"}});
  CHECK(out.rows.empty());
  CHECK(out.errors.empty());
  CHECK(out.findings() == std::vector<std::string>{"warning fs_orphans_not_encoded 2"});
  CHECK((out.differences == std::set<std::string>{"fs/_orphans/7.bin", "fs/_orphans/8.bin"}));
}

}  // namespace
}  // namespace snaptree::test

// The test vectors of spec 06 chapter 12 that concern the filesystem, and the whole of section 4.4.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/fs_rows.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kN = 10321125351755090807U;  // 0x8f3c00d2e1a40b77

// V1 to V7, keys from hex.
SnapshotBuilder Vectors() {
  FsInode file = FsFile(kN, 8388610);
  SnapshotBuilder rows;
  rows.Put(Unhex("2166737c696e6f7c0000000000000001"), kT0, FsInodeValue(FsDirectory(1)));
  rows.Put(Unhex("2166737c696e6f7c8f3c00d2e1a40b77"), kT0, FsInodeValue(file));
  rows.Put(Unhex("2166737c6469727c0000000000000001617c622e7478740000"), kT0,
           "{\"inode\":10321125351755090807,\"type\":\"file\"}");
  rows.Put(Unhex("2166737c646972767c0000000000000001"), kT0,
           Unhex("31373030303030303030303030303030303030"));
  rows.Put(Unhex("2166737c686f6d657c8f3c00d2e1a40b77"), kT0,
           "{\"home_slot\":10321125351755090807,\"state\":\"active\",\"epoch\":1}");
  rows.Put(Unhex("2166737c63686b7c8f3c00d2e1a40b778f3c00d2e1a40b770000000000000002"), kT0,
           Unhex("6869"));
  rows.Put(Unhex("2166737c7265667c8f3c00d2e1a40b776e3100000000000000000005"), kT0, "{}");
  rows.Put(
      Unhex("2166737c75736167657c726f7574657c2166737c696e6f7c00ff00ff00ff00ff00ff00ff00ff010000"),
      kT0, "{}");
  return rows;
}

TEST_CASE("V1 to V7: a file with one chunk behind two that are not there") {
  const DecodedRows out = DecodeRows(Vectors());
  std::string content(8388608, '\0');
  content += "hi";
  CHECK((out.files ==
         Files{{"fs/tree/a%7Cb.txt", content},
               {"fs/inodes.jsonl",
                "{\"inode\":1,\"parent\":1,\"type\":\"directory\",\"mode\":493,\"uid\":0,\"gid\":0,"
                "\"size\":0,\"atime_nsec\":11,\"mtime_nsec\":12,\"ctime_nsec\":13,\"chunk_size\":"
                "4194304,\"home_slot\":1,\"epoch\":1,\"nlink\":2,\"generation\":1,\"path\":\"\","
                "\"dir_version\":1700000000000000000}\n"
                "{\"inode\":10321125351755090807,\"parent\":1,\"type\":\"file\",\"mode\":420,"
                "\"uid\":0,\"gid\":0,\"size\":8388610,\"atime_nsec\":11,\"mtime_nsec\":12,"
                "\"ctime_nsec\":13,\"chunk_size\":4194304,\"home_slot\":10321125351755090807,"
                "\"epoch\":1,\"nlink\":1,\"generation\":1,\"path\":\"a%7Cb.txt\"}\n"}}));
  CHECK(out.directories == std::set<std::string>{"fs/tree"});
  CHECK(out.findings().empty());
  const RowClasses& rows = out.report.rows;
  CHECK(rows.emitted == 5);
  CHECK(rows.derived_index == 2);
  CHECK(rows.operational == 1);
  CHECK(out.report.records == 2);
  CHECK(out.report.extensions == std::vector<std::string>{"fs"});
  CHECK(out.report.complete());
}

TEST_CASE("a store without filesystem rows makes no fs folder") {
  CHECK(DecodeRows(SnapshotBuilder().Put("bare", kT0, "v")).files.count("fs/inodes.jsonl") == 0);
  const DecodedRows out = DecodeRows(SnapshotBuilder().Put("!fs|usage", kT0, "{}"));
  CHECK(out.files.empty());
  CHECK(out.directories.empty());
}

TEST_CASE("an empty root is a folder and a line") {
  const DecodedRows out =
      DecodeRows(SnapshotBuilder().Put(FsInodeKey(1), kT0, FsInodeValue(FsDirectory(1))));
  CHECK(out.files == Files{{"fs/inodes.jsonl", FsInodeLine(FsDirectory(1), "")}});
  CHECK(out.directories == std::set<std::string>{"fs/tree"});
  CHECK(out.report.complete());
}

TEST_CASE("names: percent-encoded, hostile ones, fallback names with a line of KEYMAP") {
  const std::string n240(240, 'n');
  const std::string n241(241, 'n');
  const std::pair<std::string, std::string> names[] = {
      {"...", "..."},
      {" ", "%20"},
      {"-rf", "-rf"},
      {"\xff", "%FF"},
      {"new\nline", "new%0Aline"},
      {".hidden", ".hidden"},
      {"~", "%7E"},
      {n240, n240},
      {n241, "a3938a15ac27883d517a8b75e85b91eb__" + std::string(64, 'n')},
      {"b64.x", ""},
      {"0123456789abcdef0123456789ABCDEF__", ""}};
  SnapshotBuilder rows;
  rows.Put(FsInodeKey(1), kT0, FsInodeValue(FsDirectory(1)));
  uint64_t inode = 2;
  for (const auto& [name, encoded] : names) {
    rows.Put(FsInodeKey(inode), kT0, FsInodeValue(FsFile(inode, 1)));
    rows.Put(FsEntryKey(1, name), kT0, FsEntryValue(inode, "file"));
    rows.Put(FsChunkKey(inode, inode, 0), kT0, std::string(1, static_cast<char>(inode)));
    ++inode;
  }
  const DecodedRows out = DecodeRows(rows);
  inode = 2;
  for (const auto& [name, encoded] : names) {
    const std::string content(1, static_cast<char>(inode++));
    if (encoded.empty()) continue;  // below
    INFO(encoded);
    REQUIRE(out.files.count("fs/tree/" + encoded) == 1);
    CHECK(out.files.at("fs/tree/" + encoded) == content);
  }
  // Ascending by original bytes: "0123...", "b64.x", "nnn...".
  const std::string& keymap = out.files.at("fs/KEYMAP.jsonl");
  CHECK(std::count(keymap.begin(), keymap.end(), '\n') == 3);
  const size_t first =
      keymap.find("\"original\":\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlBQkNERUZfXw\"");
  const size_t second = keymap.find("\"original\":\"YjY0Lng\"");
  CHECK(first < second);
  CHECK(second < keymap.find("__nnnn"));
  CHECK(out.report.complete());
}

TEST_CASE("a name that stands in two directories has one line of KEYMAP") {
  const std::string name(300, 'x');
  SnapshotBuilder rows;
  rows.Put(FsInodeKey(1), kT0, FsInodeValue(FsDirectory(1)));
  rows.Put(FsInodeKey(2), kT0, FsInodeValue(FsDirectory(2)));
  rows.Put(FsInodeKey(3), kT0, FsInodeValue(FsFile(3, 0)));
  rows.Put(FsEntryKey(1, name), kT0, FsEntryValue(2, "directory"));
  rows.Put(FsEntryKey(2, name), kT0, FsEntryValue(3, "file"));
  const DecodedRows out = DecodeRows(rows);
  const std::string& keymap = out.files.at("fs/KEYMAP.jsonl");
  CHECK(std::count(keymap.begin(), keymap.end(), '\n') == 1);
  const std::string encoded = keymap.substr(12, keymap.find('"', 12) - 12);
  CHECK(out.files.count("fs/tree/" + encoded + "/" + encoded) == 1);
}

}  // namespace
}  // namespace snaptree::test

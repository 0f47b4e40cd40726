// --include, --exclude and --files-from: an object's address is its path in the tree.
#include <catch2/catch.hpp>

#include "manifest/file_name_codec.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/encoded_rows.h"
#include "tests/support/fs_rows.h"

namespace snaptree::test {
namespace {

// a/b/f, a/g, a/empty, c/h, and an unreachable file; every object with a home, every file with a
// chunk.
SnapshotBuilder Store() {
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "a", FsDirectory(20));
  PutFs(&rows, 20, "b", FsDirectory(10));
  PutFs(&rows, 20, "empty", FsDirectory(11));
  PutFs(&rows, 1, "c", FsDirectory(12));
  PutFs(&rows, 10, "f", FsFile(30, 1));
  PutFs(&rows, 20, "g", FsFile(31, 1));
  PutFs(&rows, 12, "h" + std::string(240, 'h'), FsFile(32, 1));
  rows.Put(FsInodeKey(33), kT0, FsInodeValue(FsFile(33, 1)));
  for (const uint64_t inode : {1U, 10U, 11U, 12U, 20U, 30U, 31U, 32U, 33U})
    rows.Put(FsHomeKey(inode), kT0, FsHomeValue(inode));
  for (const uint64_t inode : {30U, 31U, 32U, 33U}) rows.Put(FsChunkKey(inode, inode, 0), kT0, "x");
  return rows;
}
constexpr uint64_t kRows = 9 + 7 + 9 + 4;

DecodedRows Select(const std::vector<std::string>& include,
                   const std::vector<std::string>& exclude = {}) {
  DecodeRowsOptions options;
  options.filter.include = include;
  options.filter.exclude = exclude;
  return DecodeRows(Store(), options);
}

std::string Line(const FsInode& inode, Slice path) { return FsInodeLine(inode, path); }

TEST_CASE("one file: its line and those of the directories above it") {
  const DecodedRows out = Select({"fs/tree/a/b/f"});
  CHECK(out.files ==
        Files{{"fs/tree/a/b/f", "x"},
              {"fs/inodes.jsonl", Line(FsDirectory(1), "") + Line(FsDirectory(10), "a/b") +
                                      Line(FsDirectory(20), "a") + Line(FsFile(30, 1), "a/b/f")}});
  CHECK(out.directories == std::set<std::string>{"fs/tree", "fs/tree/a", "fs/tree/a/b"});
  // Inodes, entries (not of the root), homes, the chunk.
  CHECK(out.report.rows.emitted == 4 + 3 + 4 + 1);
  CHECK(out.report.rows.excluded == kRows - 12);
  CHECK(out.report.records == 4);
}

TEST_CASE("a directory and all below it, an empty one alone") {
  CHECK(Select({"fs/tree/a"}).directories ==
        std::set<std::string>{"fs/tree", "fs/tree/a", "fs/tree/a/b", "fs/tree/a/empty"});
  CHECK(Select({"fs/tree/a"}).files.size() == 3);
  const DecodedRows empty = Select({"fs/tree/a/empty"});
  CHECK(empty.files ==
        Files{{"fs/inodes.jsonl", Line(FsDirectory(1), "") + Line(FsDirectory(11), "a/empty") +
                                      Line(FsDirectory(20), "a")}});
  CHECK(empty.directories == std::set<std::string>{"fs/tree", "fs/tree/a", "fs/tree/a/empty"});
}

TEST_CASE("exclude wins, and leaves nothing behind that only it would need") {
  const DecodedRows out = Select({"fs"}, {"fs/tree/a", "fs/_orphans"});
  CHECK(out.files.count("fs/tree/a/g") == 0);
  CHECK(out.files.count("fs/_orphans/33.bin") == 0);
  CHECK(out.files.count("fs/KEYMAP.jsonl") == 1);
  CHECK(out.directories == std::set<std::string>{"fs/tree", "fs/tree/c"});
  const std::string h = "c/" + FallbackName("h" + std::string(240, 'h'));
  CHECK(out.files.at("fs/inodes.jsonl") ==
        Line(FsDirectory(1), "") + Line(FsDirectory(12), "c") + Line(FsFile(32, 1), h));
}

// What is left over must be a tree that can be encoded again.
TEST_CASE("lines and names are those of what is selected") {
  const std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>> choices = {
      {{}, {"fs/tree/a"}},
      {{}, {"fs/tree/a/b/f"}},
      {{}, {"fs/tree/a/empty", "fs/tree/c"}},
      {{}, {"fs/tree/*"}},
      {{}, {"fs/tree"}},
      {{}, {"fs/tree", "fs/_orphans"}},
      {{"fs"}, {"fs/tree/c"}},
      {{"fs/*"}, {"fs/tree/a/g"}},
      {{"fs/inodes.jsonl", "fs/KEYMAP.jsonl", "fs/tree/a"}, {}},
  };
  for (const auto& [include, exclude] : choices) {
    INFO((include.empty() ? "" : include[0]) << " but " << (exclude.empty() ? "" : exclude[0]));
    const DecodedRows out = Select(include, exclude);
    EncodeFilesOptions options;
    options.folders = out.directories;
    const EncodedRows encoded = EncodeFiles(out.files, options);
    CHECK(encoded.errors == std::vector<std::string>{});
    CHECK(encoded.finding("keymap_record_unused").empty());
    CHECK(encoded.finding("fs_directory_created").empty());
  }
  CHECK(Select({}, {"fs/tree/c"}).files.count("fs/KEYMAP.jsonl") == 0);
  CHECK(Select({}, {"fs/tree"}).files == Files{{"fs/_orphans/33.bin", "x"}});
}

// What `ls` prints, given to --files-from: directories are in no path of it.
TEST_CASE("all files with the list of inodes are all directories too") {
  const DecodedRows all = DecodeRows(Store());
  DecodeRowsOptions options;
  options.filter.from_files = true;
  for (const auto& [path, content] : all.files) options.filter.files.push_back(path);
  const DecodedRows out = DecodeRows(Store(), options);
  CHECK(out.files == all.files);
  CHECK(out.directories == all.directories);
  const DecodedRows one = Select({"fs/inodes.jsonl", "fs/tree/a/b/f"}, {"fs/tree/c"});
  CHECK(one.directories ==
        std::set<std::string>{"fs/tree", "fs/tree/a", "fs/tree/a/b", "fs/tree/a/empty"});
}

TEST_CASE("the describing files alone are whole") {
  const Files all = DecodeRows(Store()).files;
  const DecodedRows inodes = Select({"fs/inodes.jsonl"});
  CHECK(inodes.files.at("fs/inodes.jsonl") == all.at("fs/inodes.jsonl"));
  CHECK(inodes.files.count("fs/tree/a/g") == 0);
  CHECK(inodes.directories.empty());
  const DecodedRows keymap = Select({"fs/KEYMAP.jsonl"});
  CHECK(keymap.files == Files{{"fs/KEYMAP.jsonl", all.at("fs/KEYMAP.jsonl")}});
  CHECK(keymap.report.rows.excluded == kRows);
}

TEST_CASE("content without a place") {
  const DecodedRows out = Select({"fs/_orphans/33.bin"});
  CHECK(out.files == Files{{"fs/_orphans/33.bin", "x"}});
  CHECK(out.report.rows.emitted == 3);
}

TEST_CASE("nothing of the filesystem") {
  const DecodedRows out = Select({"redis"});
  CHECK(out.files.empty());
  CHECK(out.report.rows.excluded == kRows);
  CHECK(out.findings() == std::vector<std::string>{"warning nothing_matched 1"});
  CHECK(Select({"fs/tree/nobody"}).files.empty());
}

TEST_CASE("everything, said in so many words, is what no choice gives") {
  const DecodedRows all = DecodeRows(Store());
  CHECK(Select({"*"}).files == all.files);
  CHECK(Select({"fs"}).directories == all.directories);
  CHECK(Select({"fs/*"}).report.rows.emitted == all.report.rows.emitted);
}

}  // namespace
}  // namespace snaptree::test

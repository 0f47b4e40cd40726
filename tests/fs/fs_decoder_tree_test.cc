// Which inodes are live, and where they stand: spec 06 section 4.3, chapter 9 items 5 and 8,
// decision 23.
#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/fs_rows.h"

namespace snaptree::test {
namespace {

using Strings = std::vector<std::string>;

void PutLink(SnapshotBuilder* rows, uint64_t parent, Slice name, uint64_t inode, Slice type) {
  rows->Put(FsEntryKey(parent, name), kT0, FsEntryValue(inode, type));
}

void PutInode(SnapshotBuilder* rows, const FsInode& inode) {
  rows->Put(FsInodeKey(inode.inode), kT0, FsInodeValue(inode));
}

TEST_CASE("directories in directories, empty ones, and lines ascending by inode number") {
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "b", FsDirectory(900));
  PutFs(&rows, 900, "c", FsDirectory(30));
  PutFs(&rows, 30, "file", FsFile(500, 0));
  PutFs(&rows, 900, "empty", FsDirectory(UINT64_MAX));
  rows.Put(FsDirVersionKey(30), kT0, "5").Put(FsDirVersionKey(900), kT0, "18446744073709551615");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files ==
        Files{{"fs/tree/b/c/file", ""},
              {"fs/inodes.jsonl", FsInodeLine(FsDirectory(1), "") +
                                      FsInodeLine(FsDirectory(30), "b/c", 5) +
                                      FsInodeLine(FsFile(500, 0), "b/c/file") +
                                      FsInodeLine(FsDirectory(900), "b", UINT64_MAX) +
                                      FsInodeLine(FsDirectory(UINT64_MAX), "b/empty")}});
  CHECK(out.directories ==
        std::set<std::string>{"fs/tree", "fs/tree/b", "fs/tree/b/c", "fs/tree/b/empty"});
  CHECK(out.report.complete());
}

TEST_CASE("a chain of thousands of directories") {
  constexpr uint64_t kDepth = 3000;
  SnapshotBuilder rows = FsRoot();
  std::string path = "fs/tree";
  for (uint64_t n = 0; n < kDepth; ++n) {
    PutFs(&rows, n == 0 ? 1 : 10000 - n + 1, "d", FsDirectory(10000 - n));
    path += "/d";
  }
  PutFs(&rows, 10000 - kDepth + 1, "f", FsFile(2, 0));
  for (const size_t memory : {size_t{64} << 20, size_t{1} << 20}) {
    DecodeRowsOptions options;
    options.sorter_bytes = memory;
    const DecodedRows out = DecodeRows(rows, options);
    CHECK(out.files.count(path + "/f") == 1);
    CHECK(out.directories.size() == kDepth + 1);
    CHECK(out.findings().empty());
  }
}

TEST_CASE("deleted while open: skipped, or written when asked for") {
  SnapshotBuilder rows = FsRoot();
  FsInode orphaned = FsFile(7, 4);
  orphaned.orphaned = true;
  FsInode unlinked = FsFile(8, 2);
  unlinked.nlink = 0;
  FsInode directory = FsDirectory(9);
  directory.orphaned = true;
  for (const FsInode& inode : {orphaned, unlinked, directory}) PutInode(&rows, inode);
  rows.Put(FsHomeKey(7), kT0, FsHomeValue(7));
  rows.Put(FsChunkKey(7, 7, 0), kT0, "abc").Put(FsChunkKey(8, 8, 0), kT0, "xy");

  const DecodedRows skipped = DecodeRows(rows);
  CHECK(skipped.files == Files{{"fs/inodes.jsonl", FsInodeLine(FsDirectory(1), "")}});
  CHECK(skipped.findings() == Strings{"note fs_orphaned_inodes 3"});
  CHECK(skipped.report.rows.operational == 6);
  CHECK(skipped.report.complete());

  DecodeRowsOptions options;
  options.include_orphans = true;
  const DecodedRows out = DecodeRows(rows, options);
  CHECK(out.files == Files{{"fs/inodes.jsonl", FsInodeLine(FsDirectory(1), "")},
                           {"fs/_orphans/7.bin", std::string("abc\0", 4)},
                           {"fs/_orphans/8.bin", "xy"}});
  CHECK(out.report.rows.operational == 1);  // the directory
  CHECK(out.report.complete());
}

TEST_CASE("unreachable inodes: the content of files is kept, and it is a warning") {
  SnapshotBuilder rows = FsRoot();
  PutInode(&rows, FsFile(7, 3));
  PutInode(&rows, FsDirectory(8));
  PutFs(&rows, 8, "inside", FsFile(9, 1));
  rows.Put(FsChunkKey(7, 7, 0), kT0, "abc").Put(FsChunkKey(9, 9, 0), kT0, "x");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files == Files{{"fs/inodes.jsonl", FsInodeLine(FsDirectory(1), "")},
                           {"fs/_orphans/7.bin", "abc"},
                           {"fs/_orphans/9.bin", "x"}});
  CHECK(out.findings() ==
        Strings{"warning fs_unreachable_entry 1", "warning fs_unreachable_inode 3"});
  CHECK(out.report.losses == 3);

  DecodeRowsOptions salvage;
  salvage.salvage = true;
  const DecodedRows more = DecodeRows(rows, salvage);
  CHECK(more.files.at("fs/_orphans/entries.jsonl") ==
        "{\"parent\":8,\"name\":\"inside\",\"inode\":9}\n");
  CHECK(more.report.rows.emitted == out.report.rows.emitted + 1);
}

TEST_CASE("entries without an inode, or with one that is gone") {
  SnapshotBuilder rows = FsRoot();
  PutLink(&rows, 1, "a", 5, "file");
  PutLink(&rows, 1, "\xff", 0, "directory");
  FsInode gone = FsFile(7, 0);
  gone.nlink = 0;
  PutFs(&rows, 1, "gone", gone);
  PutLink(&rows, 1, "z", UINT64_MAX, "file");
  DecodeRowsOptions salvage;
  salvage.salvage = true;
  for (const bool all : {false, true}) {
    const DecodedRows out = DecodeRows(rows, all ? salvage : DecodeRowsOptions());
    CHECK(out.finding("fs_dangling_entry") == "warning 4");
    CHECK(out.files.count("fs/_orphans/entries.jsonl") == (all ? 1 : 0));
    CHECK(out.report.losses == 4);
    if (!all) continue;
    CHECK(out.files.at("fs/_orphans/entries.jsonl") ==
          "{\"parent\":1,\"name\":\"a\",\"inode\":5}\n"
          "{\"parent\":1,\"name\":\"gone\",\"inode\":7}\n"
          "{\"parent\":1,\"name\":\"z\",\"inode\":18446744073709551615}\n"
          "{\"parent\":1,\"name\":{\"base64\":\"_w\"},\"inode\":0}\n");
  }
}

TEST_CASE("a directory with two parents stands in the smaller one, however deep that is") {
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "shallow", FsDirectory(90));
  PutFs(&rows, 1, "a", FsDirectory(50));
  PutFs(&rows, 50, "b", FsDirectory(10));
  PutFs(&rows, 10, "here", FsDirectory(30));
  PutLink(&rows, 90, "not-here", 30, "directory");
  PutFs(&rows, 30, "f", FsFile(31, 0));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.count("fs/tree/a/b/here/f") == 1);
  CHECK(out.directories.count("fs/tree/shallow/not-here") == 0);
  CHECK(out.findings() == Strings{"warning fs_tree_loop 1"});
  CHECK(out.report.rows.operational == 1);
}

TEST_CASE("two names of a directory in one parent: the first name counts") {
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "b", FsDirectory(5));
  PutLink(&rows, 1, "a", 5, "directory");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.directories == std::set<std::string>{"fs/tree", "fs/tree/a"});
  CHECK(out.findings() == Strings{"warning fs_tree_loop 1"});
}

TEST_CASE("loops: to oneself, to the root, to a directory above, and one apart") {
  SnapshotBuilder rows = FsRoot();
  PutLink(&rows, 1, "self", 1, "directory");
  PutFs(&rows, 1, "a", FsDirectory(5));
  PutLink(&rows, 5, "self", 5, "directory");
  PutFs(&rows, 5, "b", FsDirectory(6));
  PutLink(&rows, 6, "up", 5, "directory");
  PutLink(&rows, 6, "root", 1, "directory");
  PutFs(&rows, 21, "x", FsDirectory(20));
  PutFs(&rows, 20, "y", FsDirectory(21));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.directories == std::set<std::string>{"fs/tree", "fs/tree/a", "fs/tree/a/b"});
  CHECK(out.findings() == Strings{"warning fs_tree_loop 4", "warning fs_unreachable_entry 2",
                                  "warning fs_unreachable_inode 2"});
}

TEST_CASE("what can be reached is never lost to a loop below it") {
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "p", FsDirectory(30));
  PutFs(&rows, 30, "q", FsDirectory(20));
  PutFs(&rows, 20, "r", FsDirectory(10));
  PutLink(&rows, 10, "back", 20, "directory");  // by key order before ("q" in 30)
  PutFs(&rows, 10, "f", FsFile(11, 0));
  // The same once more, below it.
  PutFs(&rows, 10, "s", FsDirectory(9));
  PutFs(&rows, 9, "t", FsDirectory(8));
  PutLink(&rows, 8, "back", 9, "directory");
  PutFs(&rows, 8, "g", FsFile(12, 0));
  // And one whose first entry is in a directory that cannot be reached.
  PutFs(&rows, 1, "k", FsDirectory(40));
  PutLink(&rows, 2, "lost", 40, "directory");
  PutInode(&rows, FsDirectory(2));
  PutFs(&rows, 40, "m", FsDirectory(45));
  PutLink(&rows, 2, "lost2", 45, "directory");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.count("fs/tree/p/q/r/f") == 1);
  CHECK(out.files.count("fs/tree/p/q/r/s/t/g") == 1);
  CHECK(out.directories.count("fs/tree/k/m") == 1);
  CHECK(out.finding("fs_tree_loop") == "warning 2");
  CHECK(out.finding("fs_unreachable_inode") == "warning 1");
  CHECK(out.finding("fs_unreachable_entry") == "warning 2");
}

TEST_CASE("a second name of a file is kept as a line") {
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "d", FsDirectory(3));
  PutFs(&rows, 1, "f", FsFile(7, 1));
  PutLink(&rows, 3, "other", 7, "file");
  PutLink(&rows, 1, std::string(241, 'x'), 7, "file");
  rows.Put(FsChunkKey(7, 7, 0), kT0, "c");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at("fs/tree/f") == "c");
  const std::string& links = out.files.at("fs/_orphans/extra_links.jsonl");
  CHECK(links.starts_with("{\"inode\":7,\"path\":\""));
  CHECK(links.ends_with("__" + std::string(64, 'x') + "\"}\n{\"inode\":7,\"path\":\"d/other\"}\n"));
  CHECK(out.files.count("fs/KEYMAP.jsonl") == 1);
  CHECK(out.findings() == Strings{"warning fs_extra_link 2"});
  CHECK(out.report.rows.operational == 0);
}

TEST_CASE("the inode's type counts, not the entry's") {
  SnapshotBuilder rows = FsRoot();
  PutInode(&rows, FsDirectory(5));
  PutInode(&rows, FsFile(6, 0));
  PutInode(&rows, FsFile(7, 0));
  PutLink(&rows, 1, "d", 5, "file");
  PutLink(&rows, 1, "f", 6, "directory");
  PutLink(&rows, 1, "g", 7, "socket");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.directories.count("fs/tree/d") == 1);
  CHECK(out.files.count("fs/tree/f") == 1);
  CHECK(out.files.count("fs/tree/g") == 1);
  CHECK(out.findings() == Strings{"warning fs_entry_type_mismatch 3"});
}

TEST_CASE("without the root's inode its entries still lead on") {
  SnapshotBuilder rows;
  PutFs(&rows, 1, "d", FsDirectory(3));
  PutFs(&rows, 3, "f", FsFile(7, 0));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files == Files{{"fs/tree/d/f", ""},
                           {"fs/inodes.jsonl",
                            FsInodeLine(FsDirectory(3), "d") + FsInodeLine(FsFile(7, 0), "d/f")}});
  CHECK(out.findings() == Strings{"warning fs_root_missing 1"});
}

TEST_CASE("a root that is a file leads nowhere") {
  SnapshotBuilder rows;
  PutInode(&rows, FsFile(1, 1));
  PutFs(&rows, 1, "f", FsFile(7, 0));
  rows.Put(FsChunkKey(1, 1, 0), kT0, "r");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files == Files{{"fs/_orphans/1.bin", "r"}, {"fs/_orphans/7.bin", ""}});
  CHECK(out.findings() == Strings{"warning fs_root_missing 1", "warning fs_unreachable_entry 1",
                                  "warning fs_unreachable_inode 2"});
}

TEST_CASE("a root of which nobody counts the links is there all the same") {
  FsInode root = FsDirectory(1);
  root.nlink = 0;
  SnapshotBuilder rows;
  PutInode(&rows, root);
  PutFs(&rows, 1, "f", FsFile(7, 0));
  CHECK(DecodeRows(rows).files.count("fs/tree/f") == 1);
}

TEST_CASE("homes share the fate of their inode") {
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "f", FsFile(7, 0));
  rows.Put(FsHomeKey(1), kT0, FsHomeValue(1)).Put(FsHomeKey(7), kT0, FsHomeValue(99));
  rows.Put(FsHomeKey(3), kT0, FsHomeValue(3)).Put(FsHomeKey(UINT64_MAX), kT0, FsHomeValue(3));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.report.rows.emitted == 5);
  CHECK(out.report.rows.operational == 2);
  CHECK(out.findings().empty());
}

TEST_CASE("intents, jobs, handles, fences and usage say nothing") {
  SnapshotBuilder rows = FsRoot();
  rows.Put("!fs|intent|x", kT0, "?").Put("!fs|job|move|x", kT0, "?").Put("!fs|ref|x", kT0, "?");
  rows.Put("!fs|reffence|x", kT0, "?").Put("!fs|usage", kT0, "?");
  rows.Put("!fs|usage|route|x", kT0, "?");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.report.rows.operational == 4);
  CHECK(out.report.rows.derived_index == 2);
  CHECK(out.findings().empty());
}

}  // namespace
}  // namespace snaptree::test

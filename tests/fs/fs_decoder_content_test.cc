// Which bytes are the file: spec 06 section 4.3, chapter 9 item 6.
#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/fs_rows.h"

namespace snaptree::test {
namespace {

using Strings = std::vector<std::string>;

std::string Zeros(size_t n) { return std::string(n, '\0'); }

struct Chunk {
  uint64_t index;
  std::string value;
};

// One file "f" of inode 7 with chunks under its home slot.
DecodedRows OneFile(const FsInode& file, const std::vector<Chunk>& chunks) {
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "f", file);
  for (const Chunk& chunk : chunks)
    rows.Put(FsChunkKey(file.home_slot, file.inode, chunk.index), kT0, chunk.value);
  return DecodeRows(rows);
}

FsInode SmallChunks(uint64_t size, uint64_t chunk_size) {
  FsInode file = FsFile(7, size);
  file.chunk_size = chunk_size;
  return file;
}

TEST_CASE("chunks, what is missing of them, and what is too much of them") {
  struct Case {
    const char* name;
    uint64_t size;
    std::vector<Chunk> chunks;
    std::string content;
    uint64_t operational;  // chunks
  };
  const Case cases[] = {
      {"whole", 8, {{0, "abcd"}, {1, "efgh"}}, "abcdefgh", 0},
      {"a short last one", 6, {{0, "abcd"}, {1, "ef"}}, "abcdef", 0},
      {"trailing zeros were removed", 8, {{0, "a"}, {1, "e"}}, "a" + Zeros(3) + "e" + Zeros(3), 0},
      {"a hole in front", 8, {{1, "efgh"}}, Zeros(4) + "efgh", 0},
      {"a hole behind", 11, {{0, "abcd"}}, "abcd" + Zeros(7), 0},
      {"a hole in the middle", 12, {{0, "abcd"}, {2, "ijkl"}}, "abcd" + Zeros(4) + "ijkl", 0},
      {"no chunk at all", 9, {}, Zeros(9), 0},
      {"empty", 0, {}, "", 0},
      {"chunks of an empty file", 0, {{0, "abcd"}, {1, "e"}}, "", 2},
      {"bytes behind the end of the file", 3, {{0, "abcd"}}, "abc", 0},
      {"a chunk at the end of the file", 4, {{0, "abcd"}, {1, "efgh"}}, "abcd", 1},
      {"chunks far behind it", 4, {{0, "abcd"}, {9, "x"}, {UINT64_MAX, "y"}}, "abcd", 2},
      {"bytes behind the chunk size", 8, {{0, "abcdX"}, {1, "efghXYZ"}}, "abcdefgh", 0},
      {"bytes behind it, and a hole", 8, {{0, "abcdX"}}, "abcd" + Zeros(4), 0},
      {"zeros that were stored", 4, {{0, Zeros(4)}}, Zeros(4), 0},
      {"a chunk without bytes", 4, {{0, ""}}, Zeros(4), 0},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    const DecodedRows out = OneFile(SmallChunks(c.size, 4), c.chunks);
    CHECK(out.files.at("fs/tree/f") == c.content);
    CHECK(out.report.rows.operational == c.operational);
    CHECK(out.report.rows.emitted == 3 + c.chunks.size() - c.operational);
    CHECK(out.findings().empty());
  }
}

TEST_CASE("chunk sizes: 0 is the default, and large ones do not overflow") {
  const uint64_t size = 4194304 + 2;
  const std::string content = "a" + Zeros(4194303) + "bc";
  for (const uint64_t chunk_size : {uint64_t{0}, uint64_t{4194304}}) {
    const DecodedRows out = OneFile(SmallChunks(size, chunk_size), {{0, "a"}, {1, "bc"}});
    CHECK((out.files.at("fs/tree/f") == content));
  }
  const DecodedRows out =
      OneFile(SmallChunks(3, uint64_t{1} << 63), {{0, "abc"}, {1, "x"}, {2, "y"}, {3, "z"}});
  CHECK(out.files.at("fs/tree/f") == "abc");
  CHECK(out.report.rows.operational == 3);
}

TEST_CASE("a chunk that is larger than what is kept of a row in memory") {
  std::string value(3 << 20, 'v');
  for (size_t i = 0; i < value.size(); i += 1000) value[i] = static_cast<char>(i / 1000);
  for (const uint64_t size : {value.size(), value.size() - 5, value.size() / 2, size_t{10}}) {
    INFO(size);
    const DecodedRows out = OneFile(FsFile(7, size), {{0, value}});
    CHECK((out.files.at("fs/tree/f") == value.substr(0, size)));
  }
}

TEST_CASE("only chunks under the inode's home slot are the file, whatever the home row says") {
  SnapshotBuilder rows = FsRoot();
  FsInode file = FsFile(7, 3);
  file.home_slot = 90;
  PutFs(&rows, 1, "f", file);
  rows.Put(FsHomeKey(7), kT0,
           "{\"home_slot\":7,\"target_home_slot\":95,\"state\":\"migrating\",\"epoch\":3}");
  rows.Put(FsChunkKey(7, 7, 0), kT0, "old");
  rows.Put(FsChunkKey(90, 7, 0), kT0, "yes");
  rows.Put(FsChunkKey(95, 7, 0), kT0, "new");
  rows.Put(FsChunkKey(95, 7, 1), kT0, "new");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at("fs/tree/f") == "yes");
  CHECK(out.report.rows.operational == 3);
  CHECK(out.findings().empty());
}

TEST_CASE("a file without a home slot has its inode number's") {
  FsInode file = FsFile(7, 1);
  file.home_slot = 0;
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "f", file);
  rows.Put(FsChunkKey(7, 7, 0), kT0, "x");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at("fs/tree/f") == "x");
  CHECK(out.files.at("fs/inodes.jsonl").find("\"home_slot\":0,") != std::string::npos);
}

TEST_CASE("files that share a home slot, in the order of their inodes and not of their names") {
  SnapshotBuilder rows = FsRoot();
  for (uint64_t n = 2; n < 200; ++n) {
    FsInode file = FsFile(n, 2);
    file.home_slot = n % 3;
    PutFs(&rows, 1, "f" + std::to_string(1000 - n), file);
    const std::string value{static_cast<char>(n), 'x'};
    rows.Put(FsChunkKey(n % 3 == 0 ? n : n % 3, n, 0), kT0, value);
  }
  const DecodedRows out = DecodeRows(rows);
  for (uint64_t n = 2; n < 200; ++n) {
    const std::string value{static_cast<char>(n), 'x'};
    CHECK(out.files.at("fs/tree/f" + std::to_string(1000 - n)) == value);
  }
}

TEST_CASE("chunks whose inode is not there are kept as lines, in one file for each inode") {
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "f", FsFile(7, 0));
  rows.Put(FsChunkKey(5, 5, 0), kT0, "x").Put(FsChunkKey(5, 5, 1), kT0, "x");
  rows.Put(FsChunkKey(9, 9, 0), kT0, "x").Put(FsChunkKey(1, 9, 0), kT0, "x");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.findings() == Strings{"warning fs_chunk_without_inode 4"});
  CHECK(out.files.at("fs/_orphans/5.chunks.jsonl") ==
        "{\"home_slot\":5,\"index\":0,\"value\":\"x\"}\n"
        "{\"home_slot\":5,\"index\":1,\"value\":\"x\"}\n");
  CHECK(out.files.at("fs/_orphans/9.chunks.jsonl") ==
        "{\"home_slot\":1,\"index\":0,\"value\":\"x\"}\n"
        "{\"home_slot\":9,\"index\":0,\"value\":\"x\"}\n");
  CHECK(out.report.rows.operational == 0);
  CHECK(out.report.losses == 2);
  CHECK_FALSE(out.report.complete());
  DecodeRowsOptions options;
  options.filter.include = {"fs/tree/*"};
  const DecodedRows selected = DecodeRows(rows, options);
  CHECK(selected.findings().empty());
  CHECK(selected.report.rows.excluded == 4);
}

TEST_CASE("chunks of an inode that was deleted are nothing to speak of") {
  SnapshotBuilder rows = FsRoot();
  rows.Put(FsInodeKey(5), kT0, "old").Delete(FsInodeKey(5), kT1);
  rows.Put(FsChunkKey(5, 5, 0), kT0, "x").Put(FsChunkKey(5, 5, 1), kT0, "x");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.findings().empty());
  CHECK(out.report.rows.operational == 2);
  CHECK(out.report.complete());
}

TEST_CASE("a size that cannot be written: the chunks are kept as lines") {
  for (const uint64_t size :
       {UINT64_MAX, uint64_t{1} << 63, (uint64_t{1} << 44) + 1, MemoryTree::kMaxFileBytes + 1}) {
    INFO(size);
    const DecodedRows out =
        OneFile(SmallChunks(size, 1 << 20), {{0, "a<b>"}, {3, "\xff"}, {UINT64_MAX, "z"}});
    CHECK(out.files.count("fs/tree/f") == 0);
    CHECK(out.files.at("fs/_orphans/7.chunks.jsonl") ==
          "{\"index\":0,\"value\":\"a<b>\"}\n{\"index\":3,\"value\":{\"base64\":\"_w\"}}\n");
    CHECK(out.files.at("fs/inodes.jsonl").find("\"path\":\"f\"") != std::string::npos);
    CHECK(out.findings() == Strings{"warning fs_file_too_large 1"});
    CHECK(out.report.losses == 1);
    CHECK(out.report.rows.operational == 1);
  }
  CHECK(OneFile(SmallChunks(UINT64_MAX, 1), {}).files.count("fs/_orphans/7.chunks.jsonl") == 0);
  CHECK(OneFile(FsFile(7, MemoryTree::kMaxFileBytes), {}).findings().empty());
}

TEST_CASE("at an earlier time the file is what it was") {
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "f", FsFile(7, 3));
  rows.Put(FsChunkKey(7, 7, 0), kT0, "old").Put(FsChunkKey(7, 7, 0), kT1, "newer");
  rows.Put(FsInodeKey(7), kT1, FsInodeValue(FsFile(7, 5)));
  rows.Put(FsInodeKey(8), kT1, FsInodeValue(FsFile(8, 0)));
  rows.Put(FsEntryKey(1, "g"), kT1, FsEntryValue(8, "file"));
  DecodeRowsOptions before;
  before.at = kT0;
  CHECK(DecodeRows(rows, before).files.at("fs/tree/f") == "old");
  CHECK(DecodeRows(rows, before).files.count("fs/tree/g") == 0);
  CHECK(DecodeRows(rows).files.at("fs/tree/f") == "newer");
  CHECK(DecodeRows(rows).files.count("fs/tree/g") == 1);
}

TEST_CASE("expired rows do not exist") {
  SnapshotBuilder rows = FsRoot();
  PutFs(&rows, 1, "f", FsFile(7, 3));
  rows.Put(FsChunkKey(7, 7, 0), kT0, "abc", kT0 + 1).Put("bare", kT1, "v");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at("fs/tree/f") == Zeros(3));
  CHECK(out.report.rows.expired == 1);
}

}  // namespace
}  // namespace snaptree::test

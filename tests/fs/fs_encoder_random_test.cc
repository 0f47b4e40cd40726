// Round trips: filesystems as a live node keeps them come back row for row; whatever else can be
// decoded comes back as the same tree, but for what the encoder said it mends.
#include <random>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/encoded_snapshot.h"
#include "tests/support/fs_store.h"
#include "tests/support/rounds.h"

namespace snaptree::test {
namespace {

using Rows = std::map<std::string, std::string>;

DecodedRows DecodeAgain(const EncodedRows& encoded) { return DecodeRows(SnapshotOf(encoded)); }

EncodedRows Encode(const DecodedRows& tree) {
  EncodeFilesOptions options;
  options.folders = tree.directories;
  return EncodeFiles(tree.files, options);
}

// A filesystem that a live node could have, all of its rows.
class LiveFs {
 public:
  explicit LiveFs(uint64_t seed) : random_(seed) {}

  Rows Make() {
    AddDirectory(1, FsDirectory(1), 0);
    Put("!fs|usage",
        "{\"files\":" + std::to_string(files_) + ",\"bytes\":" + std::to_string(bytes_) + "}");
    return std::move(rows_);
  }

 private:
  size_t Below(size_t n) { return random_() % n; }
  void Put(const std::string& key, const std::string& value) { rows_[key] = value; }

  std::string Name() {
    static const std::string kNames[] = {
        "a",   "a-", "a.b", "a b",  std::string(241, 'n'),   "\xc3\xa9",
        "%41", "~",  "...", "b64.", std::string(90, '\x01'), "A"};
    return kNames[Below(std::size(kNames))] + (Below(3) == 0 ? std::to_string(Below(4)) : "");
  }

  void AddInode(FsInode inode) {
    inode.mode = random_() >> 32;
    inode.uid = random_() >> 33;
    inode.atime_nsec = static_cast<int64_t>(random_());
    inode.epoch = Below(3) == 0 ? random_() | 1 : 1;
    if (Below(5) == 0) inode.extra = ",\"flags\":[1,{\"x\":1.0}]";
    Put(FsInodeKey(inode.inode), FsInodeValue(inode));
    Put(FsHomeKey(inode.inode),
        "{\"home_slot\":" + std::to_string(inode.home_slot) +
            ",\"state\":\"active\",\"epoch\":" + std::to_string(inode.epoch) + "}");
    ++files_;
  }

  void AddDirectory(uint64_t number, FsInode directory, size_t depth) {
    directory.inode = number;
    directory.nlink = 2;
    std::set<std::string> names;
    for (size_t n = Below(depth < 4 ? 7 : 2); n > 0; --n) names.insert(Name());
    for (const std::string& name : names) {
      const uint64_t child = random_();
      const bool is_directory = Below(3) == 0;
      if (is_directory) ++directory.nlink;
      Put(FsEntryKey(number, name), FsEntryValue(child, is_directory ? "directory" : "file"));
      FsInode inode = is_directory ? FsDirectory(child) : FsFile(child, 0);
      inode.parent = number;
      if (Below(4) == 0) inode.home_slot = random_();
      if (is_directory) {
        AddDirectory(child, inode, depth + 1);
      } else {
        AddFile(inode);
      }
    }
    if (!names.empty() || Below(2) == 0) Put(FsDirVersionKey(number), std::to_string(random_()));
    AddInode(directory);
  }

  void AddFile(FsInode file) {
    constexpr uint64_t kChunkSizes[] = {1, 7, 4096, 50000, 4194304, 0};
    file.chunk_size = kChunkSizes[Below(std::size(kChunkSizes))];
    const uint64_t chunk_size = file.chunk_size == 0 ? 4194304 : file.chunk_size;
    const uint64_t chunks = Below(5);
    file.size = chunks == 0 ? 0 : (chunks - 1) * std::min<uint64_t>(chunk_size, 50000) + Below(100);
    for (uint64_t at = 0; at < file.size; at += chunk_size) {
      std::string chunk(std::min(chunk_size, file.size - at), '\0');
      if (Below(3) == 0) continue;
      for (size_t n = Below(chunk.size()) + 1; n > 0; --n)
        chunk[n - 1] = static_cast<char>(Below(3));
      chunk.erase(chunk.find_last_not_of('\0') + 1);
      if (chunk.empty()) continue;
      Put(FsChunkKey(file.home_slot, file.inode, at / chunk_size), chunk);
      bytes_ += chunk.size();
    }
    AddInode(file);
  }

  std::mt19937_64 random_;
  Rows rows_;
  uint64_t files_ = 0;
  uint64_t bytes_ = 0;
};

TEST_CASE("filesystems of a live node come back row for row") {
  size_t inodes = 0;
  for (uint64_t seed = 0; seed < Rounds(300); ++seed) {
    INFO("seed " << seed);
    const Rows rows = LiveFs(seed).Make();
    SnapshotBuilder snapshot;
    for (const auto& [key, value] : rows) snapshot.Put(key, kT0, value);
    const EncodedRows out = Encode(DecodeRows(snapshot));
    REQUIRE(out.errors.empty());
    REQUIRE(out.findings().empty());
    REQUIRE(out.differences.empty());
    REQUIRE(out.rows == rows);
    inodes += out.report.adapters.empty() ? 0 : out.report.adapters[0].records;
  }
  CHECK(inodes > Rounds(1500));
}

// Of what makes a tree that spec 06 section 4.6 refuses.
bool IsRefused(const Files& files) {
  const auto lines = files.find("fs/inodes.jsonl");
  if (lines == files.end()) return false;
  const std::string& text = lines->second;
  return text.find("{\"inode\":0,") != std::string::npos ||
         text.find("\"path\":\"\"") == std::string::npos;
}

// Without members that the encoder mends, which it said.
std::string Unmended(const Files& files) {
  const auto lines = files.find("fs/inodes.jsonl");
  std::string text = lines == files.end() ? "" : lines->second;
  for (const std::string name : {"parent", "home_slot", "nlink", "dir_version"}) {
    const std::string begin = "\"" + name + "\":";
    for (size_t at = 0; (at = text.find(begin, at)) != std::string::npos;) {
      const size_t end = text.find_first_of(",}", at);
      text.erase(at, end - at);
    }
  }
  std::string out;
  for (const char c : text) {
    if (c != ',') out += c;
  }
  return out;
}

TEST_CASE("whatever was decoded comes back as the same tree") {
  size_t compared = 0;
  for (uint64_t seed = 0; seed < Rounds(1500); ++seed) {
    INFO("seed " << seed);
    const DecodedRows tree = DecodeRows(ToSnapshot(RandomFsStore(seed)));
    const EncodedRows encoded = Encode(tree);
    if (IsRefused(tree.files)) {
      REQUIRE(!encoded.errors.empty());
      continue;
    }
    REQUIRE(encoded.errors.empty());
    const DecodedRows again = DecodeAgain(encoded);
    Files files = tree.files;
    for (const std::string& path : encoded.differences) {
      if (path != "fs/inodes.jsonl") files.erase(path);
    }
    Files files_again = again.files;
    REQUIRE(Unmended(files) == Unmended(files_again));
    if (encoded.differences.count("fs/inodes.jsonl") != 0) {
      files.erase("fs/inodes.jsonl");
      files_again.erase("fs/inodes.jsonl");
    }
    // Second names of files may need records of their own.
    if (encoded.differences.count("fs/KEYMAP.jsonl") != 0) files_again.erase("fs/KEYMAP.jsonl");
    REQUIRE(files_again == files);
    // Mended once, it stays as it is.
    const EncodedRows third = Encode(again);
    REQUIRE(third.errors.empty());
    REQUIRE(third.findings().empty());
    REQUIRE(third.rows == encoded.rows);
    compared += tree.files.size();
  }
  CHECK(compared > Rounds(3000));
}

}  // namespace
}  // namespace snaptree::test

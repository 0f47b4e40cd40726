// Content of files as chunk rows: sizes around those of chunks and of what is read at once, zeros,
// holes of real files.
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "adapters/fs/fs_chunk_rows.h"
#include "tests/support/encoded_rows.h"
#include "tests/support/fs_rows.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {
namespace {

using Rows = std::map<std::string, std::string>;

std::string Bytes(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(1 + i % 251);
  return bytes;
}

Rows Chunks(const EncodedRows& out) {
  Rows chunks;
  for (const auto& [key, value] : out.rows) {
    if (key.starts_with("!fs|chk|")) chunks[key] = value;
  }
  return chunks;
}

// The simplest reading of section 4.6.
Rows Expected(const FsInode& file, const std::string& content, uint64_t chunk_size) {
  Rows chunks;
  for (uint64_t at = 0; at < content.size(); at += chunk_size) {
    std::string chunk = content.substr(at, chunk_size);
    chunk.erase(chunk.find_last_not_of('\0') + 1);
    if (!chunk.empty()) chunks[FsChunkKey(file.home_slot, file.inode, at / chunk_size)] = chunk;
  }
  return chunks;
}

void CheckContent(uint64_t chunk_size, const std::string& content) {
  INFO(chunk_size << ' ' << content.size());
  FsInode file = FsFile(9, content.size());
  file.chunk_size = chunk_size;
  file.home_slot = 77;
  const EncodedRows out = EncodeFiles(
      {{"fs/tree/f", content},
       {"fs/inodes.jsonl", FsInodeLine(FsDirectory(1), "", 1) + FsInodeLine(file, "f")}});
  REQUIRE(out.errors.empty());
  const Rows chunks = Expected(file, content, chunk_size == 0 ? 4194304 : chunk_size);
  REQUIRE(Chunks(out) == chunks);
  uint64_t bytes = 0;
  for (const auto& [key, value] : chunks) bytes += value.size();
  REQUIRE(out.rows.at("!fs|usage") == "{\"files\":2,\"bytes\":" + std::to_string(bytes) + "}");
}

TEST_CASE("chunks of files of all sizes, read at once or piece by piece") {
  for (const uint64_t chunk_size : {uint64_t{1000}, uint64_t{65536}, uint64_t{262144 + 5}}) {
    for (const size_t size :
         std::vector<size_t>{0, 1, 999, 1000, 1001, 65535, 65536, 65537, 131072, 262149, 600000})
      CheckContent(chunk_size, Bytes(size));
  }
  CheckContent(0, Bytes(5000000));
  CheckContent(1, Bytes(300));
  CheckContent(268435456, Bytes(100000));
}

TEST_CASE("zeros: at the end of chunks, whole chunks, whole files, between bytes") {
  for (const size_t size : std::vector<size_t>{7, 64, 65536, 65537, 300000}) {
    for (const uint64_t chunk_size : {uint64_t{16}, uint64_t{50000}, uint64_t{4194304}}) {
      std::string content(size, '\0');
      CheckContent(chunk_size, content);
      content[size / 2] = 'x';
      CheckContent(chunk_size, content);
      content[0] = 'y';
      CheckContent(chunk_size, content);
      content[size - 1] = 'z';
      CheckContent(chunk_size, content);
    }
  }
}

TEST_CASE("files that share a home slot, and a large one between small ones") {
  Files files;
  std::string lines = FsInodeLine(FsDirectory(1), "", 1);
  Rows expected;
  for (uint64_t i = 2; i < 12; ++i) {
    const std::string content = Bytes(i % 3 == 0 ? 70000 * i : 100 * i);
    FsInode file = FsFile(i, content.size());
    file.home_slot = i % 4 == 0 ? 2 : 5;
    file.chunk_size = 30000;
    files["fs/tree/f" + std::to_string(i)] = content;
    lines += FsInodeLine(file, "f" + std::to_string(i));
    expected.merge(Expected(file, content, 30000));
  }
  files["fs/inodes.jsonl"] = lines;
  const EncodedRows out = EncodeFiles(files);
  CHECK(out.errors.empty());
  CHECK(Chunks(out) == expected);
}

class HeardRows : public BodyRows {
 public:
  Status Put(Slice key, Slice body) override {
    CHECK((rows.empty() || rows.rbegin()->first < key));
    rows.emplace(key, body);
    return {};
  }
  Status Begin(Slice, uint64_t) override { return UnexpectedError("not asked for"); }
  Status Append(Slice) override { return UnexpectedError("not asked for"); }
  Status PutLate(Slice key, Slice body) override {
    late.emplace(key, body);
    return {};
  }

  Rows rows;
  Rows late;
};

TEST_CASE("holes of real files are skipped, wherever they begin and end") {
  const TempFolder folder;
  const std::pair<uint64_t, std::string> pieces[] = {
      {0, "head"}, {1000000, Bytes(3)}, {(uint64_t{1} << 30) + 4096 * 3, Bytes(70000)}};
  constexpr uint64_t kSize = (uint64_t{1} << 31) + 17;
  {
    const UniqueFd fd(::open((folder / "f").c_str(), O_CREAT | O_WRONLY, 0600));
    for (const auto& [at, bytes] : pieces) {
      REQUIRE(::pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(at)) ==
              static_cast<ssize_t>(bytes.size()));
    }
    REQUIRE(::ftruncate(fd.get(), static_cast<off_t>(kSize)) == 0);
  }
  const auto source = OpenDirectorySource(folder.path(), {});
  REQUIRE(source.ok());
  TreeInput input(**source, {});
  const auto usage = std::make_shared<fs::Usage>();
  usage->files = 3;
  fs::ContentEncoder encoder(input, usage);
  fs::InodeNumbers inode;
  inode.number = 5;
  inode.size = kSize;
  inode.chunk_size = 16384;
  std::string payload;
  fs::ContentEncoder::Pack(inode, "f", &payload);
  HeardRows rows;
  REQUIRE(encoder.Write(payload, rows).ok());
  REQUIRE(encoder.Finish(rows).ok());
  Rows expected{{FsChunkKey(5, 5, 0), "head"},
                {FsChunkKey(5, 5, 1000000 / 16384), std::string(1000000 % 16384, '\0') + Bytes(3)}};
  for (size_t at = 0; at < 70000;) {
    const uint64_t place = pieces[2].first + at;
    const size_t size = std::min<size_t>(70000 - at, 16384 - place % 16384);
    expected[FsChunkKey(5, 5, place / 16384)] =
        std::string(place % 16384, '\0') + Bytes(70000).substr(at, size);
    at += size;
  }
  CHECK(rows.rows == expected);
  uint64_t bytes = 0;
  for (const auto& [key, value] : expected) bytes += value.size();
  CHECK(
      (rows.late == Rows{{"!fs|usage", "{\"files\":3,\"bytes\":" + std::to_string(bytes) + "}"}}));

  inode.size = kSize + 1;
  fs::ContentEncoder::Pack(inode, "f", &payload);
  CHECK(encoder.Write(payload, rows).code() == "ChangedWhileReading");
}

}  // namespace
}  // namespace snaptree::test

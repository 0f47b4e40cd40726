// Blocks of tables: checksums, the three ways to store them, and every way in which they are
// refused (spec 01b sections 2.2 and 2.3, vector P6).
#include <random>

#include <catch2/catch.hpp>

#include "base/checksum.h"
#include "formats/table/block.h"
#include "formats/table/row_block.h"
#include "tests/support/child_process.h"
#include "tests/support/damage.h"
#include "tests/support/raw_table.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

constexpr uint8_t kNone = 0;
constexpr uint8_t kSnappy = 1;
constexpr uint8_t kZstd = 7;
constexpr size_t kBefore = 3;  // bytes of the table before the block

std::string Text(size_t n, uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  std::string text;
  while (text.size() < n) text += std::to_string(random() % 1000) + " of many ";
  text.resize(n);
  return text;
}

// Reads a block that stands alone in a file.
struct ReadBack {
  explicit ReadBack(const std::string& stored, BlockChecksum checksum = BlockChecksum::kCrc32c) {
    const MemoryFile file("xxx" + stored + "yyyyy");
    path = file.path();
    Result<InputFile> input = InputFile::Open(path);
    REQUIRE(input.ok());
    const TableBytes table{std::make_shared<const InputFile>(*std::move(input)),
                           {1, 1 + 2 + stored.size()}};
    std::string packed;
    status = ReadBlock(table, {2, stored.size() - kBlockTrailerBytes}, checksum, &packed, &bytes);
    if (!status.ok()) CHECK(status.info().source == path);
  }
  std::string path;
  Status status;
  std::string bytes;
};

TEST_CASE("a block's CRC32C is stored masked") {
  CHECK(MaskedCrc32c(Crc32c("123456789")) == 0xc78ab0e5);
  CHECK(MaskedCrc32c(Crc32c("")) == 0xa282ead8);
  CHECK(MaskedCrc32c(Crc32c("foo")) == 0xfebe8a61);
}

TEST_CASE("blocks of every kind and size are read") {
  // The last ones are larger than what is unpacked from memory at once.
  const size_t size = GENERATE(0U, 1U, 60U, 4096U, 65537U, 300000U, 1U << 20, 9U << 20);
  const uint8_t compression = GENERATE(kNone, kSnappy, kZstd);
  const BlockChecksum checksum = GENERATE(BlockChecksum::kCrc32c, BlockChecksum::kXxHash64);
  CAPTURE(size, static_cast<int>(compression), static_cast<int>(checksum));
  const std::string content = Text(size);
  const ReadBack read(StoredBlockOf(content, compression, checksum), checksum);
  REQUIRE(read.status.ok());
  CHECK(read.bytes == content);
  // The other kind of checksum does not fit.
  const BlockChecksum other =
      checksum == BlockChecksum::kCrc32c ? BlockChecksum::kXxHash64 : BlockChecksum::kCrc32c;
  CHECK(ReadBack(StoredBlockOf(content, compression, checksum), other).status.code() ==
        "BlockChecksum");
}

TEST_CASE("a block that does not compress is read, small and large") {
  std::mt19937_64 random(2);
  for (const size_t size : {size_t{1000}, size_t{3} << 20}) {
    std::string content(size, '\0');
    for (char& c : content) c = static_cast<char>(random());
    for (const uint8_t compression : {kNone, kSnappy, kZstd}) {
      const ReadBack read(StoredBlockOf(content, compression, BlockChecksum::kCrc32c));
      REQUIRE(read.status.ok());
      CHECK(read.bytes == content);
    }
  }
}

TEST_CASE("every flipped bit of a block is seen") {
  const uint8_t compression = GENERATE(kNone, kSnappy, kZstd);
  const BlockChecksum checksum = GENERATE(BlockChecksum::kCrc32c, BlockChecksum::kXxHash64);
  const std::string stored = StoredBlockOf(Text(100), compression, checksum);
  for (size_t at = 0; at < stored.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      const ReadBack read(WithFlippedBit(stored, at, bit), checksum);
      REQUIRE(ExpectCode(read.status, "BlockChecksum") == "");
      CHECK(read.status.info().offset == kBefore);
    }
  }
}

TEST_CASE("flipped bits of large blocks are seen") {
  const uint8_t compression = GENERATE(kNone, kSnappy, kZstd);
  const std::string stored = StoredBlockOf(Text(12 << 20), compression, BlockChecksum::kCrc32c);
  REQUIRE(stored.size() > (1 << 20));
  // The announced length, the middle, the compression and the checksum.
  for (const size_t at :
       {size_t{0}, size_t{1}, size_t{2}, stored.size() / 2, stored.size() - 5, stored.size() - 1}) {
    const Status status = ReadBack(WithFlippedBit(stored, at, 6)).status;
    CAPTURE(at);
    CHECK(ExpectCode(status, "BlockChecksum") == "");
  }
}

TEST_CASE("a block whose checksum is right and whose content is not") {
  const auto crc = BlockChecksum::kCrc32c;
  const auto check = [&](const std::string& packed, uint8_t compression, const char* code) {
    CAPTURE(packed.size(), static_cast<int>(compression));
    const Status status = ReadBack(WithBlockTrailer(packed, compression, crc)).status;
    REQUIRE(ExpectCode(status, code) == "");
    CHECK(status.info().offset == kBefore);
  };
  check("abc", 8, "TableFormatUnsupported");
  for (const int unknown : {2, 3, 4, 5, 6, 9, 255}) {
    check("abc", static_cast<uint8_t>(unknown), "BlockCompression");
  }
  for (const uint8_t packed : {kSnappy, kZstd}) {
    check("", packed, "BlockCorrupt");
    check("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", packed, "BlockCorrupt");  // no number
    check(Varint(kMaxBlockBytes + 1) + std::string(9000, 'x'), packed, "BlockCorrupt");
    check(Varint(UINT64_MAX) + std::string(9000, 'x'), packed, "BlockCorrupt");
    check(Varint(5 * 65536) + "", packed, "BlockCorrupt");  // more than it can hold
    check(Varint(5) +
              "\x13"
              "abcdef",
          packed, "BlockCorrupt");
  }
  // More, and less, than announced; a second frame; a cut one.
  const std::string text = Text(1000);
  check(Varint(999) + ZstdFrame(text), kZstd, "BlockCorrupt");
  check(Varint(1001) + ZstdFrame(text), kZstd, "BlockCorrupt");
  check(Varint(1000) + ZstdFrame(text) + ZstdFrame("more"), kZstd, "BlockCorrupt");
  check(Varint(1000) + ZstdFrame(text).substr(0, 100), kZstd, "BlockCorrupt");
  std::string snappy = StoredBlockOf(text, kSnappy, crc);
  snappy.resize(snappy.size() - kBlockTrailerBytes);
  check(Varint(999) + snappy.substr(2), kSnappy, "BlockCorrupt");
  check(Varint(1001) + snappy.substr(2), kSnappy, "BlockCorrupt");
  check(snappy.substr(0, snappy.size() - 1), kSnappy, "BlockCorrupt");
  check(snappy + "x", kSnappy, "BlockCorrupt");
}

TEST_CASE("a large block whose content is wrong") {
  const auto crc = BlockChecksum::kCrc32c;
  const std::string text = Text(12 << 20);
  std::string snappy = StoredBlockOf(text, kSnappy, crc);
  snappy.resize(snappy.size() - kBlockTrailerBytes);
  REQUIRE(snappy.size() > (1 << 20));
  CHECK(ReadBack(WithBlockTrailer(snappy, kSnappy, crc)).bytes == text);
  for (const std::string& packed :
       {Varint(text.size() - 1) + snappy.substr(4), Varint(text.size() + 1) + snappy.substr(4),
        snappy.substr(0, snappy.size() - 1), snappy + "x", Varint(UINT32_MAX) + snappy.substr(4)}) {
    CHECK(ExpectCode(ReadBack(WithBlockTrailer(packed, kSnappy, crc)).status, "BlockCorrupt") ==
          "");
  }
  for (const int unknown : {2, 6, 9}) {
    CHECK(ReadBack(WithBlockTrailer(snappy, static_cast<uint8_t>(unknown), crc)).status.code() ==
          "BlockCompression");
  }
  CHECK(ReadBack(WithBlockTrailer(snappy, 8, crc)).status.code() == "TableFormatUnsupported");
}

TEST_CASE("a handle that leaves its table") {
  const MemoryFile file(std::string(100, 'x'));
  Result<InputFile> input = InputFile::Open(file.path());
  REQUIRE(input.ok());
  const TableBytes table{std::make_shared<const InputFile>(*std::move(input)), {10, 50}};
  std::string packed;
  std::string out;
  const auto code = [&](BlockHandle handle) {
    return ReadBlock(table, handle, BlockChecksum::kCrc32c, &packed, &out).code();
  };
  CHECK(code({0, 35}) == "BlockChecksum");
  CHECK(code({35, 0}) == "BlockChecksum");
  CHECK(code({0, 36}) == "TableCorrupt");
  CHECK(code({36, 0}) == "TableCorrupt");
  CHECK(code({41, 0}) == "TableCorrupt");
  CHECK(code({UINT64_MAX, 10}) == "TableCorrupt");
  CHECK(code({UINT64_MAX - 3, 4}) == "TableCorrupt");
  CHECK(code({10, UINT64_MAX - 12}) == "BlockCorrupt");  // before anything is allocated
  CHECK(code({10, kMaxBlockBytes + 1}) == "BlockCorrupt");
}

TEST_CASE("entries end where restarts begin") {
  const std::string name = "table";
  const auto entries = [&](const std::string& block) -> std::string {
    const Result<Slice> found = EntriesOf(block, name, 7);
    if (found.ok()) return std::string(*found);
    CHECK(found.status().info().offset == 7);
    return found.status().code();
  };
  const std::string one("\1\0\0\0", 4);
  const std::string zero(4, '\0');
  CHECK(entries("abc" + zero + one) == "abc");
  CHECK(entries(zero + one).empty());
  CHECK(entries("abcd" + zero + zero + std::string("\2\0\0\0", 4)) == "abcd");
  CHECK(entries("") == "BlockCorrupt");
  CHECK(entries("abc") == "BlockCorrupt");
  CHECK(entries(zero) == "BlockCorrupt");
  CHECK(entries(one) == "BlockCorrupt");
  CHECK(entries("abc" + zero) == "BlockCorrupt");
  CHECK(entries("abc" + zero + std::string("\2\0\0\0", 4)) == "BlockCorrupt");
  CHECK(entries(zero + std::string("\1\0\0\x80", 4)) == "BlockCorrupt");
  CHECK(entries(zero + std::string("\xff\xff\xff\xff", 4)) == "BlockCorrupt");
}

TEST_CASE("entries that leave their block") {
  const std::string name = "table";
  const auto walk = [&](const std::string& entries) {
    RowBlockReader reader(entries, name, 0);
    for (;;) {
      const Result<bool> more = reader.Next();
      if (!more.ok()) return more.status().code();
      if (!*more) return std::string();
    }
  };
  CHECK(walk(std::string("\0\1\1ab\1\0\0", 8)).empty());
  CHECK(walk(std::string("\1\1\1ab", 5)) == "BlockCorrupt");        // shares with nothing
  CHECK(walk(std::string("\0\1\1ab\2\0\0", 8)) == "BlockCorrupt");  // shares too much
  CHECK(walk(std::string("\0\1\1a", 4)) == "BlockCorrupt");
  CHECK(walk(std::string("\0\1", 2)) == "BlockCorrupt");
  CHECK(walk(std::string("\0\2\1ab", 5)) == "BlockCorrupt");
  const std::string huge = Varint(UINT64_MAX);
  CHECK(walk(std::string("\0", 1) + huge + std::string("\1ab", 3)) == "BlockCorrupt");
  CHECK(walk(std::string("\0\1", 2) + huge + "ab") == "BlockCorrupt");
  CHECK(walk(huge + std::string("\1\1ab", 4)) == "BlockCorrupt");
  CHECK(walk(std::string(11, '\xff')) == "BlockCorrupt");
}

}  // namespace
}  // namespace snaptree

// Where one flipped bit stands, from two checksums.
#include "formats/single_bit_error.h"

#include <random>

#include <catch2/catch.hpp>

#include "base/checksum.h"
#include "base/coding.h"
#include "tests/support/opened_snapshot.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

void CheckLocated(std::string bytes, size_t offset, int bit) {
  const uint32_t stored = Crc32c(bytes);
  bytes[offset] = static_cast<char>(bytes[offset] ^ (1 << bit));
  const auto found = LocateSingleBitError(Crc32c(bytes), stored, bytes.size());
  REQUIRE(found.has_value());
  REQUIRE(found->offset == offset);
  REQUIRE(found->bit == bit);
}

TEST_CASE("every bit of a message is located") {
  for (size_t size = 1; size < 40; ++size) {
    const std::string bytes(size, static_cast<char>(size));
    for (size_t at = 0; at < size; ++at) {
      for (int bit = 0; bit < 8; ++bit) CheckLocated(bytes, at, bit);
    }
  }
}

TEST_CASE("bits of larger messages are located") {
  std::mt19937 random(5);
  std::string bytes(1 << 20, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  for (int i = 0; i < 20; ++i)
    CheckLocated(bytes, random() % bytes.size(), static_cast<int>(i % 8));
  CheckLocated(bytes, 0, 0);
  CheckLocated(bytes, bytes.size() - 1, 7);
}

TEST_CASE("a bit of the stored checksum itself is located behind the message") {
  const std::string bytes(100, 'x');
  const uint32_t computed = Crc32c(bytes);
  for (int bit = 0; bit < 32; ++bit) {
    std::string footer;
    AppendBe32(&footer, computed);
    footer[static_cast<size_t>(bit / 8)] =
        static_cast<char>(footer[static_cast<size_t>(bit / 8)] ^ (1 << (bit % 8)));
    const auto found = LocateSingleBitError(computed, LoadBe32(footer.data()), bytes.size());
    REQUIRE(found.has_value());
    CHECK(found->offset == bytes.size() + static_cast<size_t>(bit / 8));
    CHECK(found->bit == bit % 8);
  }
}

TEST_CASE("bits before the place where the search begins are not found") {
  std::string bytes(100, 'x');
  const uint32_t stored = Crc32c(bytes);
  bytes[60] = static_cast<char>(bytes[60] ^ 4);
  const uint32_t computed = Crc32c(bytes);
  CHECK(LocateSingleBitError(computed, stored, bytes.size(), 60).has_value());
  CHECK_FALSE(LocateSingleBitError(computed, stored, bytes.size(), 61).has_value());
  CHECK_FALSE(LocateSingleBitError(computed, stored, bytes.size(), 1000).has_value());
}

TEST_CASE("no bit explains equal checksums, nothing, or two bits of a short message") {
  CHECK_FALSE(LocateSingleBitError(1, 1, 1000).has_value());
  CHECK_FALSE(LocateSingleBitError(1, 2, 0).has_value());
  const std::string bytes(50, 'x');
  for (size_t a = 0; a < 400; ++a) {
    for (size_t b = 0; b < a; b += 7) {
      std::string two = bytes;
      two[a / 8] = static_cast<char>(two[a / 8] ^ (1 << (a % 8)));
      two[b / 8] = static_cast<char>(two[b / 8] ^ (1 << (b % 8)));
      REQUIRE_FALSE(LocateSingleBitError(Crc32c(two), Crc32c(bytes), bytes.size()).has_value());
    }
  }
  CHECK_FALSE(LocateSingleBitError(0, 7, uint64_t{1} << 28).has_value());  // too large to tell
}

TEST_CASE("what stands at an offset is said in words") {
  SnapshotBuilder builder;
  builder.Header1(1)
      .Put("!hs|fld|\n", kT0, "body")
      .Put("!zs|unknown|", kT0, "body")
      .Metadata("_meta_last_commit_ts", kT0)
      .Put("short", kT0, "");
  const std::vector<size_t> offsets = builder.RowOffsets();
  const OpenedSnapshot opened = OpenBytes(builder.Bytes());
  REQUIRE(opened.status.ok());
  const RowSource& source = opened.source();
  for (size_t at = 0; at < offsets[0]; ++at) CHECK(DescribeOffset(source, at) == ", in the header");
  const std::string row = " of row \"!hs|fld|\\x0a\" (family !hs|fld|)";
  const size_t key_size = 9 + 8;
  const auto at = [&](size_t n) { return DescribeOffset(source, offsets[0] + n); };
  CHECK(at(0) == ", in the key length" + row);
  CHECK(at(7) == ", in the key length" + row);
  CHECK(at(8) == ", in the key" + row);
  CHECK(at(8 + key_size - 1) == ", in the key" + row);
  CHECK(at(8 + key_size) == ", in the value length" + row);
  CHECK(at(16 + key_size) == ", in the value's header" + row);
  CHECK(at(16 + key_size + 8) == ", in the value's header" + row);
  CHECK(at(16 + key_size + 9) == ", in the value" + row);
  CHECK(at(16 + key_size + 12) == ", in the value" + row);
  CHECK(DescribeOffset(source, offsets[1]).find("(family <unknown>)") != std::string::npos);
  CHECK(DescribeOffset(source, offsets[2]) ==
        ", in the key length of row \"_meta_last_commit_ts\" (family <store metadata>)");
  CHECK(DescribeOffset(source, offsets[3]).find("row \"short\" (family <bare>)") !=
        std::string::npos);
  CHECK(DescribeOffset(source, offsets[4]) == ", in the footer");
}

}  // namespace
}  // namespace snaptree

#include "base/coding.h"

#include <limits>

#include <catch2/catch.hpp>

namespace snaptree {
namespace {

const std::string kBytes("\x01\x23\x45\x67\x89\xab\xcd\xef\xff", 9);

TEST_CASE("integers of both byte orders at any address") {
  CHECK(LoadBe16(kBytes.data()) == 0x0123);
  CHECK(LoadBe32(kBytes.data()) == 0x01234567);
  CHECK(LoadBe64(kBytes.data()) == 0x0123456789abcdef);
  CHECK(LoadLe64(kBytes.data()) == 0xefcdab8967452301);
  CHECK(LoadBe64(kBytes.data() + 1) == 0x23456789abcdefff);
  std::string out;
  AppendBe32(&out, 0x01234567);
  CHECK(out == kBytes.substr(0, 4));
  out.clear();
  AppendBe64(&out, 0x0123456789abcdef);
  AppendLe64(&out, 0xefcdab8967452301);
  CHECK(out == kBytes.substr(0, 8) + kBytes.substr(0, 8));
}

TEST_CASE("a reader gives what is there and takes nothing when it fails") {
  ByteReader in(kBytes);
  uint8_t u8 = 0;
  uint16_t u16 = 0;
  uint32_t u32 = 0;
  uint64_t u64 = 0;
  Slice bytes;
  REQUIRE(in.ReadU8(&u8));
  CHECK(u8 == 1);
  REQUIRE(in.ReadBe16(&u16));
  CHECK(u16 == 0x2345);
  CHECK_FALSE(in.ReadBe64(&u64));
  CHECK_FALSE(in.ReadLe64(&u64));
  CHECK(in.size() == 6);
  REQUIRE(in.ReadBe32(&u32));
  CHECK(u32 == 0x6789abcd);
  CHECK_FALSE(in.ReadBe32(&u32));
  CHECK_FALSE(in.Skip("\xff"));
  REQUIRE(in.Skip("\xef"));
  for (const uint64_t n : {uint64_t{2}, uint64_t{1} << 32, std::numeric_limits<uint64_t>::max()}) {
    CHECK_FALSE(in.ReadBytes(n, &bytes));
  }
  CHECK(in.rest() == "\xff");
  REQUIRE(in.ReadBytes(1, &bytes));
  CHECK(bytes == "\xff");
  CHECK(in.empty());
  CHECK_FALSE(in.ReadU8(&u8));
  CHECK_FALSE(in.ReadBe16(&u16));
  CHECK(in.ReadBytes(0, &bytes));
  CHECK(bytes.empty());
  CHECK(in.Skip(""));
}

TEST_CASE("little-endian numbers are read in order") {
  ByteReader in(kBytes);
  uint64_t u64 = 0;
  REQUIRE(in.ReadLe64(&u64));
  CHECK(u64 == 0xefcdab8967452301);
  CHECK(in.size() == 1);
}

}  // namespace
}  // namespace snaptree

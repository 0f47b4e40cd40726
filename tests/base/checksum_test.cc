// CRC32C and SHA-256 against published values and slow computations.
#include "base/checksum.h"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "base/text.h"

namespace snaptree {
namespace {

uint32_t SlowCrc32c(Slice bytes) {
  uint32_t crc = ~0U;
  for (const char c : bytes) {
    crc ^= static_cast<uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0);
  }
  return ~crc;
}

TEST_CASE("CRC32C: the check string and the vectors of RFC 3720") {
  CHECK(Crc32c("123456789") == 0xe3069283);
  CHECK(Crc32c("") == 0);
  CHECK(Crc32c(Slice()) == 0);
  CHECK(Crc32c(std::string(32, '\0')) == 0x8a9136aa);
  CHECK(Crc32c(std::string(32, '\xff')) == 0x62a8ab43);
  std::string ascending;
  for (char c = 0; c < 32; ++c) ascending += c;
  CHECK(Crc32c(ascending) == 0x46dd794e);
}

TEST_CASE("CRC32C of any length, in any pieces, from any address") {
  std::mt19937 random(4);
  std::string bytes(70000, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  for (size_t size = 0; size < 600; ++size) {
    const Slice piece = Slice(bytes).substr(size % 17, size);
    REQUIRE(Crc32c(piece) == SlowCrc32c(piece));
  }
  const uint32_t whole = SlowCrc32c(bytes);
  CHECK(Crc32c(bytes) == whole);
  for (int round = 0; round < 50; ++round) {
    uint32_t crc = 0;
    for (size_t at = 0; at < bytes.size();) {
      const size_t n = std::min<size_t>(bytes.size() - at, random() % 9000);
      crc = ExtendCrc32c(crc, Slice(bytes).substr(at, n));
      at += n;
    }
    REQUIRE(crc == whole);
  }
}

TEST_CASE("SHA-256: the vectors of FIPS 180") {
  CHECK(Sha256::HexOf("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(Sha256::HexOf("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(Sha256::HexOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(Sha256::HexOf(std::string(1000000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  // Spec 07 V10.
  const std::optional<std::string> payload = ParseHex("454b565042424c31581b000000000000");
  CHECK(Sha256::HexOf(*payload) ==
        "9bb434ff1d1f1c85d76873afea5735a518ca1b7352ff0ef65829777356fdfc96");
}

TEST_CASE("SHA-256 in pieces, and one object for several messages") {
  std::string message(5000, '\0');
  for (size_t i = 0; i < message.size(); ++i) message[i] = static_cast<char>(i * 7);
  Sha256 hash;
  for (size_t step = 1; step < 200; step += 13) {
    for (size_t at = 0; at < message.size(); at += step) {
      hash.Update(Slice(message).substr(at, step));
    }
    hash.Update("");
    CHECK(hash.Finish() == Sha256::Of(message));
    hash.Reset();
  }
  hash.Update("half a message that is thrown away");
  hash.Reset();
  hash.Update("abc");
  CHECK(Hex(AsSlice(hash.Finish())) == Sha256::HexOf("abc"));
}

}  // namespace
}  // namespace snaptree

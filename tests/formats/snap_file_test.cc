// `.snap` files: spec 01 section 11.3, vector V19, spec 07 V10, and one of a live node.
#include "tests/support/snap_file.h"

#include <catch2/catch.hpp>

#include "formats/snap_file.h"
#include "tests/support/snapshot_builder.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

void CheckInvalid(Slice bytes, const std::string& said = "") {
  const Result<SnapFile> snap = ParseSnapFile(bytes, "x.snap");
  REQUIRE_FALSE(snap.ok());
  CHECK(snap.status().code() == "SnapInvalid");
  CHECK(snap.status().kind() == ErrorKind::kData);
  CHECK(snap.status().info().source == "x.snap");
  CHECK(snap.status().Message().find(said) != std::string::npos);
}

TEST_CASE("V19: the .snap file of a restore directory") {
  const std::string token = Unhex("454b565401000000000000002a3a54a8ee");
  CHECK(MakeToken(42, 0x3a54a8ee) == token);
  const std::string bytes =
      Unhex("08c3d2bf920a121f0a11454b565401000000000000002a3a54a8ee120a0a0408010802102a1807");
  CHECK(MakeSnapFile(42, 7, token) == bytes);
  const Result<SnapFile> snap = ParseSnapFile(bytes, "x.snap");
  REQUIRE(snap.ok());
  CHECK(snap->index == 42);
  CHECK(snap->term == 7);
  CHECK(snap->has_token);
  CHECK(snap->token_crc32c == 0x3a54a8ee);
}

TEST_CASE("07 V10: the token of an empty image") {
  CHECK(MakeToken(5, 0x89c59c2a) == Unhex("454b565401000000000000000589c59c2a"));
  const Result<SnapFile> snap = ParseSnapFile(MakeSnapFile(5, 1, MakeToken(5, 0x89c59c2a)), "");
  REQUIRE(snap.ok());
  CHECK(snap->token_crc32c == 0x89c59c2a);
}

TEST_CASE("the .snap file of a live node") {
  const std::string bytes =
      ReadWholeFile(SNAPTREE_TESTDATA_DIR "/node1/snap/0000000000000002-0000000000000ed9.snap");
  const Result<SnapFile> snap = ParseSnapFile(bytes, "x.snap");
  REQUIRE(snap.ok());
  CHECK(snap->index == 0xed9);
  CHECK(snap->term == 2);
  CHECK(snap->has_token);
}

TEST_CASE("an inline payload is no token") {
  for (const std::string& payload :
       {SnapshotBuilder().Bytes(), MakeToken(5, 1) + "x", MakeToken(5, 1).substr(0, 16),
        "EKVT\x02" + MakeToken(5, 1).substr(5)}) {
    const Result<SnapFile> snap = ParseSnapFile(MakeSnapFile(5, 3, payload), "");
    REQUIRE(snap.ok());
    CHECK_FALSE(snap->has_token);
    CHECK(snap->index == 5);
    CHECK(snap->term == 3);
  }
}

TEST_CASE("unknown fields, packed fields and another order are accepted") {
  const std::string token = MakeToken(9, 77);
  const std::string metadata =
      VarintField(3, 4) + Varint(5 << 3 | 1) + "12345678" + Varint(6 << 3 | 5) + "1234" +
      VarintField(2, 9) + BytesField(1, BytesField(1, Varint(1) + Varint(2)) + VarintField(5, 0));
  const std::string snapshot =
      VarintField(99, 1) + BytesField(2, metadata) + BytesField(77, "later") + BytesField(1, token);
  const std::string bytes =
      BytesField(2, snapshot) + VarintField(3, 12) + VarintField(1, Crc32c(snapshot));
  const Result<SnapFile> snap = ParseSnapFile(bytes, "");
  REQUIRE(snap.ok());
  CHECK(snap->index == 9);
  CHECK(snap->term == 4);
  CHECK(snap->token_crc32c == 77);
}

TEST_CASE("what is no .snap file is refused") {
  CheckInvalid("");
  CheckInvalid("not protobuf at all");
  CheckInvalid(SnapshotBuilder().Bytes());
  CheckInvalid(VarintField(1, 7));
  CheckInvalid(BytesField(2, "x"));                      // no checksum
  CheckInvalid(VarintField(1, 0) + BytesField(2, "x"));  // "empty snapshot"
  CheckInvalid(WrapSnapshot(""));
  CheckInvalid(WrapSnapshot("\xff\xff\xff"), "malformed");  // a cut tag
  CheckInvalid(WrapSnapshot(BytesField(1, "x") + BytesField(2, "\x0b")), "malformed");
  CheckInvalid(WrapSnapshot(Varint(1 << 3 | 2) + Varint(UINT64_MAX)), "malformed");
  CheckInvalid(WrapSnapshot(Varint(1 << 3 | 2) + Varint((uint64_t{1} << 32) + 3) + "abc"),
               "malformed");
  CheckInvalid(MakeSnapFile(6, 2, MakeToken(5, 1)), "another index");
  const std::string snapshot = BytesField(1, MakeToken(5, 1));
  CheckInvalid(WrapSnapshot(snapshot), "another index");  // no metadata: index 0
  CheckInvalid(VarintField(1, Crc32c(snapshot) ^ 1) + BytesField(2, snapshot), "checksum");
}

TEST_CASE("bytes behind the message are refused") {
  const std::string good = MakeSnapFile(5, 2, MakeToken(5, 1));
  for (const Slice tail :
       {Slice("\xff"), Slice("\xff\xff"), Slice("\0", 1), Slice("\0\0\0", 3), Slice("\x08")}) {
    CheckInvalid(good + std::string(tail));
  }
}

TEST_CASE("a cut or damaged .snap file is refused") {
  const std::string good = MakeSnapFile(0xed9, 2, MakeToken(0xed9, 0x12345678));
  for (size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    CheckInvalid(Slice(good).substr(0, size));
  }
  for (size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      CAPTURE(at, bit);
      std::string bytes = good;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      CheckInvalid(bytes);
    }
  }
}

}  // namespace
}  // namespace snaptree

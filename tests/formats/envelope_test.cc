// The envelope of an encrypted row against its vectors (spec 01 section 8.1, V15 and V16).
#include "formats/encryption/envelope.h"

#include <snappy.h>

#include <catch2/catch.hpp>

#include "formats/family_table.h"
#include "tests/support/sealed_rows.h"
#include "tests/support/temp_folder.h"

namespace snaptree {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

const std::string kKey = CountingKey(0);
const std::string kRawKey = Unhex("2172656469737c7374727c68656c6c6ffe64892557fffff8");
const std::string kStored = Unhex(
    "020000000000000000010000000007000100020000000000000001471b85b5011081100f31752c109ee308712b251b"
    "dd");

KeyRing RingOf(const std::string& key, uint32_t id = 7) {
  const TempFolder folder;
  WriteWholeFile(folder / "key", key);
  KeyFiles files;
  files.data_keys.emplace_back(id, folder / "key");
  Findings findings;
  Result<KeyRing> ring = KeyRing::Load(files, &findings);
  REQUIRE(ring.ok());
  return *std::move(ring);
}

TEST_CASE("V15: a row opens, whole and in pieces") {
  const KeyRing ring = RingOf(kKey);
  EnvelopeOpener opener(ring);
  std::string plain;
  for (int round = 0; round < 3; ++round) {
    plain = "rest of the row before";
    REQUIRE(opener.Open(kRawKey, kStored, &plain).ok());
    CHECK(plain == "world");
  }
  CHECK(SealedValue({kKey}, kRawKey, "world") == kStored);

  opener.Begin(kRawKey, Slice(kStored).substr(0, kEncryptedHeadBytes));
  std::string pieces(5, '\0');
  opener.Decrypt(Slice(kStored).substr(27, 2), pieces.data());
  opener.Decrypt(Slice(kStored).substr(29, 0), pieces.data() + 2);
  opener.Decrypt(Slice(kStored).substr(29, 3), pieces.data() + 2);
  REQUIRE(opener.Finish(Slice(kStored).substr(32)).ok());
  CHECK(pieces == "world");
}

TEST_CASE("V16: the associated data of the raft envelope is another one, and so is the tag") {
  const std::string raft =
      Unhex("010000000007000100020000000000000001471b85b501b1525ac02dd0714ecfb4abe743f05de4");
  GcmKey key(reinterpret_cast<const uint8_t*>(kKey.data()));
  const auto opens = [&](const std::string& associated, Slice envelope) {
    uint8_t plain[5];
    key.Begin(envelope.substr(6, 12), associated);
    key.Decrypt(envelope.substr(18, 5), plain);
    CHECK(Slice(reinterpret_cast<const char*>(plain), 5) == "world");
    return key.Finish(envelope.substr(23));
  };
  CHECK(opens(Unhex("520100000007"), raft));
  CHECK_FALSE(opens(Unhex("520100000008"), raft));
  CHECK_FALSE(opens(Unhex("520100000007"), Slice(kStored).substr(9)));
  CHECK(opens(Unhex("010000000007020000000000000000") + kRawKey, Slice(kStored).substr(9)));
}

TEST_CASE("V18: a row of the registry is no row with a value header") {
  CHECK(ClassifyRawKey(Unhex("21656e6372797074696f6e7c777269746572737caabbccdd7ceeff")) ==
        RegistryFamily());
}

TEST_CASE("every flipped bit of key and value is noticed") {
  const KeyRing ring = RingOf(kKey);
  EnvelopeOpener opener(ring);
  std::string plain;
  size_t authenticated = 0;
  for (size_t bit = 0; bit < (kRawKey.size() + kStored.size()) * 8; ++bit) {
    std::string row = kRawKey + kStored;
    row[bit / 8] = static_cast<char>(row[bit / 8] ^ 1 << bit % 8);
    const Slice key = Slice(row).substr(0, kRawKey.size());
    const Slice value = Slice(row).substr(kRawKey.size());
    const Result<EnvelopeHeader> header = ParseEnvelope(value.substr(9), value.size() - 9);
    if (!header.ok() || header->key_id != 7) continue;
    CHECK(opener.Open(key, value, &plain).code() == "EnvelopeAuth");
    ++authenticated;
  }
  // All but version, seven of the flags and the key id.
  CHECK(authenticated == (kRawKey.size() + kStored.size() - 6) * 8 + 1);
  CHECK(opener.Open(kRawKey, kStored, &plain).ok());
}

TEST_CASE("envelopes that are none") {
  const std::string body = kStored.substr(9);
  CHECK(ParseEnvelope("", 0).status().code() == "EnvelopeShort");
  CHECK(ParseEnvelope(body, 33).status().code() == "EnvelopeShort");
  CHECK(ParseEnvelope(body, 34).ok());
  CHECK(ParseEnvelope(std::string(1, '\0') + body.substr(1), 39).status().code() ==
        "EnvelopeVersion");
  CHECK(ParseEnvelope("\2" + body.substr(1), 39).status().code() == "EnvelopeVersion");
  CHECK(ParseEnvelope("\1\2" + body.substr(2), 39).status().code() == "EnvelopeFlags");
  CHECK(ParseEnvelope("\1\x81" + body.substr(2), 39).status().code() == "EnvelopeFlags");
  CHECK(ParseEnvelope("\1\1" + body.substr(2), 39)->compressed());
  CHECK(ParseEnvelope("\1\1" + Unhex("fedcba98") + body.substr(6), 39)->key_id == 0xfedcba98);
}

TEST_CASE("keys take turns, and an empty body is one") {
  const TempFolder folder;
  KeyFiles files;
  for (const uint32_t id : {1U, 2U}) {
    const std::string path = folder / std::to_string(id);
    WriteWholeFile(path, CountingKey(static_cast<uint8_t>(id)));
    files.data_keys.emplace_back(id, path);
  }
  Findings findings;
  const Result<KeyRing> ring = KeyRing::Load(files, &findings);
  REQUIRE(ring.ok());
  EnvelopeOpener opener(*ring);
  for (int round = 0; round < 50; ++round) {
    const uint32_t id = round % 3 == 0 ? 2 : 1;
    const std::string plain(static_cast<size_t>(round * 37), 'p');
    const std::string value =
        SealedValue({CountingKey(static_cast<uint8_t>(id)), id}, kRawKey, plain);
    std::string out;
    REQUIRE(opener.Open(kRawKey, value, &out).ok());
    CHECK(out == plain);
    const std::string wrong =
        SealedValue({CountingKey(static_cast<uint8_t>(3 - id)), id}, kRawKey, plain);
    CHECK(opener.Open(kRawKey, wrong, &out).code() == "EnvelopeAuth");
  }
}

TEST_CASE("bodies that were compressed are unpacked within bounds") {
  const std::string plain(100'000, 'x');
  std::string packed;
  snappy::Compress(plain.data(), plain.size(), &packed);
  std::string body;
  REQUIRE(UncompressBody(packed, 200'000, &body).ok());
  CHECK(body == plain);
  CHECK(UncompressBody(packed, 100'000, &body).code() == "EnvelopeCompression");
  CHECK(UncompressBody(packed.substr(0, packed.size() - 1), 200'000, &body).code() ==
        "EnvelopeCompression");
  CHECK(UncompressBody("", 200'000, &body).code() == "EnvelopeCompression");
  // 2^32 - 1 bytes, announced by five.
  CHECK(UncompressBody(Unhex("ffffffff0f"), UINT64_MAX, &body).code() == "EnvelopeCompression");
  std::string empty;
  snappy::Compress("", 0, &empty);
  REQUIRE(UncompressBody(empty, 10, &body).ok());
  CHECK(body.empty());
}

}  // namespace
}  // namespace snaptree

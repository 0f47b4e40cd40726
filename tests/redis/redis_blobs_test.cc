// Blobs of magic and protobuf, and HLL payloads: spec 02 sections 2.2, 2.3, section 6 items 2
// and 7.
#include "adapters/redis/redis_blobs.h"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"

namespace snaptree::redis {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string Unhex(Slice hex) {
  std::optional<std::string> bytes = ParseHex(hex);
  REQUIRE(bytes.has_value());
  return *bytes;
}

Status ReadHash(Slice blob, Pairs* out, BlobInfo* info) {
  return VisitHashBlob(
      blob,
      [&](Slice field, Slice value) {
        out->emplace_back(field, value);
        return Status::Ok();
      },
      info);
}

Status ReadSet(Slice blob, std::vector<std::string>* out, BlobInfo* info) {
  return VisitSetBlob(
      blob,
      [&](Slice member) {
        out->emplace_back(member);
        return Status::Ok();
      },
      info);
}

using Scores = std::vector<std::pair<std::string, uint64_t>>;
Status ReadZSet(Slice blob, Scores* out, BlobInfo* info) {
  return VisitZSetBlob(
      blob,
      [&](Slice member, uint64_t bits) {
        out->emplace_back(member, bits);
        return Status::Ok();
      },
      info);
}

using Entries = std::vector<std::pair<std::string, std::vector<std::string>>>;
Status ReadStream(Slice blob, Entries* out, BlobInfo* info) {
  return VisitStreamBlob(
      blob,
      [&](Slice id, const std::vector<Slice>& fields) {
        out->emplace_back(id, std::vector<std::string>(fields.begin(), fields.end()));
        return Status::Ok();
      },
      info);
}

TEST_CASE("V9: hash blob") {
  Pairs pairs;
  BlobInfo info;
  REQUIRE(ReadHash(Unhex("005248010a060a0166120176"), &pairs, &info).ok());
  CHECK(pairs == Pairs{{"f", "v"}});
  CHECK(info.elements == 1);
  CHECK_FALSE(info.was_json);
  CHECK_FALSE(info.not_utf8);
}

TEST_CASE("V9b: set blob") {
  std::vector<std::string> members;
  BlobInfo info;
  REQUIRE(ReadSet(Unhex("005253010a0161"), &members, &info).ok());
  CHECK(members == std::vector<std::string>{"a"});
}

TEST_CASE("V9c: zset blob, a missing score is 0") {
  Scores scores;
  BlobInfo info;
  REQUIRE(ReadZSet(Unhex("00525a010a0c0a016111000000000000f83f0a030a0162"), &scores, &info).ok());
  CHECK(scores == Scores{{"a", 0x3ff8000000000000}, {"b", 0}});
}

TEST_CASE("V9d: stream blob") {
  Entries entries;
  BlobInfo info;
  REQUIRE(ReadStream(Unhex("005258010a0b0a03312d30120166120176"), &entries, &info).ok());
  CHECK(entries == Entries{{"1-0", {"f", "v"}}});
}

TEST_CASE("V13 to V18: what the last build with both readers made of the JSON forms") {
  BlobInfo info;
  Pairs pairs;
  REQUIRE(ReadHash(Unhex("005248010a0b0a0261221205c3a9e280a80a080a016212033c783e0a060a0166120176"),
                   &pairs, &info)
              .ok());
  CHECK(pairs == Pairs{{"a\"", "\u00e9\u2028"}, {"b", "<x>"}, {"f", "v"}});
  pairs.clear();
  REQUIRE(ReadHash(Unhex("005248010a0a0a03efbfbd12036f6e65"), &pairs, &info).ok());
  CHECK(pairs == Pairs{{"\ufffd", "one"}});
  CHECK_FALSE(info.has_replacement_char);  // counted only where JSON may have damaged something

  std::vector<std::string> members;
  REQUIRE(ReadSet(Unhex("005253010a000a01610a0162"), &members, &info).ok());
  CHECK(members == std::vector<std::string>{"", "a", "b"});

  Scores scores;
  REQUIRE(ReadZSet(Unhex("00525a010a0c0a016e1100000000000000800a0c0a01741148afbc9af2d77a3e"
                         "0a0c0a016111000000000000f83f0a0c0a016211000000000000f83f"
                         "0a0c0a01681150efe2d6e41a4b44"),
                   &scores, &info)
              .ok());
  CHECK(scores == Scores{{"n", 0x8000000000000000},
                         {"t", 0x3e7ad7f29abcaf48},
                         {"a", 0x3ff8000000000000},
                         {"b", 0x3ff8000000000000},
                         {"h", 0x444b1ae4d6e2ef50}});

  Entries entries;
  REQUIRE(ReadStream(Unhex("005258010a0e0a06313030312d301201661201760a0e0a06313030322d30"
                           "12016612013c"),
                     &entries, &info)
              .ok());
  CHECK(entries == Entries{{"1001-0", {"f", "v"}}, {"1002-0", {"f", "<"}}});
}

TEST_CASE("blobs: no byte and the magic alone are empty collections") {
  for (const bool magic : {false, true}) {
    Pairs pairs;
    std::vector<std::string> members;
    Scores scores;
    Entries entries;
    BlobInfo info;
    CHECK(ReadHash(magic ? kHashMagic : "", &pairs, &info).ok());
    CHECK(ReadSet(magic ? kSetMagic : "", &members, &info).ok());
    CHECK(ReadZSet(magic ? kZSetMagic : "", &scores, &info).ok());
    CHECK(ReadStream(magic ? kStreamMagic : "", &entries, &info).ok());
    CHECK((pairs.empty() && members.empty() && scores.empty() && entries.empty()));
    CHECK(info.elements == 0);
  }
}

TEST_CASE("blobs: missing sub-fields, duplicates in stored order, repeated and unknown fields") {
  Pairs pairs;
  BlobInfo info;
  // {}, {key a}, {value x}, {a, 1}, {a, 2}, {key b, key c, 7: varint, value as a varint}; 3: varint
  REQUIRE(ReadHash(Unhex("00524801"
                         "0a00"
                         "0a030a0161"
                         "0a03120178"
                         "0a060a0161120131"
                         "1805"
                         "0a060a0161120132"
                         "0a0a0a01620a016338051009"),
                   &pairs, &info)
              .ok());
  CHECK(pairs == Pairs{{"", ""}, {"a", ""}, {"", "x"}, {"a", "1"}, {"a", "2"}, {"c", ""}});
  CHECK(info.elements == 6);

  Scores scores;
  // {member a, score as a varint}, {score -0.0}
  REQUIRE(ReadZSet(Unhex("00525a01"
                         "0a050a01611001"
                         "0a09110000000000000080"),
                   &scores, &info)
              .ok());
  CHECK(scores == Scores{{"a", 0}, {"", 0x8000000000000000}});

  Entries entries;
  REQUIRE(ReadStream(Unhex("00525801"
                           "0a00"
                           "0a03120166"),
                     &entries, &info)
              .ok());
  CHECK(entries == Entries{{"", {}}, {"", {"f"}}});  // an odd number is the caller's to judge
}

TEST_CASE("blobs: strings that are not UTF-8 are given as they are and told") {
  BlobInfo info;
  std::vector<std::string> members;
  REQUIRE(ReadSet(Unhex("005253010a01610a01ff"), &members, &info).ok());
  CHECK(members == std::vector<std::string>{"a", "\xff"});
  CHECK(info.not_utf8);
  Pairs pairs;
  REQUIRE(ReadHash(Unhex("005248010a060a01611201c3"), &pairs, &info).ok());
  CHECK(info.not_utf8);
  pairs.clear();
  REQUIRE(ReadHash(Unhex("005248010a060a0161120162"), &pairs, &info).ok());
  CHECK_FALSE(info.not_utf8);
}

TEST_CASE("blobs that are malformed give no element at all") {
  const std::pair<const char*, const char*> cases[] = {
      {"00", "magic is cut"},
      {"005248", "magic is cut"},
      {"005253010a00", "magic of a set"},
      {"ff0200005253010a0161", "an HLL's envelope"},
      {"616263", "text"},
      {"207b7d", "V19: JSON after a blank"},
      {"005248010a060a01661201760a", "length is missing"},
      {"005248010a060a01661201760a060a016612", "element is cut"},
      {"005248010a060a01661201760a030a0566", "key longer than its element"},
      {"005248010a060a01661201760affffffffffffffffff01", "length of 2^64-1"},
      {"005248010a060a016612017600", "tag 0"},
      {"005248010a060a016612017613", "group without an end"},
  };
  for (const auto& [hex, why] : cases) {
    INFO(why);
    Pairs pairs;
    BlobInfo info;
    const Status status = ReadHash(Unhex(hex), &pairs, &info);
    REQUIRE_FALSE(status.ok());
    CHECK(status.code() == "RedisInvalidBlob");
    CHECK(pairs.empty());
    CHECK(info.elements == 0);
  }
  Scores scores;
  BlobInfo info;
  CHECK_FALSE(ReadZSet(Unhex("00525a010a0a0a0161110000000000"), &scores, &info).ok());
  CHECK_FALSE(ReadZSet(Unhex("00525a010a050a01611100"), &scores, &info).ok());
  Entries entries;
  CHECK_FALSE(ReadStream(Unhex("005258010a021205"), &entries, &info).ok());
}

TEST_CASE("blobs: a visitor's error ends the visit and comes back") {
  int calls = 0;
  BlobInfo info;
  const std::string blob = Unhex("005253010a01610a01620a0163");
  const Status status = VisitSetBlob(
      blob,
      [&](Slice) {
        return ++calls == 2 ? EnvironmentError("NoSpace", "the disk is full") : Status::Ok();
      },
      &info);
  REQUIRE_FALSE(status.ok());
  CHECK(status.code() == "NoSpace");
  CHECK(calls == 2);
}

TEST_CASE("HLL payloads are told by their first bytes") {
  CHECK(ClassifyHllPayload("", true) == HllPayload::kEmpty);
  CHECK(ClassifyHllPayload("", false) == HllPayload::kEmpty);
  CHECK(ClassifyHllPayload(kSetMagic, true) == HllPayload::kMagic);
  CHECK(ClassifyHllPayload(Unhex("005253010a0161"), false) == HllPayload::kMagic);
  CHECK(ClassifyHllPayload("{}", false) == HllPayload::kJson);
  CHECK(ClassifyHllPayload("{}", true) == HllPayload::kUnrecognized);  // never written in there
  CHECK(ClassifyHllPayload("HYLL", false) == HllPayload::kUnrecognized);
  CHECK(ClassifyHllPayload(Unhex("005253"), true) == HllPayload::kUnrecognized);
  CHECK(ClassifyHllPayload(kHashMagic, true) == HllPayload::kUnrecognized);
}

TEST_CASE("canonical HLL payload") {
  CHECK(Hex(CanonicalHllPayload({})) == "00525301");
  CHECK(Hex(CanonicalHllPayload({"b", "a", "b", ""})) == "005253010a000a01610a0162");
  CHECK(Hex(CanonicalHllPayload({"\xff", "z"})) == "005253010a017a0a01ff");  // bytes are unsigned

  const std::string large(300, 'x');
  const std::string payload = CanonicalHllPayload({large, std::string(127, 'y')});
  std::vector<std::string> members;
  BlobInfo info;
  REQUIRE(ReadSet(payload, &members, &info).ok());
  CHECK(members == std::vector<std::string>{large, std::string(127, 'y')});
}

}  // namespace
}  // namespace snaptree::redis

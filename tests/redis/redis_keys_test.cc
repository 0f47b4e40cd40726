// Key codecs against the vectors of spec 02 chapter 8, and every way a key can be malformed
// (section 6 item 6).
#include "adapters/redis/redis_keys.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/coding.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

std::string Unhex(Slice hex) {
  std::optional<std::string> bytes = ParseHex(hex);
  REQUIRE(bytes.has_value());
  return *bytes;
}

std::string Be64(uint64_t v) {
  std::string out;
  AppendBe64(&out, v);
  return out;
}

TEST_CASE("V1, V2, V2b, V3, V9, V9e: keys of a prefix and the user key") {
  CHECK(Unhex("2172656469737c7374727c6772656574696e67") == std::string(kStringPrefix) + "greeting");
  CHECK(Unhex("2172656469737c7374727c73657373696f6e3a616263") ==
        std::string(kStringPrefix) + "session:abc");
  CHECK(Unhex("2172656469737c74746c7c73657373696f6e3a616263") ==
        std::string(kTtlPrefix) + "session:abc");
  CHECK(Unhex("2172656469737c686c6c7c75") == std::string(kHllPrefix) + "u");
  CHECK(Unhex("2172656469737c686173687c68") == std::string(kHashBlobPrefix) + "h");
  CHECK(Unhex("2172656469737c7365747c73") == std::string(kSetBlobPrefix) + "s");
  CHECK(Unhex("2172656469737c7a7365747c7a") == std::string(kZSetBlobPrefix) + "z");
  CHECK(Unhex("2172656469737c73747265616d7c78") == std::string(kStreamBlobPrefix) + "x");
  CHECK(Unhex("2172656469737c74786e2d776964652d686173687c6831") ==
        std::string(kFenceHashPrefix) + "h1");
}

TEST_CASE("V4: hash meta, V5: set meta, V6: zset meta, V8: stream meta") {
  const struct {
    Slice hex, prefix, user_key;
  } cases[] = {
      {"2168737c6d6574617c000000026831", kHashMetaPrefix, "h1"},
      {"2173747c6d6574617c000000027331", kSetMetaPrefix, "s1"},
      {"217a737c6d6574617c000000017a", kZSetMetaPrefix, "z"},
      {"2173747265616d7c6d6574617c0000000173", kStreamMetaPrefix, "s"},
  };
  for (const auto& c : cases) {
    const std::string key = Unhex(c.hex);
    MetaKey meta;
    REQUIRE(ParseMetaKey(key, c.prefix, &meta));
    CHECK(meta.kind == MetaKind::kBase);
    CHECK(meta.user_key == c.user_key);
    CHECK_FALSE(ParseMetaKey(key + "x", c.prefix, &meta));
    CHECK_FALSE(ParseMetaKey(Slice(key).substr(0, key.size() - 1), c.prefix, &meta));
    CHECK_FALSE(ParseMetaKey(key, kListMetaPrefix, &meta));
  }
}

TEST_CASE("V4b: hash field, V5: set member, V6: zset member") {
  ElementKey element;
  const std::string field = Unhex("2168737c666c647c00000002683166");
  REQUIRE(ParseElementKey(field, kHashFieldPrefix, &element));
  CHECK(element.user_key == "h1");
  CHECK(element.sub == "f");

  const std::string member = Unhex("2173747c6d656d7c000000027331ff00");
  REQUIRE(ParseElementKey(member, kSetMemberPrefix, &element));
  CHECK(element.user_key == "s1");
  CHECK(Hex(element.sub) == "ff00");

  const std::string scored = Unhex("217a737c6d656d7c000000017a6d");
  REQUIRE(ParseElementKey(scored, kZSetMemberPrefix, &element));
  CHECK(element.user_key == "z");
  CHECK(element.sub == "m");
}

TEST_CASE("element keys: empty parts are legal, a length beyond the key is not") {
  ElementKey element{"k", "s"};
  const std::string nothing = std::string(kHashFieldPrefix) + Unhex("00000000");
  REQUIRE(ParseElementKey(nothing, kHashFieldPrefix, &element));
  CHECK(element.user_key.empty());
  CHECK(element.sub.empty());

  element = {"k", "s"};
  for (const Slice rest : {"", "000000", "00000001", "0000000361", "ffffffff61", "80000000"}) {
    const std::string key = std::string(kHashFieldPrefix) + Unhex(rest);
    CHECK_FALSE(ParseElementKey(key, kHashFieldPrefix, &element));
  }
  CHECK_FALSE(ParseElementKey("!hs|fl", kHashFieldPrefix, &element));
  CHECK(element.user_key == "k");  // a malformed key leaves the output alone
  CHECK(element.sub == "s");
}

TEST_CASE("V4c: hash delta") {
  const std::string key = Unhex("2168737c6d6574617c647c000000026831019000000000000100000003");
  MetaKey meta;
  REQUIRE(ParseMetaKey(key, kHashMetaPrefix, &meta));
  CHECK(meta.kind == MetaKind::kDelta);
  CHECK(meta.user_key == "h1");
  CHECK(meta.delta_commit_ts == 0x0190000000000001);
  CHECK(meta.delta_seq == 3);
  CHECK_FALSE(ParseMetaKey(key + "x", kHashMetaPrefix, &meta));
  for (size_t n = kHashMetaPrefix.size(); n < key.size(); ++n) {
    CHECK_FALSE(ParseMetaKey(Slice(key).substr(0, n), kHashMetaPrefix, &meta));
  }
}

TEST_CASE("streams have no deltas") {
  const std::string key =
      std::string(kStreamMetaPrefix) + "d|" + Unhex("0000000173019000000000000100000003");
  MetaKey meta;
  CHECK_FALSE(ParseMetaKey(key, kStreamMetaPrefix, &meta));
}

TEST_CASE("V7: list meta, V7c: list delta, V7e: meta of a list whose key begins with d|") {
  MetaKey meta;
  const std::string plain = Unhex("216c73747c6d6574617c71");
  for (const uint64_t size : {32U, 24U, 16U, 7U}) {
    CHECK(ClassifyListMeta(plain, size, &meta) == ListMetaClass::kBase);
    CHECK(meta.user_key == "q");
  }

  const std::string delta = Unhex("216c73747c6d6574617c647c0000000171019000000000000100000000");
  REQUIRE(ClassifyListMeta(delta, 16, &meta) == ListMetaClass::kDelta);
  CHECK(meta.kind == MetaKind::kDelta);
  CHECK(meta.user_key == "q");
  CHECK(meta.delta_commit_ts == 0x0190000000000001);
  CHECK(meta.delta_seq == 0);
  // The same key with a value of a meta's size is the meta of a list with a strange name.
  REQUIRE(ClassifyListMeta(delta, 32, &meta) == ListMetaClass::kBase);
  CHECK(meta.kind == MetaKind::kBase);
  CHECK(meta.delta_commit_ts == 0);
  CHECK(meta.user_key == Slice(delta).substr(kListMetaPrefix.size()));
  CHECK(ClassifyListMeta(delta, 17, &meta) == ListMetaClass::kInvalidValue);
  CHECK(meta.user_key == "q");
  CHECK(ClassifyListMeta(delta + "x", 16, &meta) == ListMetaClass::kMalformedKey);

  const std::string strange = Unhex("216c73747c6d6574617c647c78");
  for (const uint64_t size : {24U, 32U}) {
    REQUIRE(ClassifyListMeta(strange, size, &meta) == ListMetaClass::kBase);
    CHECK(meta.user_key == "d|x");
  }
  for (const uint64_t size : {0U, 16U, 20U, 48U}) {
    CHECK(ClassifyListMeta(strange, size, &meta) == ListMetaClass::kMalformedKey);
  }
  CHECK(ClassifyListMeta("!lst|met", 32, &meta) == ListMetaClass::kMalformedKey);
}

TEST_CASE("list meta: the empty key and the key d| itself") {
  MetaKey meta;
  REQUIRE(ClassifyListMeta(kListMetaPrefix, 32, &meta) == ListMetaClass::kBase);
  CHECK(meta.user_key.empty());
  REQUIRE(ClassifyListMeta("!lst|meta|d|", 24, &meta) == ListMetaClass::kBase);
  CHECK(meta.user_key == "d|");
  REQUIRE(ClassifyListMeta("!lst|meta|d", 5, &meta) == ListMetaClass::kBase);
  CHECK(meta.user_key == "d");
}

TEST_CASE("V7b: list items") {
  const struct {
    Slice hex;
    int64_t seq;
  } cases[] = {{"216c73747c69746d7c717fffffffffffffff", -1},
               {"216c73747c69746d7c718000000000000000", 0},
               {"216c73747c69746d7c718000000000000001", 1}};
  for (const auto& c : cases) {
    const std::string key = Unhex(c.hex);
    Slice user_key;
    int64_t seq = 77;
    REQUIRE(ParseListItemKey(key, &user_key, &seq));
    CHECK(user_key == "q");
    CHECK(seq == c.seq);
  }
}

TEST_CASE("list items belong to the key that their last 8 bytes leave") {
  // The key of one list is another list's key and 8 more bytes (section 6 item 15).
  const std::string inner = "q" + Be64(SortI64(5)) + "tail";
  const std::string key = std::string(kListItemPrefix) + inner + Be64(SortI64(-7));
  Slice user_key;
  int64_t seq = 0;
  REQUIRE(ParseListItemKey(key, &user_key, &seq));
  CHECK(user_key == inner);
  CHECK(seq == -7);
  const std::string empty_key = std::string(kListItemPrefix) + Be64(SortI64(2));
  REQUIRE(ParseListItemKey(empty_key, &user_key, &seq));
  CHECK(user_key.empty());
  CHECK_FALSE(ParseListItemKey(std::string(kListItemPrefix) + "1234567", &user_key, &seq));
  CHECK_FALSE(ParseListItemKey(kListItemPrefix, &user_key, &seq));
}

TEST_CASE("V7d: list claims have a tail of exactly 8 bytes") {
  const std::string key = Unhex("216c73747c636c61696d7c00000001718000000000000000");
  Slice user_key;
  int64_t seq = 77;
  REQUIRE(ParseListClaimKey(key, &user_key, &seq));
  CHECK(user_key == "q");
  CHECK(seq == 0);
  CHECK_FALSE(ParseListClaimKey(key + "x", &user_key, &seq));
  CHECK_FALSE(ParseListClaimKey(Slice(key).substr(0, key.size() - 1), &user_key, &seq));
}

TEST_CASE("V6: score index") {
  const std::string key = Unhex("217a737c7363727c000000017a4007ffffffffffff6d");
  Slice user_key;
  Slice member;
  double score = 0;
  REQUIRE(ParseScoreKey(key, &user_key, &score, &member));
  CHECK(user_key == "z");
  CHECK(score == -1.5);
  CHECK(member == "m");
  REQUIRE(ParseScoreKey(Slice(key).substr(0, key.size() - 1), &user_key, &score, &member));
  CHECK(member.empty());
  CHECK_FALSE(ParseScoreKey(Slice(key).substr(0, key.size() - 2), &user_key, &score, &member));
}

TEST_CASE("V8b: stream entry key") {
  const std::string key =
      Unhex("2173747265616d7c656e7472797c00000001730000018f2a33f8000000000000000000");
  Slice user_key;
  uint64_t ms = 0;
  uint64_t seq = 1;
  REQUIRE(ParseStreamEntryKey(key, &user_key, &ms, &seq));
  CHECK(user_key == "s");
  CHECK(ms == 1714400000000);
  CHECK(seq == 0);
  CHECK_FALSE(ParseStreamEntryKey(key + "x", &user_key, &ms, &seq));
  CHECK_FALSE(ParseStreamEntryKey(Slice(key).substr(0, key.size() - 1), &user_key, &ms, &seq));
}

TEST_CASE("sortI64") {
  const std::pair<int64_t, Slice> cases[] = {
      {-1, "7fffffffffffffff"},
      {0, "8000000000000000"},
      {1, "8000000000000001"},
      {std::numeric_limits<int64_t>::min(), "0000000000000000"},
      {std::numeric_limits<int64_t>::max(), "ffffffffffffffff"}};
  for (const auto& [value, hex] : cases) {
    CHECK(Hex(Be64(SortI64(value))) == hex);
    CHECK(UnsortI64(SortI64(value)) == value);
  }
}

TEST_CASE("sortF64: the list of spec 02 chapter 8") {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::pair<uint64_t, Slice> cases[] = {
      {std::bit_cast<uint64_t>(1.0), "bff0000000000000"},
      {std::bit_cast<uint64_t>(-1.5), "4007ffffffffffff"},
      {std::bit_cast<uint64_t>(0.0), "8000000000000000"},
      {std::bit_cast<uint64_t>(-0.0), "8000000000000000"},
      {std::bit_cast<uint64_t>(infinity), "fff0000000000000"},
      {std::bit_cast<uint64_t>(-infinity), "000fffffffffffff"},
      {std::bit_cast<uint64_t>(100.0), "c059000000000000"},
      {std::bit_cast<uint64_t>(0.1), "bfb999999999999a"},
      {std::bit_cast<uint64_t>(5e-324), "8000000000000001"},
      {0x7ff8000000000001, "fff8000000000001"},
      {0xfff8000000000000, "0007ffffffffffff"}};
  for (const auto& [bits, hex] : cases) {
    CHECK(Hex(Be64(SortF64(bits))) == hex);
    const bool minus_zero = bits == std::bit_cast<uint64_t>(-0.0);
    CHECK(UnsortF64(SortF64(bits)) == (minus_zero ? 0 : bits));
  }
}

TEST_CASE("sortF64 keeps the order of numbers and every NaN's bits") {
  const std::vector<double> ascending = {-1e308, -2, -1, -5e-324, 0, 5e-324, 1e-9, 1, 1.5, 1e308};
  for (size_t i = 1; i < ascending.size(); ++i) {
    CHECK(SortF64(std::bit_cast<uint64_t>(ascending[i - 1])) <
          SortF64(std::bit_cast<uint64_t>(ascending[i])));
  }
  const std::string key = std::string(kZSetScorePrefix) + Unhex("00000000") +
                          Be64(SortF64(0x7ff0000000000001));  // a signalling NaN
  Slice user_key;
  Slice member;
  double score = 0;
  REQUIRE(ParseScoreKey(key, &user_key, &score, &member));
  CHECK(std::bit_cast<uint64_t>(score) == 0x7ff0000000000001);
}

}  // namespace
}  // namespace snaptree::redis

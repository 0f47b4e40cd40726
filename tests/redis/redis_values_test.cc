// Envelopes, metas, deltas and TTL values: spec 02 chapter 8 and sections 2.1, 2.2, 2.4 to 2.6, 6.
#include "adapters/redis/redis_values.h"

#include <limits>
#include <string>

#include <catch2/catch.hpp>

#include "base/coding.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

constexpr uint64_t kTtl = 1735689600000;  // 000001941f297c00

std::string Unhex(Slice hex) {
  std::optional<std::string> bytes = ParseHex(hex);
  REQUIRE(bytes.has_value());
  return *bytes;
}

std::string Words(std::initializer_list<int64_t> words) {
  std::string out;
  for (const int64_t word : words) AppendBe64(&out, static_cast<uint64_t>(word));
  return out;
}

InlineValue String(Slice bytes) {
  Result<InlineValue> value = ParseStringEnvelope(bytes, bytes.size());
  REQUIRE(value.ok());
  return *value;
}

TEST_CASE("V1: string without a TTL, V2: with one") {
  const std::string plain = Unhex("ff010068656c6c6f");
  const InlineValue v1 = String(plain);
  CHECK(v1.enveloped);
  CHECK_FALSE(v1.has_expiry);
  CHECK(Slice(plain).substr(v1.payload_offset) == "hello");

  const std::string expiring = Unhex("ff0101000001941f297c0076");
  const InlineValue v2 = String(expiring);
  CHECK(v2.enveloped);
  CHECK(v2.has_expiry);
  CHECK(v2.expire_at_ms == kTtl);
  CHECK(Slice(expiring).substr(v2.payload_offset) == "v");
}

TEST_CASE("V2b: TTL row") {
  CHECK(ParseTtl(Unhex("000001941f297c00")) == kTtl);
  CHECK(ParseTtl(Words({0})) == 0);
  CHECK(ParseTtl(Words({-1})) == kMaxExpiryMs);
  CHECK(ParseTtl(Words({std::numeric_limits<int64_t>::max()})) == kMaxExpiryMs);
  CHECK_FALSE(ParseTtl("").has_value());
  CHECK_FALSE(ParseTtl(Unhex("000001941f297c")).has_value());
  CHECK_FALSE(ParseTtl(Unhex("000001941f297c0000")).has_value());
}

TEST_CASE("V3: HLL in its envelopes, and the payload alone") {
  const std::string plain = Unhex("ff0200005253010a01610a0162");
  Result<InlineValue> value = ParseHllEnvelope(plain, plain.size());
  REQUIRE(value.ok());
  CHECK(value->enveloped);
  CHECK_FALSE(value->has_expiry);
  CHECK(Hex(Slice(plain).substr(value->payload_offset)) == "005253010a01610a0162");

  const std::string expiring = Unhex("ff0201000001941f297c00005253010a01610a0162");
  value = ParseHllEnvelope(expiring, expiring.size());
  REQUIRE(value.ok());
  CHECK(value->has_expiry);
  CHECK(value->expire_at_ms == kTtl);
  CHECK(Hex(Slice(expiring).substr(value->payload_offset)) == "005253010a01610a0162");

  const std::string bare = Unhex("005253010a01610a0162");
  value = ParseHllEnvelope(bare, bare.size());
  REQUIRE(value.ok());
  CHECK_FALSE(value->enveloped);
  CHECK(value->payload_offset == 0);
}

TEST_CASE("strings that are not enveloped are raw, whatever they hold") {
  // V19: text that looks like JSON is user data in a string row.
  for (const Slice hex : {"", "ff", "ff00", "ff02", "7b7d", "01ff", "ff0201", "68656c6c6f"}) {
    const InlineValue value = String(Unhex(hex));
    CHECK_FALSE(value.enveloped);
    CHECK_FALSE(value.has_expiry);
    CHECK(value.payload_offset == 0);
  }
  const std::string string_envelope = Unhex("ff010068");
  const Result<InlineValue> hll = ParseHllEnvelope(string_envelope, string_envelope.size());
  REQUIRE(hll.ok());
  CHECK_FALSE(hll->enveloped);
}

TEST_CASE("envelopes: empty payload, other flag bits, expiry 0 and beyond 2^63-1") {
  CHECK(String(Unhex("ff0100")).payload_offset == 3);
  CHECK_FALSE(String(Unhex("ff01fe")).has_expiry);
  const InlineValue epoch = String(Unhex("ff01010000000000000000"));
  CHECK(epoch.has_expiry);
  CHECK(epoch.expire_at_ms == 0);
  CHECK(epoch.payload_offset == 11);
  CHECK(String(Unhex("ff01ffffffffffffffffff")).expire_at_ms == kMaxExpiryMs);
}

TEST_CASE("envelopes that are cut") {
  const std::string whole = Unhex("ff0101000001941f297c00");
  for (size_t n = 2; n < whole.size(); ++n) {
    const Result<InlineValue> value = ParseStringEnvelope(Slice(whole).substr(0, n), n);
    REQUIRE_FALSE(value.ok());
    CHECK(value.status().code() == "RedisInvalidStringValue");
  }
  const std::string hll = Unhex("ff02");
  CHECK(ParseHllEnvelope(hll, hll.size()).status().code() == "RedisInvalidHLLValue");
}

TEST_CASE("envelopes are read from the first 11 bytes of a large value") {
  const std::string first = Unhex("ff0101000001941f297c00");
  const Result<InlineValue> value = ParseStringEnvelope(first, uint64_t{1} << 40);
  REQUIRE(value.ok());
  CHECK(value->expire_at_ms == kTtl);
  CHECK(value->payload_offset == 11);
}

TEST_CASE("V4, V5, V6: count metas") {
  std::optional<CountMeta> meta = ParseCountMeta(Unhex("00000000000000020000000000000000"));
  REQUIRE(meta.has_value());
  CHECK(meta->length == 2);
  CHECK(meta->current_size);
  CHECK(meta->expire_at_ms == 0);

  meta = ParseCountMeta(Unhex("0000000000000001000001941f297c00"));
  REQUIRE(meta.has_value());
  CHECK(meta->length == 1);
  CHECK(meta->expire_at_ms == kTtl);

  meta = ParseCountMeta(Unhex("0000000000000007"));
  REQUIRE(meta.has_value());
  CHECK(meta->length == 7);
  CHECK_FALSE(meta->current_size);

  CHECK(ParseCountMeta(Words({1, -1}))->expire_at_ms == kMaxExpiryMs);
  CHECK_FALSE(ParseCountMeta(Words({-1, 0})).has_value());
  CHECK_FALSE(ParseCountMeta(Words({std::numeric_limits<int64_t>::min()})).has_value());
  for (const size_t size : {0U, 7U, 9U, 15U, 17U, 24U}) {
    CHECK_FALSE(ParseCountMeta(std::string(size, '\0')).has_value());
  }
}

TEST_CASE("V4c: count delta, V7c: list delta, V6: zset member value") {
  CHECK(ParseCountDelta(Unhex("ffffffffffffffff")) == -1);
  CHECK_FALSE(ParseCountDelta("").has_value());
  CHECK_FALSE(ParseCountDelta(std::string(16, '\0')).has_value());

  const std::optional<ListDelta> delta = ParseListDelta(Unhex("ffffffffffffffff0000000000000001"));
  REQUIRE(delta.has_value());
  CHECK(delta->head == -1);
  CHECK(delta->length == 1);
  CHECK_FALSE(ParseListDelta(std::string(8, '\0')).has_value());
  CHECK_FALSE(ParseListDelta(std::string(24, '\0')).has_value());

  CHECK(ParseZSetMemberValue(Unhex("bff8000000000000")) == 0xbff8000000000000);
  CHECK(ParseZSetMemberValue(Unhex("8000000000000000")) == 0x8000000000000000);
  CHECK_FALSE(ParseZSetMemberValue("").has_value());
  CHECK_FALSE(ParseZSetMemberValue(std::string(9, '\0')).has_value());
}

TEST_CASE("V7: list meta") {
  std::optional<ListMeta> meta =
      ParseListMeta(Unhex("ffffffffffffffff000000000000000200000000000000030000000000000000"));
  REQUIRE(meta.has_value());
  CHECK(meta->head == -1);
  CHECK(meta->tail == 2);
  CHECK(meta->length == 3);
  CHECK(meta->current_size);
  CHECK(meta->expire_at_ms == 0);
  CHECK(meta->invariant_holds);

  meta = ParseListMeta(Words({5, 9, 3}));
  REQUIRE(meta.has_value());
  CHECK_FALSE(meta->current_size);
  CHECK_FALSE(meta->invariant_holds);
  CHECK(meta->head == 5);
  CHECK(meta->length == 3);
}

TEST_CASE("list metas that are malformed") {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  CHECK_FALSE(ParseListMeta(Words({0, 0, -1})).has_value());
  CHECK_FALSE(ParseListMeta(Words({kMax, 0, 1})).has_value());
  CHECK_FALSE(ParseListMeta(Words({1, kMin, kMax, 0})).has_value());
  CHECK(ParseListMeta(Words({kMin, -1, kMax}))->invariant_holds);
  CHECK(ParseListMeta(Words({0, 0, 0, -1}))->expire_at_ms == kMaxExpiryMs);
  for (const size_t size : {0U, 16U, 23U, 25U, 31U, 33U, 48U}) {
    CHECK_FALSE(ParseListMeta(std::string(size, '\0')).has_value());
  }
}

TEST_CASE("V8: stream meta of 48 bytes, and the two older sizes") {
  const std::string whole = Unhex(
      "00000000000000020000018f2a33f80100000000000000000000000000000000"
      "00000000000000000000000000000000");
  std::optional<StreamMeta> meta = ParseStreamMeta(whole);
  REQUIRE(meta.has_value());
  CHECK(meta->length == 2);
  CHECK(meta->last_ms == 1714400000001);
  CHECK(meta->last_seq == 0);
  CHECK(meta->current_size);
  CHECK(meta->expire_at_ms == 0);
  CHECK(meta->trimmed_ms == 0);
  CHECK(meta->trimmed_seq == 0);

  meta = ParseStreamMeta(Words({1, 2, 3, 4, 5, 6}));
  REQUIRE(meta.has_value());
  CHECK(meta->expire_at_ms == 4);
  CHECK(meta->trimmed_ms == 5);
  CHECK(meta->trimmed_seq == 6);

  meta = ParseStreamMeta(Words({1, 2, 3, -1}));
  REQUIRE(meta.has_value());
  CHECK(meta->current_size);
  CHECK(meta->expire_at_ms == kMaxExpiryMs);
  CHECK(meta->trimmed_ms == 0);

  meta = ParseStreamMeta(Words({1, -1, -2}));
  REQUIRE(meta.has_value());
  CHECK_FALSE(meta->current_size);
  CHECK(meta->last_ms == UINT64_MAX);
  CHECK(meta->last_seq == UINT64_MAX - 1);

  CHECK_FALSE(ParseStreamMeta(Words({-1, 0, 0})).has_value());
  for (const size_t size : {0U, 8U, 16U, 23U, 40U, 47U, 49U, 56U}) {
    CHECK_FALSE(ParseStreamMeta(std::string(size, '\0')).has_value());
  }
}

}  // namespace
}  // namespace snaptree::redis

// Redis keys, envelopes, metas, deltas and score text on arbitrary bytes. Beyond not crashing: a
// key that parses is exactly the bytes of its parts, expiries are clamped, payloads lie inside
// their value, finite scores read back.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "adapters/redis/redis_keys.h"
#include "adapters/redis/redis_score.h"
#include "adapters/redis/redis_values.h"
#include "base/coding.h"

namespace {

using namespace snaptree;
using namespace snaptree::redis;

void Require(bool holds) {
  if (!holds) std::abort();
}

std::string LengthAndKey(Slice user_key) {
  std::string out;
  AppendBe32(&out, static_cast<uint32_t>(user_key.size()));
  out += user_key;
  return out;
}

std::string DeltaTail(const MetaKey& key) {
  std::string out = "d|" + LengthAndKey(key.user_key);
  AppendBe64(&out, key.delta_commit_ts);
  AppendBe32(&out, key.delta_seq);
  return out;
}

void CheckMetaKey(Slice tail, Slice prefix) {
  const std::string logical = std::string(prefix).append(tail);
  MetaKey key;
  if (!ParseMetaKey(logical, prefix, &key)) return;
  const bool base = key.kind == MetaKind::kBase;
  Require((base ? LengthAndKey(key.user_key) : DeltaTail(key)) == tail);
}

void CheckListMeta(Slice tail, uint64_t value_size) {
  const std::string logical = std::string(kListMetaPrefix).append(tail);
  MetaKey key;
  const ListMetaClass found = ClassifyListMeta(logical, value_size, &key);
  if (found == ListMetaClass::kMalformedKey) return;
  Require((found == ListMetaClass::kBase ? std::string(key.user_key) : DeltaTail(key)) == tail);
}

void CheckElementKey(Slice tail) {
  const std::string logical = std::string(kHashFieldPrefix).append(tail);
  ElementKey key;
  if (!ParseElementKey(logical, kHashFieldPrefix, &key)) return;
  Require(LengthAndKey(key.user_key).append(key.sub) == tail);
}

void CheckListKeys(Slice tail) {
  Slice user_key;
  int64_t seq = 0;
  const std::string item = std::string(kListItemPrefix).append(tail);
  if (ParseListItemKey(item, &user_key, &seq)) {
    std::string again(user_key);
    AppendBe64(&again, SortI64(seq));
    Require(again == tail);
  }
  const std::string claim = std::string(kListClaimPrefix).append(tail);
  if (ParseListClaimKey(claim, &user_key, &seq)) {
    std::string again = LengthAndKey(user_key);
    AppendBe64(&again, SortI64(seq));
    Require(again == tail);
  }
}

void CheckOtherKeys(Slice tail) {
  Slice user_key;
  Slice member;
  double score = 0;
  const std::string scored = std::string(kZSetScorePrefix).append(tail);
  if (ParseScoreKey(scored, &user_key, &score, &member)) {
    Require(12 + user_key.size() + member.size() == tail.size());
  }
  uint64_t ms = 0;
  uint64_t seq = 0;
  const std::string entry = std::string(kStreamEntryPrefix).append(tail);
  if (ParseStreamEntryKey(entry, &user_key, &ms, &seq)) {
    std::string again = LengthAndKey(user_key);
    AppendBe64(&again, ms);
    AppendBe64(&again, seq);
    Require(again == tail);
  }
}

void CheckEnvelope(const Result<InlineValue>& value, Slice bytes) {
  if (!value.ok()) return;
  Require(value->payload_offset <= bytes.size());
  Require(value->expire_at_ms <= kMaxExpiryMs);
  Require(value->enveloped == (value->payload_offset != 0));
  Require(!value->has_expiry || value->enveloped);
}

void CheckValues(Slice bytes) {
  CheckEnvelope(ParseStringEnvelope(bytes, bytes.size()), bytes);
  CheckEnvelope(ParseHllEnvelope(bytes, bytes.size()), bytes);
  if (const auto meta = ParseCountMeta(bytes)) {
    Require(meta->length >= 0 && meta->expire_at_ms <= kMaxExpiryMs);
  }
  if (const auto meta = ParseListMeta(bytes)) {
    int64_t end = 0;
    Require(meta->length >= 0 && !__builtin_add_overflow(meta->head, meta->length, &end));
    Require(meta->invariant_holds == (end == meta->tail));
  }
  if (const auto meta = ParseStreamMeta(bytes)) Require(meta->length <= kMaxExpiryMs);
  if (const auto ttl = ParseTtl(bytes)) Require(*ttl <= kMaxExpiryMs);
  Require(ParseCountDelta(bytes).has_value() == (bytes.size() == 8));
  Require(ParseListDelta(bytes).has_value() == (bytes.size() == 16));
}

void CheckScore(uint64_t bits) {
  std::string text;
  AppendScore(&text, bits);
  Require(!text.empty());
  Require(IsNan(UnsortF64(SortF64(bits))) == IsNan(bits));
  const double score = LoadLe<double>(reinterpret_cast<const char*>(&bits));
  if (!std::isfinite(score)) return Require(text.front() == '"' && text.back() == '"');
  const double again = std::strtod(text.c_str(), nullptr);
  Require(LoadLe64(reinterpret_cast<const char*>(&again)) == bits);
  const uint64_t expected = bits == kTopBit ? 0 : bits;  // -0 is sorted as +0
  Require(UnsortF64(SortF64(bits)) == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Slice bytes(reinterpret_cast<const char*>(data), size);
  for (const Slice prefix : {kHashMetaPrefix, kSetMetaPrefix, kZSetMetaPrefix, kStreamMetaPrefix}) {
    CheckMetaKey(bytes, prefix);
  }
  for (const uint64_t value_size : {16U, 24U, 32U, 5U}) CheckListMeta(bytes, value_size);
  CheckElementKey(bytes);
  CheckListKeys(bytes);
  CheckOtherKeys(bytes);
  CheckValues(bytes);
  if (size >= 8) CheckScore(LoadBe64(bytes.data()));
  return 0;
}

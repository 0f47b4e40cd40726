#include "adapters/redis/redis_values.h"

#include <algorithm>
#include <string>

#include "base/coding.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

constexpr char kEnvelopeMark = '\xff';
constexpr char kStringVersion = 1;
constexpr char kHllVersion = 2;
constexpr uint64_t kHeaderSize = 3;  // mark, version, flags
constexpr uint8_t kFlagExpiry = 1;   // the other bits are ignored (spec 02 section 2.1)

uint64_t ClampExpiry(uint64_t ms) { return std::min(ms, kMaxExpiryMs); }

void MakeEnvelope(char version, uint64_t expire_at_ms, std::string* out) {
  const bool expires = expire_at_ms != 0;
  out->assign({kEnvelopeMark, version, static_cast<char>(expires ? kFlagExpiry : 0)});
  if (expires) AppendBe64(out, expire_at_ms);
}

int64_t Signed(const char* p) { return static_cast<int64_t>(LoadBe64(p)); }

Result<InlineValue> ParseEnvelope(Slice first, uint64_t full_size, char version, Slice code) {
  InlineValue value;
  if (first.size() < 2 || first[0] != kEnvelopeMark || first[1] != version) return value;
  const auto cut = [&](uint64_t wanted) {
    return DataError(code, "the envelope of the value is cut")
        .Expected("at least " + std::to_string(wanted) + " bytes")
        .Found(std::to_string(full_size) + ": " + Hex(first.substr(0, kEnvelopeBytes)));
  };
  if (full_size < kHeaderSize || first.size() < kHeaderSize) return cut(kHeaderSize);
  value.enveloped = true;
  value.payload_offset = kHeaderSize;
  if ((static_cast<uint8_t>(first[2]) & kFlagExpiry) != 0) {
    if (full_size < kEnvelopeBytes || first.size() < kEnvelopeBytes) return cut(kEnvelopeBytes);
    value.has_expiry = true;
    value.expire_at_ms = ClampExpiry(LoadBe64(first.data() + kHeaderSize));
    value.payload_offset = kEnvelopeBytes;
  }
  return value;
}

}  // namespace

Result<InlineValue> ParseStringEnvelope(Slice first_bytes, uint64_t full_size) {
  return ParseEnvelope(first_bytes, full_size, kStringVersion, "RedisInvalidStringValue");
}

Result<InlineValue> ParseHllEnvelope(Slice first_bytes, uint64_t full_size) {
  return ParseEnvelope(first_bytes, full_size, kHllVersion, "RedisInvalidHLLValue");
}

std::optional<CountMeta> ParseCountMeta(Slice value) {
  if (value.size() != 8 && value.size() != 16) return std::nullopt;
  CountMeta meta;
  meta.length = Signed(value.data());
  if (meta.length < 0) return std::nullopt;
  if (value.size() == 16) {
    meta.current_size = true;
    meta.expire_at_ms = ClampExpiry(LoadBe64(value.data() + 8));
  }
  return meta;
}

std::optional<ListMeta> ParseListMeta(Slice value) {
  if (value.size() != 24 && value.size() != 32) return std::nullopt;
  ListMeta meta;
  meta.head = Signed(value.data());
  meta.tail = Signed(value.data() + 8);
  meta.length = Signed(value.data() + 16);
  int64_t end = 0;
  if (meta.length < 0 || __builtin_add_overflow(meta.head, meta.length, &end)) return std::nullopt;
  meta.invariant_holds = meta.tail == end;
  if (value.size() == 32) {
    meta.current_size = true;
    meta.expire_at_ms = ClampExpiry(LoadBe64(value.data() + 24));
  }
  return meta;
}

std::optional<StreamMeta> ParseStreamMeta(Slice value) {
  if (value.size() != 24 && value.size() != 32 && value.size() != 48) return std::nullopt;
  StreamMeta meta;
  meta.length = LoadBe64(value.data());
  if (static_cast<int64_t>(meta.length) < 0) return std::nullopt;
  meta.last_ms = LoadBe64(value.data() + 8);
  meta.last_seq = LoadBe64(value.data() + 16);
  if (value.size() >= 32) {
    meta.current_size = true;
    meta.expire_at_ms = ClampExpiry(LoadBe64(value.data() + 24));
  }
  if (value.size() == 48) {
    meta.trimmed_ms = LoadBe64(value.data() + 32);
    meta.trimmed_seq = LoadBe64(value.data() + 40);
  }
  return meta;
}

std::optional<int64_t> ParseCountDelta(Slice value) {
  if (value.size() != 8) return std::nullopt;
  return Signed(value.data());
}

std::optional<ListDelta> ParseListDelta(Slice value) {
  if (value.size() != 16) return std::nullopt;
  return ListDelta{Signed(value.data()), Signed(value.data() + 8)};
}

std::optional<uint64_t> ParseTtl(Slice value) {
  if (value.size() != 8) return std::nullopt;
  return ClampExpiry(LoadBe64(value.data()));
}

std::optional<uint64_t> ParseZSetMemberValue(Slice value) {
  if (value.size() != 8) return std::nullopt;
  return LoadBe64(value.data());
}

void MakeStringEnvelope(uint64_t expire_at_ms, std::string* out) {
  MakeEnvelope(kStringVersion, expire_at_ms, out);
}

void MakeHllEnvelope(uint64_t expire_at_ms, std::string* out) {
  MakeEnvelope(kHllVersion, expire_at_ms, out);
}

void MakeCountMeta(uint64_t length, uint64_t expire_at_ms, std::string* out) {
  out->clear();
  AppendBe64(out, length);
  AppendBe64(out, expire_at_ms);
}

void MakeListMeta(uint64_t length, uint64_t expire_at_ms, std::string* out) {
  out->clear();
  AppendBe64(out, 0);
  AppendBe64(out, length);
  AppendBe64(out, length);
  AppendBe64(out, expire_at_ms);
}

void MakeStreamMeta(const StreamMeta& meta, std::string* out) {
  out->clear();
  AppendBe64(out, meta.length);
  AppendBe64(out, meta.last_ms);
  AppendBe64(out, meta.last_seq);
  AppendBe64(out, meta.expire_at_ms);
  AppendBe64(out, meta.trimmed_ms);
  AppendBe64(out, meta.trimmed_seq);
}

void MakeTtl(uint64_t expire_at_ms, std::string* out) {
  out->clear();
  AppendBe64(out, expire_at_ms);
}

}  // namespace snaptree::redis

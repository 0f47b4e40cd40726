// Value codecs of the Redis families: envelopes, metas, deltas and TTL rows (spec 02
// sections 2.1, 2.2, 2.4 to 2.6).
//
// A value here is the plaintext body without the 9-byte value header. Integers are big-endian,
// times are Unix milliseconds. An expiry above 2^63-1 is clamped to 2^63-1 by every parser.
// Stateless: safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree::redis {

inline constexpr uint64_t kMaxExpiryMs = UINT64_MAX >> 1;

// A string or HLL value without its payload, which may be too large to be in memory.
struct InlineValue {
  bool enveloped = false;   // false: legacy form, the TTL row decides the expiry
  bool has_expiry = false;  // only when enveloped
  // Meaningful with has_expiry. 0 is not "none" but "expired at the epoch" (section 4.4): the tree
  // writes 1 for it.
  uint64_t expire_at_ms = 0;
  uint64_t payload_offset = 0;  // the payload is everything from here to the end of the value
};

// How many bytes from the front of a value the two functions below want to see.
inline constexpr size_t kEnvelopeBytes = 11;

// REQUIRES: `first_bytes` is the value's first min(full_size, kEnvelopeBytes) bytes or more.
// "RedisInvalidStringValue" and "RedisInvalidHLLValue" when the envelope is cut (section 6 item 2).
// Not for bare rows, which are never unwrapped.
Result<InlineValue> ParseStringEnvelope(Slice first_bytes, uint64_t full_size);
Result<InlineValue> ParseHllEnvelope(Slice first_bytes, uint64_t full_size);

// Meta of a hash, set or zset. `current_size` here and below: the meta has a form with an expiry,
// so the TTL row is ignored and expire_at_ms decides, where 0 is "none" (section 3.1).
struct CountMeta {
  int64_t length = 0;  // >= 0
  bool current_size = false;
  uint64_t expire_at_ms = 0;
};

struct ListMeta {
  int64_t head = 0;  // sequence number of the leftmost item; may be negative
  int64_t tail = 0;
  int64_t length = 0;  // >= 0, and head + length does not overflow
  bool current_size = false;
  uint64_t expire_at_ms = 0;
  bool invariant_holds = false;  // tail == head + length; head and length count (section 2.5)
};

struct StreamMeta {
  uint64_t length = 0;  // below 2^63
  uint64_t last_ms = 0;
  uint64_t last_seq = 0;
  bool current_size = false;
  uint64_t expire_at_ms = 0;
  uint64_t trimmed_ms = 0;  // entries with an ID <= trimmed are invisible; 0-0: none was trimmed
  uint64_t trimmed_seq = 0;
};

struct ListDelta {
  int64_t head = 0;    // to be added to the meta's head
  int64_t length = 0;  // to be added to the meta's length
};

// nullopt: malformed (section 6 items 1, 4 and 5).
std::optional<CountMeta> ParseCountMeta(Slice value);       // 8 or 16 bytes
std::optional<ListMeta> ParseListMeta(Slice value);         // 24 or 32 bytes
std::optional<StreamMeta> ParseStreamMeta(Slice value);     // 24, 32 or 48 bytes
std::optional<int64_t> ParseCountDelta(Slice value);        // 8 bytes
std::optional<ListDelta> ParseListDelta(Slice value);       // 16 bytes
std::optional<uint64_t> ParseTtl(Slice value);              // 8 bytes; 0 as in InlineValue
std::optional<uint64_t> ParseZSetMemberValue(Slice value);  // 8 bytes: the score's IEEE-754 bits

// The other direction, in the sizes of today (chapter 7). *out is replaced. expire_at_ms 0: none.
// What stands before the payload.
void MakeStringEnvelope(uint64_t expire_at_ms, std::string* out);
void MakeHllEnvelope(uint64_t expire_at_ms, std::string* out);
void MakeCountMeta(uint64_t length, uint64_t expire_at_ms, std::string* out);
void MakeListMeta(uint64_t length, uint64_t expire_at_ms, std::string* out);  // head 0
void MakeStreamMeta(const StreamMeta& meta, std::string* out);
void MakeTtl(uint64_t expire_at_ms, std::string* out);

}  // namespace snaptree::redis

// Key codecs of the Redis families: spec 02 sections 1.1 and 3.4.
//
// A key here is *logical*: the 8-byte MVCC suffix is removed. K is the user key, L(K) its u32
// length; integers are big-endian. Every parser gives views into its input and says false when the
// key is malformed, which is `RedisMalformedKey` (section 6 item 6); it then leaves the output
// alone. Stateless: safe from any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/slice.h"

namespace snaptree::redis {

// Families whose key is prefix || K.
inline constexpr Slice kStringPrefix = "!redis|str|";
inline constexpr Slice kHllPrefix = "!redis|hll|";
inline constexpr Slice kTtlPrefix = "!redis|ttl|";
inline constexpr Slice kHashBlobPrefix = "!redis|hash|";
inline constexpr Slice kSetBlobPrefix = "!redis|set|";
inline constexpr Slice kZSetBlobPrefix = "!redis|zset|";
inline constexpr Slice kStreamBlobPrefix = "!redis|stream|";
inline constexpr Slice kFenceHashPrefix = "!redis|txn-wide-hash|";
inline constexpr Slice kFenceListPrefix = "!redis|txn-wide-list|";
inline constexpr Slice kFenceSetPrefix = "!redis|txn-wide-set|";
inline constexpr Slice kFenceZSetPrefix = "!redis|txn-wide-zset|";

// Families with a length field, and the lists, which have none in metas and items.
inline constexpr Slice kHashMetaPrefix = "!hs|meta|";
inline constexpr Slice kHashFieldPrefix = "!hs|fld|";
inline constexpr Slice kSetMetaPrefix = "!st|meta|";
inline constexpr Slice kSetMemberPrefix = "!st|mem|";
inline constexpr Slice kZSetMetaPrefix = "!zs|meta|";
inline constexpr Slice kZSetMemberPrefix = "!zs|mem|";
inline constexpr Slice kZSetScorePrefix = "!zs|scr|";
inline constexpr Slice kListMetaPrefix = "!lst|meta|";
inline constexpr Slice kListItemPrefix = "!lst|itm|";
inline constexpr Slice kListClaimPrefix = "!lst|claim|";
inline constexpr Slice kStreamMetaPrefix = "!stream|meta|";
inline constexpr Slice kStreamEntryPrefix = "!stream|entry|";

// prefix L(K) K sub: hash field, set member, zset member, and any other key of that shape.
struct ElementKey {
  Slice user_key;
  Slice sub;  // everything after K; may be empty
};
bool ParseElementKey(Slice logical, Slice prefix, ElementKey* out);

enum class MetaKind : uint8_t { kBase, kDelta };

struct MetaKey {
  MetaKind kind = MetaKind::kBase;
  Slice user_key;
  uint64_t delta_commit_ts = 0;  // HLC; only of a delta, as is the next
  uint32_t delta_seq = 0;        // position in its transaction
};
// Base: prefix L(K) K. Delta: prefix "d|" L(K) K u64 u32. `prefix` is kHashMetaPrefix,
// kSetMetaPrefix, kZSetMetaPrefix or kStreamMetaPrefix; streams have no deltas, so "d|" there is
// malformed. Not for lists.
bool ParseMetaKey(Slice logical, Slice prefix, MetaKey* out);

enum class ListMetaClass : uint8_t {
  kBase,          // out: the user key. The value may still be malformed: ParseListMeta tells.
  kDelta,         // out: the whole delta key; the value has its 16 bytes
  kMalformedKey,  // out: untouched. `RedisMalformedKey`
  kInvalidValue,  // out: the delta key; the value's size fits neither meta nor delta.
                  // `RedisInvalidListMeta`
};
// "!lst|meta|" K, where K may itself begin with "d|": the size of the value tells such a meta from
// a delta (section 3.4).
ListMetaClass ClassifyListMeta(Slice logical, uint64_t value_size, MetaKey* out);

// "!lst|itm|" K sortI64(seq): the sequence number is the last 8 bytes, whatever K looks like
// (section 6 item 15).
bool ParseListItemKey(Slice logical, Slice* user_key, int64_t* seq);

// "!lst|claim|" L(K) K sortI64(seq), nothing after it.
bool ParseListClaimKey(Slice logical, Slice* user_key, int64_t* seq);

// "!zs|scr|" L(K) K sortF64(score) member. The score has the bits that were stored, NaN payloads
// too; no node writes -0 there.
bool ParseScoreKey(Slice logical, Slice* user_key, double* score, Slice* member);

// "!stream|entry|" L(K) K u64 ms u64 seq, nothing after it.
bool ParseStreamEntryKey(Slice logical, Slice* user_key, uint64_t* ms, uint64_t* seq);

// The other direction. *out is replaced.
// prefix K: strings, HLLs, TTL rows, list metas; with a suffix behind it, list items.
void MakeUserKey(Slice prefix, Slice user_key, std::string* out);
// prefix L(K) K: metas, and what stands before every element.
void MakeElementKey(Slice prefix, Slice user_key, std::string* out);

// Sortable encodings (section 1.1) as numbers: written big-endian they sort as bytes in the order
// of their values.
constexpr uint64_t kTopBit = uint64_t{1} << 63;

constexpr uint64_t SortI64(int64_t v) { return static_cast<uint64_t>(v) ^ kTopBit; }
constexpr int64_t UnsortI64(uint64_t sortable) { return static_cast<int64_t>(sortable ^ kTopBit); }

// From and to the IEEE-754 bits of a score; -0 becomes +0.
constexpr uint64_t SortF64(uint64_t bits) {
  if (bits == kTopBit) bits = 0;
  return (bits & kTopBit) == 0 ? bits ^ kTopBit : ~bits;
}
constexpr uint64_t UnsortF64(uint64_t sortable) {
  return (sortable & kTopBit) != 0 ? sortable ^ kTopBit : ~sortable;
}

}  // namespace snaptree::redis

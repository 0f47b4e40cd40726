// Whole collections in one value: legacy hash, set, zset and stream blobs and HLL payloads (spec 02
// sections 2.2, 2.3).
//
// A blob is told by its first byte: none = empty collection, 00 = magic and protobuf, 7b = JSON of
// an older store (section 2.9, redis_json_values.h), anything else is malformed. The key's prefix
// chooses the layout.
//
// Elements come in stored order with duplicates, of which the caller keeps the last. A blob is
// checked whole before the first element is given: when a Visit function says "RedisInvalidBlob",
// it has called no visitor. A visitor's own error ends the visit and is returned as it is. Views
// live until the visitor returns. Stateless: safe from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/slice.h"
#include "base/status.h"

namespace snaptree::redis {

// What a blob was, beyond its elements. Set when the visit succeeds.
struct BlobInfo {
  uint64_t elements = 0;  // given to the visitor, duplicates included
  bool was_json = false;  // count `redis_json_value`
  // JSON only: U+FFFD in a string, count `redis_json_replacement_char`.
  bool has_replacement_char = false;
  // Protobuf only: a string that is not UTF-8, which no healthy node writes.
  bool not_utf8 = false;
};

using HashVisitor = std::function<Status(Slice field, Slice value)>;
using SetVisitor = std::function<Status(Slice member)>;
using ZSetVisitor = std::function<Status(Slice member, uint64_t score_bits)>;  // IEEE-754 bits
// fields = name1, value1, name2, ...; an odd number is not checked here, nor is the form of the ID:
// the entry is then `RedisInvalidStreamEntry` (see redis_stream_entry.h).
using StreamVisitor = std::function<Status(Slice id, const std::vector<Slice>& fields)>;

// REQUIRES: info is not null.
Status VisitHashBlob(Slice blob, const HashVisitor& visitor, BlobInfo* info);
Status VisitSetBlob(Slice blob, const SetVisitor& visitor, BlobInfo* info);
Status VisitZSetBlob(Slice blob, const ZSetVisitor& visitor, BlobInfo* info);
Status VisitStreamBlob(Slice blob, const StreamVisitor& visitor, BlobInfo* info);

inline constexpr Slice kHashMagic{"\x00RH\x01", 4};
inline constexpr Slice kSetMagic{"\x00RS\x01", 4};  // HLL payloads too
inline constexpr Slice kZSetMagic{"\x00RZ\x01", 4};
inline constexpr Slice kStreamMagic{"\x00RX\x01", 4};

enum class HllPayload : uint8_t {
  kMagic,         // set blob: the file's bytes as they are
  kEmpty,         // no byte: empty set
  kJson,          // looks like JSON: ConvertJsonHll
  kUnrecognized,  // bytes as they are, warn `redis_hll_payload_unrecognized`
};
// `first_bytes` = the payload's first 4 bytes or all of them. `enveloped`: it stood in an ff 02
// envelope, where JSON was never written (section 2.9).
HllPayload ClassifyHllPayload(Slice first_bytes, bool enveloped);

// 00 52 53 01 and the members sorted by bytes, without duplicates (section 2.9 item 1). No member
// gives the magic alone.
std::string CanonicalHllPayload(std::vector<std::string> members);

// The canonical payload of a kJson payload. "RedisInvalidBlob" when it is not such JSON after all:
// the payload is then kUnrecognized (section 2.9 item 4). REQUIRES: all pointers are not null.
Status ConvertJsonHll(Slice json, std::string* payload, BlobInfo* info, bool* has_duplicate);

}  // namespace snaptree::redis

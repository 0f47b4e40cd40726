// Logical rows of the Redis families: keys and values as spec 02 chapters 1 and 2 describe them,
// written down once more, apart from adapters/redis, so that a mistake there is seen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/slice.h"

namespace snaptree::test {

using Pairs = std::vector<std::pair<std::string, std::string>>;
using Scores = std::vector<std::pair<std::string, uint64_t>>;  // member, IEEE-754 bits
using Strings = std::vector<std::string>;

std::string U64(uint64_t v);
std::string I64(int64_t v);
std::string SortableI64(int64_t v);
uint64_t Bits(double score);

// Keys.
std::string StrKey(Slice key);
std::string HllKey(Slice key);
std::string TtlKey(Slice key);
std::string HashBlobKey(Slice key);
std::string SetBlobKey(Slice key);
std::string ZSetBlobKey(Slice key);
std::string StreamBlobKey(Slice key);
std::string FenceKey(Slice type, Slice key);  // type: "hash", "list", "set", "zset"

// family: "hs", "st", "zs", and "stream" for metas.
std::string MetaKeyOf(Slice family, Slice key);
std::string DeltaKeyOf(Slice family, Slice key, uint64_t commit_ts, uint32_t seq = 0);
std::string FieldKey(Slice key, Slice field);
std::string SetMemberKey(Slice key, Slice member);
std::string ZSetMemberKey(Slice key, Slice member);
std::string ScoreKey(Slice key, Slice sortable_score, Slice member);
std::string ListMetaKey(Slice key);
std::string ListDeltaKey(Slice key, uint64_t commit_ts, uint32_t seq = 0);
std::string ItemKey(Slice key, int64_t seq);
std::string ClaimKey(Slice key, int64_t seq);
std::string EntryKey(Slice key, uint64_t ms, uint64_t seq);

// Values. An expiry is Unix ms; nullopt in an envelope: none.
std::string StringValue(Slice value, std::optional<uint64_t> expire_at_ms = std::nullopt);
std::string HllValue(Slice payload, std::optional<uint64_t> expire_at_ms = std::nullopt);
std::string CountMetaValue(int64_t length, uint64_t expire_at_ms = 0);               // 16 bytes
std::string OldCountMetaValue(int64_t length);                                       // 8 bytes
std::string ListMetaValue(int64_t head, int64_t length, uint64_t expire_at_ms = 0);  // 32 bytes
std::string OldListMetaValue(int64_t head, int64_t length);                          // 24 bytes
std::string ListDeltaValue(int64_t head, int64_t length);

struct StreamMetaFields {
  uint64_t length = 0;
  uint64_t last_ms = 0;
  uint64_t last_seq = 0;
  uint64_t expire_at_ms = 0;
  uint64_t trimmed_ms = 0;
  uint64_t trimmed_seq = 0;
};
std::string StreamMetaValue(const StreamMetaFields& meta, size_t size = 48);  // or 32, 24

std::string EntryValue(Slice id, const Strings& names_and_values);
std::string HashBlob(const Pairs& fields);
std::string SetBlob(const Strings& members);
std::string ZSetBlob(const Scores& members);
std::string StreamBlob(const std::vector<std::pair<std::string, Strings>>& entries);

}  // namespace snaptree::test

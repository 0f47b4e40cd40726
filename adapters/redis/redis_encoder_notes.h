// What the encoders of redis/ say and do alike.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/redis/redis_tree_folders.h"

namespace snaptree::redis {

// Live commands refuse larger collections (spec 02 section 1.1).
inline constexpr uint64_t kLiveMaxElements = 100000;

// The TTL row of a key that expires, unless another file of the key puts it. `key` and `value` are
// scratch.
Status PutTtlRow(RowWriter& rows, const KeyFile& file, uint64_t expire_at_ms, std::string* key,
                 std::string* value);

void WarnOverLiveLimit(const EncodeContext& context, Slice path);
// These also say that the file will come out differently, in a way that a comparison of JSON values
// sees.
Status WarnClamped(const EncodeContext& context, Slice path);
Status WarnUnknownMembers(const EncodeContext& context, Slice path, uint64_t count);
Status NoteRespelled(const EncodeContext& context, Slice path);

}  // namespace snaptree::redis

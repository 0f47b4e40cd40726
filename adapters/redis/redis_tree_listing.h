// Walks redis/ of a tree and tells what belongs there and what does not (spec 02 chapter 7, spec 07
// section 8.3).
#pragma once

#include "adapters/common/encode_context.h"
#include "adapters/redis/redis_key_index.h"

namespace snaptree::redis {

// Adds every key's file to the index.
Status ListRedisTree(const EncodeContext& context, KeyIndex* index);

}  // namespace snaptree::redis

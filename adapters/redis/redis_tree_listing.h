// Walks redis/ of a tree and tells what belongs there and what does not (spec 02 chapter 7, spec 07
// section 8.3).
#pragma once

#include "adapters/common/encode_context.h"
#include "adapters/redis/redis_key_index.h"
#include "adapters/redis/redis_line_files.h"

namespace snaptree::redis {

// Adds every key's file to the index, and the files of lines to theirs.
Status ListRedisTree(const EncodeContext& context, KeyIndex* index, LineFiles* line_files);

}  // namespace snaptree::redis

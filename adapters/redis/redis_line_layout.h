// What stands in a line (spec 08), as the reader of JSON wants to know it. Private to
// redis_line_encoder.cc.
#pragma once

#include <cstddef>
#include <cstdint>

#include "adapters/redis/redis_elements_json.h"
#include "adapters/redis/redis_tree_folders.h"

namespace snaptree::redis {

// Members of lines that are neither elements nor arrays of them, by their index in the layout.
// Those from kPart on are of collections and streams, from kLength on of streams; strings and HLLs
// have kValue.
enum LineScalar : size_t { kKey, kExpireAtMs, kPart, kLast, kLength, kLastMs, kLastSeq, kId };
inline constexpr size_t kValue = 2;

inline constexpr Slice kRecordScalars[] = {"key",    "expire_at_ms", "part",     "last",
                                           "length", "last_ms",      "last_seq", "id"};

constexpr uint32_t Bit(size_t index) { return uint32_t{1} << index; }
inline constexpr uint32_t kMetaNumbers = Bit(kLength) | Bit(kLastMs) | Bit(kLastSeq);

ElementsLayout LayoutOfLine(TypeFolder folder);

}  // namespace snaptree::redis

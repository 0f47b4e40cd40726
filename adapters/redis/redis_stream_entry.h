// Values of stream entry rows and stream IDs (spec 02 section 2.7). Stateless: safe from any
// thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/slice.h"
#include "base/status.h"

namespace snaptree::redis {

inline constexpr Slice kStreamEntryMagic{"\x00RXE\x01", 5};

// 00 52 58 45 01 and protobuf {1: id, 2: repeated fields = name1, value1, name2, ...}. Gives views
// into `value`; `fields` is cleared first and may be reused from call to call. The ID is the one
// that the client typed: the key's is authoritative. Strings are not checked for UTF-8.
// "RedisInvalidStreamEntry" (section 6 item 8): no magic, no byte, bad protobuf, an odd number of
// fields. REQUIRES: both pointers are not null.
Status ParseStreamEntry(Slice value, std::vector<Slice>* fields, Slice* id);

// The protobuf alone, as it also stands in a legacy stream blob; any number of fields. False when
// malformed, with something in the outputs. REQUIRES: message.size() < 2^31.
bool ParseStreamEntryMessage(Slice message, std::vector<Slice>* fields, Slice* id);

// "<ms>-<seq>", each a decimal u64, leading zeros allowed. False when malformed.
bool ParseStreamId(Slice text, uint64_t* ms, uint64_t* seq);

}  // namespace snaptree::redis

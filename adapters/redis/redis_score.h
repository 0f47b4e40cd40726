// The text of a zset score in the tree (spec 02 section 4.2, NaN: section 6 item 3). Stateless.
#pragma once

#include <cstdint>
#include <string>

#include "base/slice.h"

namespace snaptree::redis {

// Scores are IEEE-754 bits, so that NaN payloads survive. True: count and warn
// `redis_zset_nan_score`.
constexpr bool IsNan(uint64_t bits) { return (bits & ~(uint64_t{1} << 63)) > 0x7ff0000000000000; }

// Appends a JSON value: the shortest number that reads back as the same bits, as Go's encoding/json
// writes it (-0, 0.1, 1e-7, 1e+21), or one of the quoted strings "+inf", "-inf", "nan"
// (7ff8000000000001) and "nan:0x<16 hex>".
void AppendScore(std::string* out, uint64_t bits);

// The other direction. A JSON number, correctly rounded; too small is a zero of its sign, too large
// is false. REQUIRES: a JSON number and a 0 behind it.
bool ParseScoreNumber(Slice text, uint64_t* bits);
// "+inf", "-inf", "nan", "nan:0x<16 hex>" with the bits of a NaN; false: none of these.
bool ParseScoreName(Slice text, uint64_t* bits);

}  // namespace snaptree::redis

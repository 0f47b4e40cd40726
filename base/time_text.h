// Hybrid logical timestamps (HLC, spec 01 section 7.2): bits 63-16 are Unix milliseconds, bits 15-0
// a counter. Everything is printed in UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/slice.h"

namespace snaptree {

inline uint64_t HlcMillis(uint64_t hlc) { return hlc >> 16; }
// The last timestamp of a millisecond: "everything up to the end of it".
inline uint64_t HlcAtEndOfMillis(uint64_t ms) { return (ms << 16) | 0xffff; }

// "2026-11-20 03:12:44.917 UTC"; for milliseconds beyond year 9999, "<ms> ms".
std::string UtcText(uint64_t unix_ms);
// "2026-11-20T03:12:44.917Z", fraction without trailing zeros. Years above 9999 have more digits;
// an HLC's milliseconds end in the year 10889.
std::string Rfc3339(uint64_t unix_ms);
// Now, with nanoseconds, trailing zeros of the fraction removed.
std::string Rfc3339Now();

// A time of RFC 3339 ("2026-11-20T03:12:44.917Z", with offset too; a blank for the T, and the date
// alone are accepted) as Unix milliseconds; nullopt when malformed.
std::optional<uint64_t> ParseRfc3339(Slice text);

}  // namespace snaptree

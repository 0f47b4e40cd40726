// Times as files of the tree have them: spec 04 section 7.2, vector V18.
#pragma once

#include <cstdint>
#include <optional>

#include "base/slice.h"

namespace snaptree::s3 {

// "2026-11-20T03:12:44.917Z" (RFC 3339 with `T`, `Z` or an offset, a year of 4 or 5 digits, up to 9
// digits of a fraction) as Unix milliseconds, cut; before 1970: 0. nullopt: something else, or
// beyond what an HLC can hold.
std::optional<uint64_t> ParseTreeTime(Slice text);

}  // namespace snaptree::s3

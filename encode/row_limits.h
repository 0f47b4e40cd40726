// What a live node loads (spec 07 section 8.2).
#pragma once

#include <cstdint>

#include "base/slice.h"
#include "base/status.h"

namespace snaptree {

// "EncodeKeyTooLarge", "EncodeValueTooLarge".
Status CheckRowLimits(Slice user_key, uint64_t body_bytes);

}  // namespace snaptree

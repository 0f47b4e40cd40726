// What a live node takes and AWS would not: numbers that are no decimals or too long, sets with
// duplicates (spec 03 section 6.3). Stateless.
#pragma once

#include <cstdint>

#include "base/slice.h"

namespace snaptree::dynamodb {

enum class NumberVerdict : uint8_t {
  kGood,
  kNotDecimal,
  kOutOfRange,  // over 38 digits, or outside +-1e-130 to 9.99e125
};
NumberVerdict CheckNumber(Slice text);

// Whether an element stands twice in a set's message; elements of a set of numbers are compared as
// numbers. REQUIRES: a well-formed message of field 1 only.
bool HasDuplicates(Slice set, bool numbers);

}  // namespace snaptree::dynamodb

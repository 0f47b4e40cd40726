// Texts of DynamoDB numbers: the form in ordered keys (spec 03 section 1.3) and the form in file
// names (section 4.3). Stateless.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/slice.h"

namespace snaptree::dynamodb {

// Without Unicode White_Space at both ends.
Slice TrimWhiteSpace(Slice text);

// A number text taken apart: value = sign D * 10^(exponent - fraction digits), where D is the
// integer digits followed by the fraction digits, as written.
struct NumberText {
  bool negative = false;
  Slice integer;
  Slice fraction;
  int64_t exponent = 0;
  // No blanks between `e` and the exponent, the only place inside a number where they may be.
  bool plain = true;
};
// nullopt: no number of section 1.3.
std::optional<NumberText> ParseNumber(Slice text);

// How long a number is and where it begins: value = 0.DIGITS * 10^exponent, where DIGITS neither
// begin nor end with 0.
struct NumberExtent {
  uint64_t leading_zeros = 0;  // of D, as written
  uint64_t digits = 0;         // 0: the number is zero
  int64_t exponent = 0;        // wraps around like the node's
};
NumberExtent ExtentOf(const NumberText& number);

// raw(N): equal numbers give equal bytes.
void AppendRawNumber(const NumberText& number, std::string* out);

// C(text) for file names: the reduced fraction of a number that ParseNumber() took from `text`.
// nullopt when numerator and denominator together are longer than kMaxNameDigits, so that no key
// costs more work than that.
inline constexpr size_t kMaxNameDigits = 10000;
std::optional<std::string> CanonicalNumber(Slice text, const NumberText& number);
// A decimal text of the number that has this canonical form; nullopt: it is none.
std::optional<std::string> TextOfCanonicalNumber(Slice canonical);

}  // namespace snaptree::dynamodb

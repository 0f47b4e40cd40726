#include "adapters/redis/redis_score.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <system_error>

#include "base/coding.h"
#include "base/text.h"

namespace snaptree::redis {
namespace {

constexpr uint64_t kNan = 0x7ff8000000000001;  // the one that ZADD writes
constexpr int kMinPlainExponent = -6;          // 1e-6 is still written without an exponent
constexpr int kMaxPlainExponent = 20;          // and so is 1e20

void AppendNan(std::string* out, uint64_t bits) {
  if (bits == kNan) {
    *out += "\"nan\"";
    return;
  }
  std::array<char, 8> be;
  for (size_t i = 0; i < be.size(); ++i) be[i] = static_cast<char>(bits >> (56 - 8 * i) & 0xff);
  *out += "\"nan:0x";
  AppendHex(out, {be.data(), be.size()});
  *out += '"';
}

// Shortest digits with the point after `point` of them; zeros fill what is missing on either side.
void AppendPlain(std::string* out, Slice digits, int point) {
  if (point <= 0) {
    *out += "0.";
    out->append(static_cast<size_t>(-point), '0');
    *out += digits;
    return;
  }
  const auto whole = static_cast<size_t>(point);
  *out += digits.substr(0, whole);
  if (whole >= digits.size()) {
    out->append(whole - digits.size(), '0');
  } else {
    *out += '.';
    *out += digits.substr(whole);
  }
}

}  // namespace

void AppendScore(std::string* out, uint64_t bits) {
  if (IsNan(bits)) return AppendNan(out, bits);
  const double score = std::bit_cast<double>(bits);
  if (std::isinf(score)) {
    *out += score > 0 ? "\"+inf\"" : "\"-inf\"";
    return;
  }

  // Digits come from the exponent form in both cases: std::to_chars in fixed form prints the exact
  // value of a large number (590295810358705651712) where Go prints the shortest digits and zeros
  // (590295810358705700000).
  std::array<char, 32> buffer;  // longest: -1.7976931348623157e+308
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), score,
                                 std::chars_format::scientific);
  Slice text(buffer.data(), static_cast<size_t>(end.ptr - buffer.data()));
  if (text.front() == '-') {
    *out += '-';
    text.remove_prefix(1);
  }
  const size_t e = text.find('e');
  Slice mantissa = text.substr(0, e);
  int exponent = 0;
  const bool negative = text[e + 1] == '-';
  Slice exponent_digits = text.substr(e + 2);
  std::from_chars(exponent_digits.data(), exponent_digits.data() + exponent_digits.size(),
                  exponent);
  if (negative) exponent = -exponent;

  if (exponent < kMinPlainExponent || exponent > kMaxPlainExponent) {
    // 1e-07 here is 1e-7 in Go; three-digit exponents have no leading zero.
    if (exponent_digits.front() == '0') exponent_digits.remove_prefix(1);
    *out += mantissa;
    *out += negative ? "e-" : "e+";
    *out += exponent_digits;
    return;
  }
  std::array<char, 17> digits;
  size_t count = 0;
  for (const char c : mantissa) {
    if (c != '.') digits[count++] = c;
  }
  AppendPlain(out, {digits.data(), count}, exponent + 1);
}

bool ParseScoreNumber(Slice text, uint64_t* bits) {
  double score = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), score);
  // from_chars says "out of range" for both; strtod tells them apart. No locale is ever set.
  if (result.ec == std::errc::result_out_of_range) score = std::strtod(text.data(), nullptr);
  if (std::isinf(score)) return false;
  *bits = std::bit_cast<uint64_t>(score);
  return true;
}

bool ParseScoreName(Slice text, uint64_t* bits) {
  constexpr Slice kNanBits = "nan:0x";
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (text == "+inf" || text == "-inf") {
    *bits = std::bit_cast<uint64_t>(text.front() == '+' ? kInfinity : -kInfinity);
    return true;
  }
  if (text == "nan") {
    *bits = kNan;
    return true;
  }
  if (!text.starts_with(kNanBits)) return false;
  const std::optional<std::string> bytes = ParseHex(text.substr(kNanBits.size()));
  if (!bytes || bytes->size() != sizeof *bits) return false;
  const uint64_t read = LoadBe64(bytes->data());
  if (!IsNan(read)) return false;
  *bits = read;
  return true;
}

}  // namespace snaptree::redis

#include "adapters/dynamodb/dynamodb_number.h"

#include <algorithm>
#include <charconv>

namespace snaptree::dynamodb {
namespace {

constexpr Slice kWideBlanks[] = {"\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80",
                                 "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84",
                                 "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88",
                                 "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9",
                                 "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};

bool IsAsciiBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsAscii(char c) { return static_cast<uint8_t>(c) < 0x80; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

Slice TrimLeft(Slice text) {
  for (;;) {
    if (!text.empty() && IsAsciiBlank(text.front())) {
      text.remove_prefix(1);
      continue;
    }
    if (text.empty() || IsAscii(text.front())) return text;
    const auto* blank = std::find_if(std::begin(kWideBlanks), std::end(kWideBlanks),
                                     [text](Slice b) { return text.starts_with(b); });
    if (blank == std::end(kWideBlanks)) return text;
    text.remove_prefix(blank->size());
  }
}

Slice TrimRight(Slice text) {
  for (;;) {
    if (!text.empty() && IsAsciiBlank(text.back())) {
      text.remove_suffix(1);
      continue;
    }
    if (text.empty() || IsAscii(text.back())) return text;
    const auto* blank = std::find_if(std::begin(kWideBlanks), std::end(kWideBlanks),
                                     [text](Slice b) { return text.ends_with(b); });
    if (blank == std::end(kWideBlanks)) return text;
    text.remove_suffix(blank->size());
  }
}

// Whether text has a sign, which goes.
bool TakeSign(Slice* text, bool* negative) {
  if (text->empty() || (text->front() != '+' && text->front() != '-')) return false;
  *negative = text->front() == '-';
  text->remove_prefix(1);
  return true;
}

Slice TakeDigits(Slice* text) {
  size_t n = 0;
  while (n < text->size() && IsDigit((*text)[n])) ++n;
  const Slice digits = text->substr(0, n);
  text->remove_prefix(n);
  return digits;
}

// A signed 64-bit integer and nothing else.
bool ParseExponent(Slice text, int64_t* out) {
  Slice digits = text;
  bool negative = false;
  TakeSign(&digits, &negative);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), IsDigit)) return false;
  if (text.front() == '+') text.remove_prefix(1);  // which from_chars does not take
  const char* end = text.data() + text.size();
  return std::from_chars(text.data(), end, *out).ec == std::errc();
}

size_t LeadingZeros(Slice digits) { return std::min(digits.find_first_not_of('0'), digits.size()); }

// |v| in as few bytes as it takes, big-endian, behind their number.
void AppendSized(uint64_t v, std::string* out) {
  size_t n = 1;
  while (n < 8 && v >> (8 * n) != 0) ++n;
  *out += static_cast<char>(n);
  while (n-- > 0) *out += static_cast<char>(v >> (8 * n) & 0xff);
}

void Invert(std::string* text, size_t from) {
  for (size_t i = from; i < text->size(); ++i) (*text)[i] = static_cast<char>(~(*text)[i]);
}

// X(e) of section 1.3.
void AppendMagnitude(int64_t e, std::string* out) {
  if (e == 0) {
    *out += '\x01';
  } else if (e > 0) {
    *out += '\x02';
    AppendSized(static_cast<uint64_t>(e), out);
  } else {
    *out += '\0';
    const size_t from = out->size();
    AppendSized(~static_cast<uint64_t>(e) + 1, out);
    Invert(out, from);
  }
}

}  // namespace

Slice TrimWhiteSpace(Slice text) { return TrimRight(TrimLeft(text)); }

std::optional<NumberText> ParseNumber(Slice text) {
  text = TrimWhiteSpace(text);
  NumberText number;
  TakeSign(&text, &number.negative);
  number.integer = TakeDigits(&text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    number.fraction = TakeDigits(&text);
  }
  if (number.integer.empty() && number.fraction.empty()) return std::nullopt;
  if (text.empty()) return number;
  if (text.front() != 'e' && text.front() != 'E') return std::nullopt;
  text.remove_prefix(1);
  const Slice exponent = TrimLeft(text);
  number.plain = exponent.size() == text.size();
  if (!ParseExponent(exponent, &number.exponent)) return std::nullopt;
  return number;
}

NumberExtent ExtentOf(const NumberText& number) {
  const Slice integer = number.integer;
  const Slice fraction = number.fraction;
  NumberExtent extent;
  extent.leading_zeros = LeadingZeros(integer);
  if (extent.leading_zeros == integer.size()) extent.leading_zeros += LeadingZeros(fraction);
  const uint64_t all = integer.size() + fraction.size();
  if (extent.leading_zeros == all) return extent;
  // There is a digit other than 0, in one of the two.
  const size_t last = fraction.find_last_not_of('0');
  const uint64_t end =
      last != Slice::npos ? integer.size() + last + 1 : integer.find_last_not_of('0') + 1;
  extent.digits = end - extent.leading_zeros;
  extent.exponent =
      static_cast<int64_t>(static_cast<uint64_t>(integer.size()) +
                           static_cast<uint64_t>(number.exponent) - extent.leading_zeros);
  return extent;
}

void AppendRawNumber(const NumberText& number, std::string* out) {
  const NumberExtent extent = ExtentOf(number);
  if (extent.digits == 0) {
    *out += '\x01';
    return;
  }
  *out += number.negative ? '\0' : '\x02';
  const size_t from = out->size();
  AppendMagnitude(extent.exponent, out);
  *out += '\0';
  const size_t in_integer = std::min<uint64_t>(extent.leading_zeros, number.integer.size());
  const size_t digits = out->size();
  out->append(number.integer.substr(in_integer));
  out->append(number.fraction.substr(extent.leading_zeros - in_integer));
  out->resize(digits + extent.digits);
  if (number.negative) Invert(out, from);
}

}  // namespace snaptree::dynamodb

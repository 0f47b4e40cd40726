#include "adapters/s3/s3_tree_time.h"

#include <array>
#include <ctime>

namespace snaptree::s3 {
namespace {

constexpr int64_t kMaxMillis = (int64_t{1} << 48) - 1;  // what an HLC has room for
constexpr size_t kMaxFractionDigits = 9;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

size_t CountDigits(Slice text) {
  size_t n = 0;
  while (n < text.size() && IsDigit(text[n])) ++n;
  return n;
}

bool TakeNumber(Slice* text, size_t digits, int* value) {
  if (CountDigits(*text) < digits) return false;
  *value = 0;
  for (const char c : text->substr(0, digits)) *value = *value * 10 + (c - '0');
  text->remove_prefix(digits);
  return true;
}

bool TakeChar(Slice* text, char c) {
  if (!text->starts_with(c)) return false;
  text->remove_prefix(1);
  return true;
}

bool TakeYear(Slice* text, int* year) {
  const size_t digits = CountDigits(*text);
  return (digits == 4 || (digits == 5 && !text->starts_with('0'))) &&
         TakeNumber(text, digits, year);
}

// ".917123456" as milliseconds, cut.
bool TakeFraction(Slice* text, int* ms) {
  *ms = 0;
  if (!TakeChar(text, '.')) return true;
  const size_t digits = CountDigits(*text);
  if (digits == 0 || digits > kMaxFractionDigits) return false;
  int weight = 100;
  for (size_t i = 0; i < digits; ++i, weight /= 10) *ms += ((*text)[i] - '0') * weight;
  text->remove_prefix(digits);
  return true;
}

// "Z" or "+09:00", in seconds east of UTC; nothing may follow.
bool TakeZone(Slice* text, int* seconds) {
  *seconds = 0;
  if (TakeChar(text, 'Z')) return text->empty();
  const bool west = text->starts_with('-');
  int hours = 0;
  int minutes = 0;
  if (!TakeChar(text, west ? '-' : '+') || !TakeNumber(text, 2, &hours) || !TakeChar(text, ':') ||
      !TakeNumber(text, 2, &minutes) || hours > 23 || minutes > 59) {
    return false;
  }
  *seconds = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
  return text->empty();
}

bool IsDate(int year, int month, int day) {
  constexpr std::array<int, 12> kDays = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap_year = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month >= 1 && month <= 12 && day >= 1 && day <= kDays[static_cast<size_t>(month - 1)] &&
         (month != 2 || day != 29 || leap_year);
}

}  // namespace

std::optional<uint64_t> ParseTreeTime(Slice text) {
  std::tm time{};
  int year = 0;
  int month = 0;
  int ms = 0;
  int zone = 0;
  const bool good =
      TakeYear(&text, &year) && TakeChar(&text, '-') && TakeNumber(&text, 2, &month) &&
      TakeChar(&text, '-') && TakeNumber(&text, 2, &time.tm_mday) && TakeChar(&text, 'T') &&
      TakeNumber(&text, 2, &time.tm_hour) && TakeChar(&text, ':') &&
      TakeNumber(&text, 2, &time.tm_min) && TakeChar(&text, ':') &&
      TakeNumber(&text, 2, &time.tm_sec) && TakeFraction(&text, &ms) && TakeZone(&text, &zone);
  if (!good || !IsDate(year, month, time.tm_mday) || time.tm_hour > 23 || time.tm_min > 59 ||
      time.tm_sec > 59) {
    return std::nullopt;
  }
  time.tm_year = year - 1900;
  time.tm_mon = month - 1;
  const int64_t millis = (int64_t{timegm(&time)} - zone) * 1000 + ms;
  if (millis > kMaxMillis) return std::nullopt;
  return millis < 0 ? 0 : static_cast<uint64_t>(millis);
}

}  // namespace snaptree::s3

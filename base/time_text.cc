#include "base/time_text.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "base/text.h"

namespace snaptree {
namespace {

constexpr uint64_t kEndOfYear9999Ms = 253402300800000;

// Days from 1970-01-01 of a proleptic Gregorian date (the usual era arithmetic).
int64_t DaysFromCivil(int64_t y, int64_t m, int64_t d) {
  y -= m <= 2 ? 1 : 0;
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const int64_t year_of_era = y - era * 400;
  const int64_t day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

std::tm UtcFields(uint64_t unix_seconds) {
  const auto t = static_cast<std::time_t>(unix_seconds);
  std::tm fields{};
  gmtime_r(&t, &fields);
  return fields;
}

std::string DateTime(uint64_t unix_seconds, char separator) {
  const std::tm f = UtcFields(unix_seconds);
  std::array<char, 64> text{};
  const int n =
      std::snprintf(text.data(), text.size(), "%04d-%02d-%02d%c%02d:%02d:%02d", f.tm_year + 1900,
                    f.tm_mon + 1, f.tm_mday, separator, f.tm_hour, f.tm_min, f.tm_sec);
  return {text.data(), static_cast<size_t>(n)};
}

// ".917" of 917 in 3 digits, trailing zeros removed; nothing for 0.
std::string Fraction(uint64_t value, size_t digits) {
  if (value == 0) return "";
  std::string text = std::to_string(value);
  text.insert(0, digits - text.size(), '0');
  text.erase(text.find_last_not_of('0') + 1);
  return "." + text;
}

// Takes exactly n decimal digits from the front of *text.
bool TakeDigits(Slice* text, size_t n, int64_t* value) {
  if (text->size() < n) return false;
  int64_t v = 0;
  for (const char c : text->substr(0, n)) {
    if (c < '0' || c > '9') return false;
    v = v * 10 + (c - '0');
  }
  text->remove_prefix(n);
  *value = v;
  return true;
}

bool TakeChar(Slice* text, Slice any_of) {
  if (text->empty() || any_of.find((*text)[0]) == Slice::npos) return false;
  text->remove_prefix(1);
  return true;
}

// ".917123" as milliseconds, cut.
bool TakeFraction(Slice* text, int64_t* ms) {
  *ms = 0;
  if (!TakeChar(text, ".")) return true;
  size_t digits = 0;
  int64_t weight = 100;
  while (!text->empty() && (*text)[0] >= '0' && (*text)[0] <= '9') {
    *ms += ((*text)[0] - '0') * weight;
    weight /= 10;
    ++digits;
    text->remove_prefix(1);
  }
  return digits > 0;
}

// "Z", "+09:00", " UTC" or nothing, in seconds east of UTC.
bool TakeZone(Slice* text, int64_t* seconds) {
  *seconds = 0;
  if (text->empty() || *text == "Z" || *text == "z" || *text == " UTC") {
    *text = {};
    return true;
  }
  const bool west = (*text)[0] == '-';
  int64_t hours = 0;
  int64_t minutes = 0;
  if (!TakeChar(text, "+-") || !TakeDigits(text, 2, &hours) || !TakeChar(text, ":") ||
      !TakeDigits(text, 2, &minutes) || hours > 23 || minutes > 59) {
    return false;
  }
  *seconds = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
  return text->empty();
}

}  // namespace

std::string UtcText(uint64_t unix_ms) {
  if (unix_ms >= kEndOfYear9999Ms) return std::to_string(unix_ms) + " ms";
  std::string ms = std::to_string(unix_ms % 1000);
  ms.insert(0, 3 - ms.size(), '0');
  return DateTime(unix_ms / 1000, ' ') + "." + ms + " UTC";
}

std::string Rfc3339(uint64_t unix_ms) {
  return DateTime(unix_ms / 1000, 'T') + Fraction(unix_ms % 1000, 3) + "Z";
}

std::string Rfc3339Now() {
  std::timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return DateTime(static_cast<uint64_t>(now.tv_sec), 'T') +
         Fraction(static_cast<uint64_t>(now.tv_nsec), 9) + "Z";
}

std::optional<uint64_t> ParseRfc3339(Slice text) {
  int64_t year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0, zone = 0;
  if (!TakeDigits(&text, 4, &year) || !TakeChar(&text, "-") || !TakeDigits(&text, 2, &month) ||
      !TakeChar(&text, "-") || !TakeDigits(&text, 2, &day)) {
    return std::nullopt;
  }
  if (!text.empty()) {
    if (!TakeChar(&text, "Tt ") || !TakeDigits(&text, 2, &hour) || !TakeChar(&text, ":") ||
        !TakeDigits(&text, 2, &minute) || !TakeChar(&text, ":") || !TakeDigits(&text, 2, &second) ||
        !TakeFraction(&text, &ms) || !TakeZone(&text, &zone)) {
      return std::nullopt;
    }
  }
  constexpr std::array<int, 12> kDays = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap_year = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (month < 1 || month > 12 || day < 1 || day > kDays[static_cast<size_t>(month - 1)] ||
      (month == 2 && day == 29 && !leap_year) || hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  const int64_t seconds =
      DaysFromCivil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - zone;
  if (seconds < 0) return std::nullopt;
  return static_cast<uint64_t>(seconds * 1000 + ms);
}

}  // namespace snaptree

#include "base/time_text.h"

#include <chrono>
#include <map>

#include <catch2/catch.hpp>

namespace snaptree {
namespace {

constexpr uint64_t kDay = 86400000;

TEST_CASE("HLC timestamps are milliseconds and a counter") {
  CHECK(HlcMillis(0x019b76daa8000007) == 1767225600000);
  CHECK(HlcAtEndOfMillis(1767225600000) == 0x019b76daa800ffff);
  CHECK(HlcMillis(HlcAtEndOfMillis(5)) == 5);
  CHECK(HlcAtEndOfMillis(0) == 0xffff);
  CHECK(HlcMillis(UINT64_MAX) == (uint64_t{1} << 48) - 1);
}

TEST_CASE("times are printed in UTC") {
  CHECK(UtcText(0) == "1970-01-01 00:00:00.000 UTC");
  CHECK(UtcText(1767225600007) == "2026-01-01 00:00:00.007 UTC");
  CHECK(UtcText(1795144364917) == "2026-11-20 03:12:44.917 UTC");
  CHECK(UtcText(253402300799999) == "9999-12-31 23:59:59.999 UTC");
  CHECK(UtcText(253402300800000) == "253402300800000 ms");
  CHECK(UtcText(UINT64_MAX) == "18446744073709551615 ms");
  CHECK(UtcText(HlcMillis(UINT64_MAX)) == "281474976710655 ms");

  CHECK(Rfc3339(0) == "1970-01-01T00:00:00Z");
  CHECK(Rfc3339(1795144364917) == "2026-11-20T03:12:44.917Z");
  CHECK(Rfc3339(1795144364910) == "2026-11-20T03:12:44.91Z");
  CHECK(Rfc3339(1795144364900) == "2026-11-20T03:12:44.9Z");
  CHECK(Rfc3339(1795144364007) == "2026-11-20T03:12:44.007Z");
  CHECK(Rfc3339(1795144364000) == "2026-11-20T03:12:44Z");
  CHECK(Rfc3339(UINT64_MAX >> 16) == "10889-08-02T05:31:50.655Z");
}

TEST_CASE("now is a time of RFC 3339 close to the clock") {
  // Not time(): it may lag a few milliseconds behind the clock that Rfc3339Now() reads.
  const auto seconds = [] {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
  };
  const uint64_t before = seconds();
  const std::string text = Rfc3339Now();
  const uint64_t after = seconds();
  const std::optional<uint64_t> ms = ParseRfc3339(text);
  INFO(text);
  REQUIRE(ms.has_value());
  CHECK(*ms / 1000 >= before);
  CHECK(*ms / 1000 <= after);
  CHECK(text.back() == 'Z');
}

TEST_CASE("times of RFC 3339 are read") {
  const std::map<std::string, uint64_t> times = {
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01T00:00:00.001Z", 1},
      {"2026-11-20T03:12:44Z", 1795144364000},
      {"2026-11-20t03:12:44z", 1795144364000},
      {"2026-11-20 03:12:44Z", 1795144364000},
      {"2026-11-20T03:12:44", 1795144364000},
      {"2026-11-20 03:12:44.917 UTC", 1795144364917},
      {"2026-11-20T03:12:44.9Z", 1795144364900},
      {"2026-11-20T03:12:44.91Z", 1795144364910},
      {"2026-11-20T03:12:44.917Z", 1795144364917},
      {"2026-11-20T03:12:44.917999999Z", 1795144364917},
      {"2026-11-20T03:12:44.00000000000000000001Z", 1795144364000},
      {"2026-11-20T12:12:44+09:00", 1795144364000},
      {"2026-11-19T22:12:44-05:00", 1795144364000},
      {"2026-11-20T03:12:44+00:00", 1795144364000},
      {"2026-11-20T03:12:44-00:00", 1795144364000},
      {"2026-11-20T08:57:44.5+05:45", 1795144364500},
      {"2026-11-20", 1795144364000 - (3 * 3600 + 12 * 60 + 44) * 1000},
      {"1970-01-01T01:00:00+01:00", 0},
      {"9999-12-31T23:59:59.999Z", 253402300799999},
      {"2000-02-29T00:00:00Z", 951782400000},
      {"2024-02-29", 1709164800000},
  };
  for (const auto& [text, ms] : times) {
    CAPTURE(text);
    CHECK(ParseRfc3339(text) == ms);
  }
}

TEST_CASE("what is no time of RFC 3339 is refused") {
  for (const char* text : {"",
                           "2026",
                           "2026-11",
                           "2026-11-",
                           "2026-1-20",
                           "26-11-20",
                           "2026/11/20",
                           "2026-11-20T",
                           "2026-11-20T03",
                           "2026-11-20T03:12",
                           "2026-11-20T03:12:",
                           "2026-11-20T03:12:4",
                           "2026-11-20T03:12:44.",
                           "2026-11-20T03:12:44.Z",
                           "2026-11-20T03:12:44,5Z",
                           "2026-11-20T03:12:44 Z",
                           "2026-11-20T03:12:44ZZ",
                           "2026-11-20T03:12:44UTC",
                           "2026-11-20T03:12:44+09",
                           "2026-11-20T03:12:44+0900",
                           "2026-11-20T03:12:44+24:00",
                           "2026-11-20T03:12:44+09:60",
                           "2026-11-20T03:12:44+09:00Z",
                           "2026-11-20T24:00:00Z",
                           "2026-11-20T23:60:00Z",
                           "2026-11-20T23:59:60Z",
                           "2026-00-20",
                           "2026-13-20",
                           "2026-11-00",
                           "2026-11-31",
                           "2026-11-32",
                           "2026-01-32",
                           "2026-04-31",
                           "2026-02-30",
                           "+2026-11-20",
                           " 2026-11-20",
                           "2026-11-20 ",
                           "2026-11-20x",
                           "2026-11-20_03:12:44Z",
                           "1969-12-31T23:59:59Z",
                           "1970-01-01T00:00:00+00:01",
                           "-001-01-01",
                           "2026-11-2\xff"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseRfc3339(text).has_value());
  }
}

TEST_CASE("the 29th of February exists in leap years only") {
  for (const char* text :
       {"2025-02-29", "2026-02-29T00:00:00Z", "1900-02-29", "2100-02-29", "2023-02-29"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseRfc3339(text).has_value());
  }
  for (const char* text : {"2000-02-29", "2024-02-29", "2028-02-29T00:00:00Z", "2400-02-29"}) {
    CAPTURE(text);
    CHECK(ParseRfc3339(text).has_value());
  }
}

TEST_CASE("each day from 1970 to 2400 comes back") {
  for (uint64_t day = 0; day < 157054; ++day) {
    const uint64_t ms = day * kDay + day % kDay;
    const std::string text = Rfc3339(ms);
    if (ParseRfc3339(text) != ms) FAIL(text);
    if (day % 97 == 0) REQUIRE(ParseRfc3339(UtcText(ms)) == ms);
    if (day % 89 == 0) REQUIRE(ParseRfc3339(text.substr(0, 10)) == day * kDay);
  }
}

}  // namespace
}  // namespace snaptree

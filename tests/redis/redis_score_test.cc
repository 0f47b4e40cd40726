// Score text: spec 02 section 4.2 and section 6 item 3.
#include "adapters/redis/redis_score.h"

#include <bit>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

namespace snaptree::redis {
namespace {

std::string Text(uint64_t bits) {
  std::string out;
  AppendScore(&out, bits);
  return out;
}
std::string Text(double score) { return Text(std::bit_cast<uint64_t>(score)); }

TEST_CASE("scores: the examples of the spec") {
  const std::pair<double, const char*> cases[] = {
      {100, "100"},
      {1.5, "1.5"},
      {-1.5, "-1.5"},
      {0.1, "0.1"},
      {0.0, "0"},
      {-0.0, "-0"},
      {1e20, "100000000000000000000"},
      {1e21, "1e+21"},
      {1e-7, "1e-7"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
  };
  for (const auto& [score, text] : cases) CHECK(Text(score) == text);
}

TEST_CASE("scores: both borders of the exponent form") {
  CHECK(Text(1e-6) == "0.000001");
  CHECK(Text(-1e-6) == "-0.000001");
  CHECK(Text(0.0000012345) == "0.0000012345");
  CHECK(Text(9.99999999999999e-7) == "9.99999999999999e-7");
  CHECK(Text(-1.25e-7) == "-1.25e-7");
  CHECK(Text(1e-10) == "1e-10");
  CHECK(Text(1.5e-100) == "1.5e-100");
  CHECK(Text(999999999999999900000.0) == "999999999999999900000");
  CHECK(Text(-1.5e21) == "-1.5e+21");
  CHECK(Text(1e100) == "1e+100");
}

TEST_CASE("scores: large numbers have the shortest digits and zeros, as in Go") {
  CHECK(Text(590295810358705651712.0) == "590295810358705700000");  // 2^69
  CHECK(Text(18446744073709551616.0) == "18446744073709552000");    // 2^64
  CHECK(Text(9007199254740993.0) == "9007199254740992");
  CHECK(Text(123456789.125) == "123456789.125");
}

TEST_CASE("scores: infinities and NaN are strings") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(Text(infinity) == "\"+inf\"");
  CHECK(Text(-infinity) == "\"-inf\"");
  CHECK(Text(uint64_t{0x7ff8000000000001}) == "\"nan\"");
  CHECK(Text(uint64_t{0x7ff8000000000000}) == "\"nan:0x7ff8000000000000\"");
  CHECK(Text(uint64_t{0xfff8000000000abc}) == "\"nan:0xfff8000000000abc\"");
  CHECK(Text(uint64_t{0x7ff0000000000001}) == "\"nan:0x7ff0000000000001\"");

  CHECK(IsNan(0x7ff8000000000001));
  CHECK(IsNan(0xfff0000000000001));
  CHECK_FALSE(IsNan(0x7ff0000000000000));
  CHECK_FALSE(IsNan(0xfff0000000000000));
  CHECK_FALSE(IsNan(0));
}

TEST_CASE("scores are appended") {
  std::string out = "x:";
  AppendScore(&out, std::bit_cast<uint64_t>(2.0));
  CHECK(out == "x:2");
}

TEST_CASE("scores: every finite number reads back as the same bits") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t bits = random();
    const double score = std::bit_cast<double>(bits);
    if (score != score || score - score != 0) continue;
    const std::string text = Text(bits);
    if (std::bit_cast<uint64_t>(std::strtod(text.c_str(), nullptr)) != bits) FAIL(text);
  }
}

}  // namespace
}  // namespace snaptree::redis

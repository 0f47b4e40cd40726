// Number texts: spec 03 sections 1.3 and 4.3, vectors V8 and V9, chapter 7 item 20.
#include "adapters/dynamodb/dynamodb_number.h"

#include <ctime>
#include <random>

#include <catch2/catch.hpp>

#include "adapters/dynamodb/dynamodb_item_key.h"
#include "adapters/dynamodb/dynamodb_keys.h"
#include "base/text.h"
#include "manifest/file_name_codec.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::dynamodb {
namespace {

std::string SegmentOf(const std::string& text) {
  std::string tail;
  const PrimaryKey key = {{'N', text}, {}, false};
  REQUIRE(OrderedTail(key, &tail));
  return tail;
}

std::string NameOf(const std::string& text) {
  std::string path;
  AppendItemPath({{'N', text}, {}, false}, {'N', 0}, &path);
  REQUIRE(path.ends_with(".json"));
  return path.substr(0, path.size() - 5);
}

std::string Zeros(size_t n) { return std::string(n, '0'); }

struct Vector {
  const char* text;
  const char* segment;  // hex
  const char* name;
};

TEST_CASE("V8: number texts, their segments and their names") {
  constexpr Vector kVectors[] = {
      {"0", "010001", "0"},
      {"-0", "010001", "0"},
      {"0.000", "010001", "0"},
      {"0e99", "010001", "0"},
      {"1", "0202010100ff310001", "1"},
      {"1.0", "0202010100ff310001", "1"},
      {"+1", "0202010100ff310001", "1"},
      {"-1", "00fffdfefeffce0001", "-1"},
      {"10", "0202010200ff310001", "10"},
      {"100", "0202010300ff310001", "100"},
      {"1e2", "0202010300ff310001", "100"},
      {"1.5", "0202010100ff31350001", "3%2F2"},
      {"129.50", "0202010300ff313239350001", "259%2F2"},
      {"0.5", "020100ff350001", "1%2F2"},
      {"5e-1", "020100ff350001", "1%2F2"},
      {"0.05", "0200fffefe00ff350001", "1%2F20"},
      {"-0.5", "00fffeffca0001", "-1%2F2"},
      {"-0.05", "00ffff0101ffca0001", "-1%2F20"},
      {"1e-7", "0200fffef900ff310001", "1%2F10000000"},
      {"0.1", "020100ff310001", "1%2F10"},
      {"4e-1", "020100ff340001", "2%2F5"},
      {"8e-3", "0200fffefd00ff380001", "1%2F125"},
      {"12345678901234567890123456789012345678",
       "0202012600ff3132333435363738393031323334353637383930313233343536373839303132333435363738000"
       "1",
       "12345678901234567890123456789012345678"},
      {"-12345678901234567890123456789012345678",
       "00fffdfed9ffcecdcccbcac9c8c7c6cfcecdcccbcac9c8c7c6cfcecdcccbcac9c8c7c6cfcecdcccbcac9c8c7000"
       "1",
       "-12345678901234567890123456789012345678"},
      {"1e240", "020201f100ff310001", nullptr},
      {"1e1000001", "0202030f424200ff310001", "1e1000001"},
      {"1e 5", "0202010600ff310001", "1e%205"},
  };
  for (const Vector& v : kVectors) {
    INFO(v.text);
    CHECK(Hex(SegmentOf(v.text)) == v.segment);
    if (v.name != nullptr) CHECK(NameOf(v.text) == v.name);
  }
  CHECK(Hex(SegmentOf("1e255")) == "0202020100ff00ff310001");
  CHECK(Hex(SegmentOf("1e256")) == "020202010100ff310001");
  CHECK(Hex(SegmentOf("1e65536")) == "0202030100ff0100ff310001");
  CHECK(Hex(SegmentOf("1e-130")) == "0200fffe7e00ff310001");
  const std::string nines(37, '9');
  CHECK(Hex(SegmentOf("9." + nines + "e125")) == "0202017e00ff" + Hex(nines + "9") + "0001");
  CHECK(NameOf("9." + nines + "e125") == "9" + nines + Zeros(88));
  CHECK(NameOf("1e-130") == "1%2F1" + Zeros(130));
  CHECK(NameOf("1e240") == "ef644b745756ef880c72663d4b0a5d91__1" + Zeros(63));
}

TEST_CASE("V8: texts that are no numbers") {
  for (const char* text : {"abc",
                           "0x10",
                           "1_000",
                           "1/2",
                           ".",
                           "1e",
                           "",
                           " ",
                           "-",
                           "+",
                           "1.2.3",
                           "1e+",
                           "1e5x",
                           "1 e5",
                           "- 1",
                           "--1",
                           "+-1",
                           "1e+-5",
                           "NaN",
                           "Inf",
                           "1e9223372036854775808",
                           "1e-9223372036854775809",
                           "\xd9\xa1",
                           "1,5",
                           "1\xc2"}) {
    INFO(text);
    CHECK_FALSE(ParseNumber(text));
  }
}

TEST_CASE("V9: the byte order of numbers, with the node's flaw for negative ones") {
  std::string before;
  for (const char* text :
       {"-100", "-10", "-15",  "-12", "-1",  "-1.5", "-1.55", "-1.2", "-1.23", "-0.1", "-0.15",
        "0",    "0.1", "0.15", "1",   "1.2", "1.23", "9",     "10",   "15",    "100"}) {
    INFO(text);
    const std::string segment = SegmentOf(text);
    CHECK(before < segment);
    before = segment;
  }
}

TEST_CASE("every Unicode White_Space around a number goes, and behind its e it may stand") {
  const std::string one = SegmentOf("1");
  const std::string hundred_thousand = SegmentOf("100000");
  for (const char* blank : {"\t", "\n", "\v", "\f", "\r", " ", "\xc2\x85", "\xc2\xa0",
                            "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x8a", "\xe2\x80\xa8",
                            "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"}) {
    const std::string b = blank;
    INFO(Hex(b));
    CHECK(SegmentOf(b + "1" + b + b) == one);
    CHECK(NameOf(b + "1.50" + b) == "3%2F2");
    CHECK(SegmentOf("1e" + b + "+5" + b) == hundred_thousand);
    CHECK(NameOf(b + "1e" + b + "5") == EncodeSegment("1e" + b + "5").name);
  }
  CHECK_FALSE(ParseNumber("1\xe2\x80\x8b"));  // a blank of no width is none
  CHECK_FALSE(
      ParseNumber("\xef\xbb\xbf"
                  "1"));
}

TEST_CASE("the exponent of a key wraps around") {
  CHECK(SegmentOf("10e9223372036854775807") == SegmentOf("1e-9223372036854775808"));
  CHECK(NameOf("10e9223372036854775807") == "10e9223372036854775807");
  CHECK(NameOf("0e9223372036854775807") == "0");
  CHECK(NameOf("0.1e-9223372036854775808") == "0.1e-9223372036854775808");
}

TEST_CASE("names of results around the limit of digits") {
  const auto fallback = [](const std::string& text) { return FallbackName(text); };
  // The hash is over the number that was written out, up to the limit, else over the text.
  CHECK(NameOf("1e9999") == fallback("1" + Zeros(9999)));
  CHECK(NameOf(" 1e10000 ") == fallback("1e10000"));
  CHECK(NameOf("1e1000000") == fallback("1e1000000"));
  CHECK(NameOf("1.0e1000001") == fallback("1.0e1000001"));  // 6 digits less one: within the range
  CHECK(NameOf("1.00e1000003") == "1.00e1000003");
  CHECK(NameOf("-1e9999") == fallback("-1" + Zeros(9999)));
  CHECK(NameOf("1e-9998") == fallback("1/1" + Zeros(9998)));  // 1 + 9999 digits
  CHECK(NameOf("1e-9999") == fallback("1e-9999"));
  CHECK(NameOf("1e-1000000") == fallback("1e-1000000"));
  CHECK(NameOf("1" + Zeros(5000) + "." + Zeros(6000)) == fallback("1" + Zeros(5000)));
  CHECK(NameOf("1" + Zeros(20000)) == fallback("1" + Zeros(20000)));
  CHECK(NameOf(Zeros(20000) + "7") == "7");
  CHECK(NameOf("7." + Zeros(20000)) == "7");
  CHECK(NameOf("7" + Zeros(20000) + "e-20000") == "7");
}

// A second reading of 4.3, one step at a time, for numbers within 64 bits.
std::string SlowName(int64_t digits, int scale) {
  if (digits == 0) return "0";
  uint64_t denominator = 1;
  uint64_t numerator = static_cast<uint64_t>(digits < 0 ? -digits : digits);
  for (int i = 0; i < scale; ++i) denominator *= 10;
  for (const uint64_t prime : {uint64_t{2}, uint64_t{5}}) {
    while (numerator % prime == 0 && denominator % prime == 0) {
      numerator /= prime;
      denominator /= prime;
    }
  }
  const std::string sign = digits < 0 ? "-" : "";
  if (denominator == 1) return sign + std::to_string(numerator);
  return sign + std::to_string(numerator) + "%2F" + std::to_string(denominator);
}

TEST_CASE("reduced fractions are those of a slow reading") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    int64_t digits = static_cast<int64_t>(random() >> (1 + random() % 60));
    if (random() % 4 == 0) digits = int64_t{1} << random() % 50;
    if (random() % 4 == 0) digits = digits % 1000000 * 15625;
    if (random() % 2 == 0) digits = -digits;
    const int scale = static_cast<int>(random() % 19);
    const std::string text = std::to_string(digits) + "e-" + std::to_string(scale);
    INFO(text);
    REQUIRE(NameOf(text) == SlowName(digits, scale));
  }
}

// Fractions that are too long for 64 bits: the powers of two and five themselves.
TEST_CASE("long powers are divided out whole") {
  std::string two = "1";
  std::string five = "1";
  const auto times = [](const std::string& number, int factor) {
    std::string out;
    int carry = 0;
    for (size_t i = number.size(); i-- > 0;) {
      carry += (number[i] - '0') * factor;
      out.insert(out.begin(), static_cast<char>('0' + carry % 10));
      carry /= 10;
    }
    return carry == 0 ? out : std::to_string(carry) + out;
  };
  for (int power = 1; power <= 300; ++power) {
    two = times(two, 2);
    five = times(five, 5);
    INFO(power);
    const std::string scale = "e-" + std::to_string(power);
    const auto expect = [](const std::string& c) { return EncodeSegment(c).name; };
    CHECK(NameOf(two + scale) == expect("1/" + five));
    CHECK(NameOf(five + scale) == expect("1/" + two));
    CHECK(NameOf(times(two, 3) + scale) == expect("3/" + five));
  }
}

// factor * prime^power
std::string Product(uint64_t factor, uint64_t prime, int power) {
  constexpr uint64_t kBase = 1000000000;
  std::vector<uint64_t> limbs = {factor};
  for (int i = 0; i < power; ++i) {
    uint64_t carry = 0;
    for (uint64_t& limb : limbs) {
      carry += limb * prime;
      limb = carry % kBase;
      carry /= kBase;
    }
    if (carry != 0) limbs.push_back(carry);
  }
  std::string digits = std::to_string(limbs.back());
  for (size_t i = limbs.size() - 1; i-- > 0;) {
    const std::string limb = std::to_string(limbs[i]);
    digits += Zeros(9 - limb.size()) + limb;
  }
  return digits;
}

TEST_CASE("the longest fractions that are written out, and those that are one digit longer") {
  const auto name = [](const std::string& digits, int scale) {
    return NameOf(digits + "e-" + std::to_string(scale));
  };
  const auto as_written = [](const std::string& digits, int scale) {
    return FallbackName(digits + "e-" + std::to_string(scale));
  };
  // 1 + 9999 digits.
  const std::string fives = Product(1, 5, 33215);
  const std::string denominator = Product(1, 2, 33215);
  REQUIRE(denominator.size() == 9999);
  CHECK(name(fives, 33215) == FallbackName("1/" + denominator));
  const std::string more_fives = Product(1, 5, 33216);
  CHECK(name(more_fives, 33216) == as_written(more_fives, 33216));
  CHECK(name(more_fives, 33215) == FallbackName("5/" + denominator));
  // 2^14304 / 10^14304 = 1 / 5^14304, 1 + 9999 digits.
  const std::string twos = Product(1, 2, 14304);
  REQUIRE(Product(1, 5, 14304).size() == 9999);
  CHECK(name(twos, 14304) == FallbackName("1/" + Product(1, 5, 14304)));
  const std::string more_twos = Product(1, 2, 14307);
  CHECK(name(more_twos, 14307) == as_written(more_twos, 14307));
  // A long numerator over 2, and over 10.
  const std::string threes(9999, '3');
  CHECK(name(threes + "5", 1) == FallbackName(std::string(9998, '6') + "7/2"));
  CHECK(name(threes + "35", 1) == as_written(threes + "35", 1));
  CHECK(name(std::string(9998, '3'), 1) == FallbackName(std::string(9998, '3') + "/10"));
  CHECK(name(threes, 1) == as_written(threes, 1));
}

TEST_CASE("a hostile number costs little") {
  std::string digits;
  for (int i = 0; i < 33000; ++i) digits += static_cast<char>('0' + i * 7 % 10);
  const std::string text = digits + "2e-33000";
  CHECK(NameOf(text) == FallbackName(text));
  const std::string huge = std::string(1 << 20, '3') + "e-1000000";
  CHECK(NameOf(huge) == FallbackName(huge));

  // What can be divided most often: one that is written out, and one that is too long in the end.
  // Against one multiplication at a time, as no machine and no build is like another.
  std::clock_t begin = std::clock();
  const std::string in = Product(1, 5, 33215) + "e-33215";
  const std::clock_t slow = std::clock() - begin;
  const std::string out = Product(13, 5, 33215) + "e-33215";
  CHECK(NameOf(out) == FallbackName(out));
  const NumberText in_number = ParseNumber(in).value();
  const NumberText out_number = ParseNumber(out).value();
  begin = std::clock();
  for (int i = 0; i < 2; ++i) {
    CHECK(CanonicalNumber(in, in_number));
    CHECK_FALSE(CanonicalNumber(out, out_number));
  }
  CHECK(std::clock() - begin < slow);
}

TEST_CASE("a canonical number leads back to its key") {
  std::mt19937_64 random(7);
  const auto digits = [&random](size_t n) {
    std::string text;
    for (size_t i = 0; i < n; ++i) text.push_back(static_cast<char>('0' + random() % 10));
    return text;
  };
  for (int i = 0; i < 5000; ++i) {
    std::string text = random() % 2 == 0 ? "-" : "";
    text += digits(1 + random() % 30);
    if (random() % 3 != 0) text += "." + digits(1 + random() % 40);
    if (random() % 3 == 0) text += "e" + std::to_string(static_cast<int>(random() % 80) - 40);
    const std::optional<NumberText> number = ParseNumber(text);
    REQUIRE(number.has_value());
    const std::optional<std::string> canonical = CanonicalNumber(text, *number);
    REQUIRE(canonical.has_value());
    const std::optional<std::string> back = TextOfCanonicalNumber(*canonical);
    INFO(text << " " << *canonical);
    REQUIRE(back.has_value());
    REQUIRE(SegmentOf(*back) == SegmentOf(text));
  }
  for (const char* none :
       {"1/3", "1/0", "0/2", "1/", "/2", "a/2", "1/02", "-/2", "1/2/5", "--1/2"}) {
    CHECK_FALSE(TextOfCanonicalNumber(none).has_value());
  }
}

}  // namespace
}  // namespace snaptree::dynamodb

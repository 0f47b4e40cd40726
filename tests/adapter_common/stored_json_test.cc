#include "adapters/common/stored_json.h"

#include <catch2/catch.hpp>

namespace snaptree::test {
namespace {

TEST_CASE("members of a stored object, and their texts as stored") {
  StoredJson json;
  REQUIRE(json.Parse(R"( {"a" : 1, "b":[ 1.50 , "\u003c" ], "a":{"x" : null}} )", "Code").ok());
  REQUIRE(json.members().size() == 3);
  uint64_t number = 0;
  CHECK(ToUint64(json.members()[0].value, &number));
  CHECK(number == 1);
  CHECK(json.RawValue(1) == R"([1.50,"\u003c"])");
  CHECK(json.RawValue(2) == R"({"x":null})");
}

TEST_CASE("what is no object is refused with the caller's code") {
  StoredJson json;
  for (const char* text : {"", "null", "[1]", "{\"a\":1", "{\"a\":1}}", "{\"a\":01}", "{\"a\":1e}",
                           "{\"a\":-}", "{\"a\":\"\xff\"}", "{\"a\":12345678901234567890123.}"}) {
    INFO(text);
    CHECK(json.Parse(text, "Code").code() == "Code");
  }
}

TEST_CASE("numbers that fit nowhere are kept as text, and are no integers") {
  StoredJson json;
  for (const char* number : {"100000000000000000000", "-99999999999999999999", "1e400", "1E+999",
                             "123456789012345678901234567890.5e-3"}) {
    INFO(number);
    const std::string text =
        "{\"s\":\"1e400 100000000000000000000\",\"n\":" + std::string(number) + ",\"m\":7}";
    REQUIRE(json.Parse(text, "Code").ok());
    REQUIRE(json.members().size() == 3);
    uint64_t value = 0;
    int64_t signed_value = 0;
    Slice s;
    CHECK_FALSE(ToUint64(json.members()[1].value, &value));
    CHECK_FALSE(ToInt64(json.members()[1].value, &signed_value));
    CHECK(json.RawValue(1) == number);
    CHECK(ToText(json.members()[0].value, &s));
    CHECK(s == "1e400 100000000000000000000");
    CHECK(ToUint64(json.members()[2].value, &value));
  }
}

TEST_CASE("the greatest integers are exact") {
  StoredJson json;
  REQUIRE(json.Parse(R"({"a":18446744073709551615,"b":-9223372036854775808})", "Code").ok());
  uint64_t a = 0;
  int64_t b = 0;
  CHECK(ToUint64(json.members()[0].value, &a));
  CHECK(a == UINT64_MAX);
  CHECK(ToInt64(json.members()[1].value, &b));
  CHECK(b == INT64_MIN);
  // Also beside a number that fits nowhere.
  a = 0;
  b = 0;
  REQUIRE(
      json.Parse(R"({"a":18446744073709551615,"b":-9223372036854775808,"c":1e400})", "Code").ok());
  CHECK(ToUint64(json.members()[0].value, &a));
  CHECK(a == UINT64_MAX);
  CHECK(ToInt64(json.members()[1].value, &b));
  CHECK(b == INT64_MIN);
}

}  // namespace
}  // namespace snaptree::test

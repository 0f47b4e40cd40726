// Lines of keys that are too large to be held (spec 08).
#include <catch2/catch.hpp>

#include "tests/support/redis_lines.h"
#include "tests/support/redis_rows.h"

namespace snaptree::test {
namespace {

// Lines beyond what is read at once.
TEST_CASE("encode lines: lines of many MiB") {
  const std::string huge(17 << 20, 'x');
  const std::string string = Line("\"key\":\"a\",\"value\":\"" + huge + "\"");
  const std::string small = Line(R"("key":"b","value":"1")");
  EncodedRows out = EncodeLines({{FileOf("strings"), string + small}});
  CHECK(out.errors.empty());
  REQUIRE((out.rows.at(StrKey("a")) == StringValue(huge)));
  CHECK(out.rows.at(StrKey("b")) == StringValue("1"));

  std::string items = "\"items\":[\"" + huge + "\"";
  for (int i = 0; i < 1000; ++i) items += ",\"" + std::to_string(i) + "\"";
  items += "]";
  out = EncodeLines({{FileOf("lists"),
                      Line("\"key\":\"q\"," + items) + Line("\"key\":\"r\",\"items\":[\"end\"]")}});
  CHECK(out.errors.empty());
  CHECK(out.rows.size() == 1004);
  CHECK(out.rows.at(ItemKey("q", 1000)) == "999");
  // snaptree would have made two lines of it.
  CHECK(out.differences == std::set<std::string>{FileOf("lists")});
  const auto error = [&](const std::string& line) {
    const EncodedRows wrong = EncodeLines({{FileOf("lists"), line + Line(R"("key":"r")")}});
    REQUIRE(wrong.statuses.size() == 2);
    CHECK(wrong.errors[0] == "RedisEncodeInvalidJSON " + FileOf("lists") + ": line 1");
    CHECK(wrong.errors[1] == "RedisEncodeInvalidJSON " + FileOf("lists") + ": line 2");
    CHECK_FALSE(wrong.statuses[0].info().next.empty());
    return wrong.statuses[0].info().what;
  };
  CHECK(error(Line(items + ",\"key\":\"q\"")).find("does not stand before") != std::string::npos);
  CHECK(error(Line("\"key\":\"q\"," + items + ",\"part\":0")).find("behind the elements") !=
        std::string::npos);
  CHECK(error("{\"key\":\"q\"," + items + "\n").find("malformed") != std::string::npos);
}

// A value of many MiB is not held: what it says is read again when its row is written.
TEST_CASE("encode lines: strings and HLLs of many MiB, however they are written") {
  const std::string x(size_t{17} << 20, 'x');
  const std::string note = ",\"note\":\"" + x + "\"";
  const auto value_of = [&](const std::string& type, const std::string& members) {
    const EncodedRows out = EncodeLines({{FileOf(type), Line(members)}});
    REQUIRE(out.errors.empty());
    CHECK(out.differences.empty() == (members.find("\"note\"") == std::string::npos));
    REQUIRE(out.rows.size() == 1);
    return out.rows.begin()->second;
  };
  const auto is = [&](const std::string& members, const std::string& value) {
    INFO(members.substr(0, 40));
    const bool equal = value_of("strings", members) == StringValue(value);
    CHECK(equal);
  };
  // Members in any order; one that nobody knows.
  is("\"value\":\"" + x + "\",\"key\":\"k\"", x);
  is(" \"value\" :\t\"" + x + "\" , \"expire_at_ms\" : null , \"key\" : \"k\" ", x);
  is("\"key\":\"k\",\"value\" : {\"base64\" : \"_v8\"}" + note, "\xfe\xff");
  is("\"key\":\"k\",\"value\":\"\"" + note, "");
  is("\"\\u0076alue\":\"" + x + "\",\"key\":\"k\"", x);
  // Every escape, and letters of several bytes, over all ends of pieces.
  const std::string written = R"(\"\\\/\b\f\n\r\t\u0000\u00e9\uD83d\uDE00)"
                              "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80.";
  const std::string meant = std::string("\"\\/\b\f\n\r\t\0\xc3\xa9\xf0\x9f\x98\x80", 15) +
                            "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80.";
  std::string text;
  std::string bytes;
  while (text.size() <= x.size()) {
    text += written;
    bytes += meant;
  }
  is("\"key\":\"k\",\"value\":\"" + text + "\"", bytes);
  // Base64, in members and in escapes.
  std::string base64;
  std::string decoded;
  while (base64.size() <= x.size()) {
    base64 += "_v8A_w-A";
    decoded += std::string("\xfe\xff\0\xff\x0f\x80", 6);
  }
  is("\"key\":\"k\",\"value\":{\"note\":[{\"base64\":1}],\"base64\":\"" + base64 + "\\u005fw\"}",
     decoded + "\xff");
  is("\"key\":\"k\",\"value\":{\"base64\":\"" + base64 + "\"}", decoded);
  is("\"key\":\"k\",\"value\":{\"base64\":\"" + base64 + "_v8\"}", decoded + "\xfe\xff");
  CHECK(ErrorsIn("hll", Line("\"key\":\"k\",\"payload\":\"" + base64 + "\"")) ==
        Strings{"RedisEncodeInvalidHLL line 1"});
  const bool equal = value_of("hll", "\"payload\":\"AFJTAQoBYQoBYg\",\"key\":\"k\"" + note) ==
                     HllValue(SetBlob({"a", "b"}));
  CHECK(equal);
}

TEST_CASE("encode lines: values of many MiB in order among others") {
  const auto line = [](const std::string& key, char letter) {
    return Line("\"key\":\"" + key + "\",\"value\":\"" + std::string(size_t{17} << 20, letter) +
                "\",\"expire_at_ms\":5");
  };
  const std::string small = Line(R"("key":"b","value":"1")");
  EncodedRows out = EncodeLines({{FileOf("strings"), line("c", 'c') + small + line("a", 'a')}});
  CHECK(out.errors.empty());
  REQUIRE(out.rows.size() == 5);
  for (const std::string& key : Strings{"a", "c"}) {
    const bool equal =
        out.rows.at(StrKey(key)) == StringValue(std::string(size_t{17} << 20, key[0]), 5);
    CHECK(equal);
    CHECK(out.rows.at(TtlKey(key)) == U64(5));
  }
  CHECK(out.rows.at(StrKey("b")) == StringValue("1"));
  // Two of them, and one that is no long one.
  for (const std::string& other : Strings{line("a", 'b'), Line(R"("key":"a","value":"1")")}) {
    out = EncodeLines({{FileOf("strings"), line("a", 'a') + small + other}});
    REQUIRE_FALSE(out.errors.empty());
    CHECK(out.errors[0] == "DuplicateKey " + FileOf("strings") + ": line 1");
    CHECK(out.statuses[0].info().found.ends_with(FileOf("strings") + ": line 3"));
  }
}

TEST_CASE("encode lines: values of many MiB that are wrong") {
  const std::string x(size_t{17} << 20, 'x');
  const std::string note = ",\"note\":\"" + x + "\"";
  const auto wrong = [&](const std::string& type, const std::string& members) {
    INFO(members.substr(0, 40) << " ... " << members.substr(members.size() - 20));
    CHECK(ErrorsIn(type, Line(members) + Line("\"key\":1")) ==
          Strings{"RedisEncodeInvalidJSON line 1", "RedisEncodeInvalidJSON line 2"});
  };
  const std::string begin = "\"key\":\"k\",\"value\":\"" + x;
  for (const std::string& end :
       Strings{"\\udc00\"", "\\ud83d\"", "\\ud83d\\u0041\"", "\\ud83dx\"", "\\u12g4\"", "\\x\"",
               "\t\"", "\xc3\"", "\x80\x80\"", "\xff\"", "", "\",\"value\":\"\"", "\" 1", "\\"})
    wrong("strings", begin + end);
  wrong("strings", "\"value\":null,\"key\":\"k\"" + note);
  wrong("strings", "\"value\" \"v\",\"key\":\"k\"" + note);
  wrong("strings", "\"value\":\"" + x + "\"");
  wrong("strings", "\"key\":\"k\",\"value\":{\"base64\":\"" + x + "YQ==\"}");
  wrong("strings", "\"key\":\"k\",\"value\":{\"base64\":\"" + x + "x\"}");
  wrong("strings", "\"key\":\"k\",\"value\":{\"base64\":\"" + x + "\",\"base64\":\"\"}");
  wrong("hll", "\"key\":\"k\",\"payload\":{\"base64\":\"" + x + "\"}");
  wrong("hll", "\"key\":\"k\",\"payload\":\"" + x + "=\"");
}

}  // namespace
}  // namespace snaptree::test

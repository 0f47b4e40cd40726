// Collections, strings and HLLs that people edited: what is taken, what is refused, and where (spec
// 02 chapter 7).
#include <catch2/catch.hpp>

#include "tests/support/encoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"
#include "tests/support/rounds.h"

namespace snaptree::test {
namespace {

using Rows = std::map<std::string, std::string>;
constexpr const char* kHash = "redis/db_0/hashes/h.json";
constexpr const char* kZSet = "redis/db_0/zsets/z.json";

EncodedRows EncodeHash(const std::string& text) { return EncodeFiles({{kHash, text}}); }

TEST_CASE("encode: members in any order, unknown ones left out") {
  const EncodedRows out = EncodeHash(
      "{\"expire_at_ms\":9,\"note\":{\"deep\":[1,{\"fields\":null}],\"s\":\"\\u00e9\"},\n"
      "\"fields\":[{\"value\":\"1\",\"name\":\"b\"},\n"
      "{\"name\":\"a\",\"hint\":[],\"value\":{\"base64\":\"_w\",\"size\":1}}],\"format_version\":"
      "1}");
  CHECK(out.errors.empty());
  CHECK(out.rows == Rows{{MetaKeyOf("hs", "h"), CountMetaValue(2, 9)},
                         {FieldKey("h", "a"), "\xff"},
                         {FieldKey("h", "b"), "1"},
                         {TtlKey("h"), U64(9)}});
  CHECK(out.findings() == Strings{"warning unknown_member 3"});
  CHECK(out.differences == std::set<std::string>{kHash});
}

// What a comparison of JSON values sees. Order, blanks, escapes and base64 of text are no matter.
TEST_CASE("encode: what comes out in another spelling is said") {
  const auto respelled = [](const std::string& path, const std::string& text) {
    const EncodedRows out = EncodeFiles({{path, text}});
    REQUIRE(out.errors.empty());
    CHECK(out.differences.empty() == out.findings().empty());
    return out.findings() == Strings{"note redis_respelled 1"};
  };
  CHECK_FALSE(respelled(kHash, HashText({{"a", "1"}, {"b", "2"}}, 5)));
  CHECK_FALSE(respelled(kHash, HashText({{"b", "1"}, {"a", "2"}})));
  CHECK_FALSE(respelled(kHash, "{\"format_version\":1,\"fields\":[]}"));
  CHECK_FALSE(respelled(kHash,
                        "\n{\"format_version\" : 1,\r\n\"fields\":[{\"name\":\"\\u0061\\/\","
                        "\"value\":{\"base64\":\"YQ\"}}],\t\"expire_at_ms\":null}\n\n"));
  CHECK(respelled(kHash, "{\"format_version\":1,\"fields\":[],\"expire_at_ms\":0}"));
  CHECK_FALSE(respelled(kZSet, ZSetText({{"b", "1.0"}, {"a", "1e21"}, {"c", "-0.0"}})));
  CHECK(respelled(kZSet, ZSetText({{"b", "1e-400"}})));
}

TEST_CASE("encode: expiry times of collections") {
  const auto encode = [](const std::string& expiry) {
    return EncodeHash("{\"format_version\":1,\"fields\":[],\"expire_at_ms\":" + expiry + "}");
  };
  CHECK(encode("1").rows ==
        Rows{{MetaKeyOf("hs", "h"), CountMetaValue(0, 1)}, {TtlKey("h"), U64(1)}});
  const EncodedRows large = encode("18446744073709551615");
  CHECK(large.rows.at(TtlKey("h")) == U64(INT64_MAX));
  CHECK(large.rows.at(MetaKeyOf("hs", "h")) == CountMetaValue(0, INT64_MAX));
  CHECK(large.findings() == Strings{"warning redis_expiry_clamped 1"});
  for (const std::string& wrong :
       Strings{"1.0", "1e3", "-1", "\"1\"", "true", "[]", "{}", "18446744073709551616", "-0"})
    CHECK(encode(wrong).errors ==
          Strings{"RedisEncodeInvalidJSON " + std::string(kHash) + ": line 1"});
}

TEST_CASE("encode: wrong hashes, each with its line") {
  const auto line_of = [](const std::string& text) {
    const EncodedRows out = EncodeHash(text);
    REQUIRE(out.errors.size() == 1);
    const std::string start = "RedisEncodeInvalidJSON " + std::string(kHash);
    REQUIRE(out.errors[0].starts_with(start));
    return out.errors[0].substr(start.size());
  };
  const std::string head = "{\n\"format_version\": 1,\n\"fields\": [\n";
  const std::string tail = "\n],\n\"expire_at_ms\": null\n}";
  CHECK(line_of("") == ": line 1");
  CHECK(line_of("\n\n") == ": line 3");
  CHECK(line_of("[]") == ": line 1");
  CHECK(line_of("null") == ": line 1");
  CHECK(line_of("\xef\xbb\xbf{}") == ": line 1");
  CHECK(line_of("{}") == "");                      // no format_version
  CHECK(line_of("{\"format_version\":1}") == "");  // no array
  CHECK(line_of("{\"format_version\":2,\"fields\":[]}") == ": line 1");
  CHECK(line_of("{\"format_version\":1.0,\"fields\":[]}") == ": line 1");
  CHECK(line_of("{\"format_version\":\"1\",\"fields\":[]}") == ": line 1");
  CHECK(line_of("{\"format_version\":1,\n\"fields\":null}") == ": line 2");
  CHECK(line_of("{\"format_version\":1,\n\"fields\":{}}") == ": line 2");
  CHECK(line_of("{\"format_version\":1,\n\"format_version\":1,\"fields\":[]}") == ": line 2");
  CHECK(line_of("{\"format_version\":1,\"fields\":[],\n\n\"fields\":[]}") == ": line 3");
  CHECK(line_of("{\"format_version\":1,\"Fields\":[]}") == "");
  CHECK(line_of(head + tail + "]") == ": line 7");
  CHECK(line_of(head + tail + "\n}") == ": line 8");
  CHECK(line_of(head + tail + std::string("\0", 1)) == ": line 7");
  CHECK(line_of(head + std::string("\0", 1) + tail) == ": line 4");
  CHECK(line_of(head) == ": line 4");
  CHECK(line_of(head + "{\"name\":\"a\"}" + tail) == ": line 4");
  CHECK(line_of(head + "{\"value\":\"a\"}" + tail) == ": line 4");
  CHECK(line_of(head + "{\"name\":\"a\",\n\"name\":\"b\",\"value\":\"\"}" + tail) == ": line 5");
  CHECK(line_of(head + "{\"name\":\"a\",\"value\":\"\",\n\"value\":\"\"}" + tail) == ": line 5");
  CHECK(line_of(head + "{\"name\":\"a\",\"value\":1}" + tail) == ": line 4");
  CHECK(line_of(head + "{\"name\":\"a\",\"value\":null}" + tail) == ": line 4");
  CHECK(line_of(head + "{\"name\":\"a\",\"value\":[]}" + tail) == ": line 4");
  CHECK(line_of(head + "\"a\"" + tail) == ": line 4");
  CHECK(line_of(head + "[]" + tail) == ": line 4");
  CHECK(line_of(head + "{\"name\":\"a\",\"value\":\"\"},\n{\"name\":\"b\",\"value\":\"\"}," +
                tail) == ": line 6");  // the comma behind the last
  const auto value = [&](const std::string& bv) {
    return line_of(head + "{\"name\":\"a\",\"value\":" + bv + "}" + tail);
  };
  CHECK(value("{}") == ": line 4");
  CHECK(value("{\"base64\":null}") == ": line 4");
  CHECK(value("{\"base64\":\"YQ==\"}") == ": line 4");
  CHECK(value("{\"base64\":\"Y\\nQ\"}") == ": line 4");
  CHECK(value("{\"base64\":\"+/\"}") == ": line 4");
  CHECK(value("{\"base64\":\"YR\"}") == ": line 4");
  CHECK(value("{\"base64\":\"YQ\",\"base64\":\"YQ\"}") == ": line 4");
  CHECK(value("{\"base64\":{\"base64\":\"YQ\"}}") == ": line 4");
  CHECK(value("\"\xff\"") == ": line 4");
  CHECK(value("\"\xed\xa0\x80\"") == ": line 4");
  CHECK(value("\"\\ud800\"") == ": line 4");
  CHECK(value("\"\\udc00\"") == ": line 4");
  CHECK(value("\"\\udc00\\ud800\"") == ": line 4");
  CHECK(value("\"\\x\"") == ": line 4");
  CHECK(value("\"a\nb\"") == ": line 4");
  CHECK(value("\"open") == ": line 4");
  // What is skipped is read as strictly.
  CHECK(value("\"v\",\"x\":\"\xff\"") == ": line 4");
  CHECK(value("\"v\",\"x\":\"\\udc00\"") == ": line 4");
  CHECK(value("\"v\",\"x\":01") == ": line 4");
  CHECK(value("\"v\",\"x\":" + std::string(20000, '[') + std::string(20000, ']')) == ": line 4");
}

TEST_CASE("encode: text of any kind survives") {
  const std::string text = "\\u0000\\b\\f\\n\\r\\t\\\"\\\\\\/\\u00e9\\ud83d\\ude00\x7f\xe2\x80\xa8";
  const EncodedRows out =
      EncodeFiles({{"redis/db_0/lists/l.json",
                    "{\"format_version\":1,\"items\":[\"" + text + "\"],\"expire_at_ms\":null}"}});
  CHECK(out.rows.at(ItemKey("l", 0)) ==
        std::string("\0\b\f\n\r\t\"\\/\xc3\xa9\xf0\x9f\x98\x80\x7f\xe2\x80\xa8", 19));
}

TEST_CASE("encode: the same element twice") {
  const EncodedRows hash = EncodeHash(
      "{\"format_version\":1,\n\"fields\":[\n{\"name\":\"a\",\"value\":\"1\"},\n"
      "{\"name\":\"\\u0061\",\"value\":\"2\"}]}");
  CHECK(hash.errors == Strings{"DuplicateKey " + std::string(kHash) + ": line 3"});
  REQUIRE(hash.statuses.size() == 1);
  CHECK(hash.statuses[0].info().found.find("also in redis/db_0/hashes/h.json: line 4") !=
        std::string::npos);
  // Other scores: the member stands there twice all the same.
  const EncodedRows zset = EncodeFiles({{kZSet, ZSetText({{"a", "1"}, {"a", "2"}})}});
  REQUIRE(zset.errors.size() == 1);
  CHECK(zset.errors[0].starts_with("DuplicateKey " + std::string(kZSet)));
  CHECK(EncodeFiles({{"redis/db_0/sets/s.json", SetText({"a", "a"})}}).errors.size() == 1);
}

TEST_CASE("encode: scores that are none") {
  for (const std::string& score :
       Strings{"1e309", "-1e309", "\"1\"", "\"inf\"", "\"+Inf\"", "\"NaN\"", "\"nan:0x\"",
               "\"nan:0x7ff0000000000000\"", "\"nan:0x3ff0000000000000\"",
               "\"nan:0x7ff80000000000011\"", "null", "true", "[]", "{}", "+1", ".5", "1.", "0x1",
               "NaN"}) {
    INFO(score);
    const EncodedRows out = EncodeFiles({{kZSet, ZSetText({{"m", score}})}});
    REQUIRE(out.errors.size() == 1);
    CHECK(out.errors[0].starts_with("RedisEncodeInvalidJSON " + std::string(kZSet) + ": line "));
  }
  // Half way between two doubles, and over by a digit far behind.
  const EncodedRows out = EncodeFiles(
      {{kZSet, ZSetText({{"a", "9007199254740993.0"},
                         {"b", "9007199254740993.00000000000000000000000000000001"}})}});
  CHECK(out.rows.at(ZSetMemberKey("z", "a")) == U64(Bits(9007199254740992.0)));
  CHECK(out.rows.at(ZSetMemberKey("z", "b")) == U64(Bits(9007199254740994.0)));
}

TEST_CASE("encode: a score may come before its member") {
  const EncodedRows out =
      EncodeFiles({{kZSet,
                    "{\"format_version\":1,\"members\":[{\"score\":1,\"member\":\"b\"},"
                    "{\"score\":2,\"member\":{\"base64\":\"_w\"}}],\"expire_at_ms\":null}"}});
  CHECK(out.rows.at(ZSetMemberKey("z", "b")) == U64(Bits(1)));
  CHECK(out.rows.at(ZSetMemberKey("z", "\xff")) == U64(Bits(2)));
}

TEST_CASE("encode: HLLs that a live node could not read") {
  const auto encode = [](const std::string& bytes) {
    return EncodeFiles({{"redis/db_0/hll/u.bin", bytes}});
  };
  const Strings error = {"RedisEncodeInvalidHLL redis/db_0/hll/u.bin"};
  CHECK(encode("HYLL").errors == error);
  CHECK(encode(Unhex("0052")).errors == error);
  CHECK(encode(Unhex("005248010a0161")).errors == error);
  CHECK(encode(Unhex("005253010a0261")).errors == error);
  CHECK(encode("{\"members\":[\"a\"]}").errors == error);
  CHECK(encode("\0RS\1" + std::string(100000, '\x0a')).errors == error);
  const std::string large = SetBlob({std::string(100000, 'm')});
  CHECK(encode(large).rows == Rows{{HllKey("u"), HllValue(large)}});
  CHECK(encode(SetBlob({"\xff"})).finding("redis_hll_not_utf8") == "warning 1");
}

TEST_CASE("encode: large strings go from file to file") {
  std::string value;
  for (size_t i = 0; i < 300000; ++i) value += static_cast<char>(i * 7 >> 3);
  for (const size_t size : {size_t{65536}, size_t{65537}, value.size()}) {
    const EncodedRows out =
        EncodeFiles({{"redis/db_0/strings/s.bin", value.substr(0, size)},
                     {"redis/db_0/strings_ttl.jsonl", "{\"key\":\"s\",\"expire_at_ms\":5}\n"}});
    CHECK((out.rows ==
           Rows{{StrKey("s"), StringValue(value.substr(0, size), 5)}, {TtlKey("s"), U64(5)}}));
  }
}

TEST_CASE("encode: collections that come in pieces") {
  // Over 1 MiB: the border between pieces falls on every kind of byte.
  for (size_t shift = 0; shift < 40; ++shift) {
    Pairs fields;
    fields.emplace_back("", std::string(262100 + shift, 'x'));
    for (size_t i = 0; i < 9000; ++i) {
      const std::string name = "f\xc3\xa9" + std::to_string(100000 + i);
      fields.emplace_back(name, i % 3 == 0 ? "\xff\x01" : "\"\n\xe2\x80\xa8" + std::to_string(i));
    }
    const EncodedRows out = EncodeHash(HashText(fields, 5));
    REQUIRE(out.errors.empty());
    CHECK(out.findings().empty());
    Rows expected = {{MetaKeyOf("hs", "h"), CountMetaValue(9001, 5)}, {TtlKey("h"), U64(5)}};
    for (const auto& [name, value] : fields) expected[FieldKey("h", name)] = value;
    REQUIRE((out.rows == expected));
    if (shift > 2) shift += kSanitized ? 18 : 6;
  }
  // An error far behind is told with its line.
  Strings items(300000, "item");
  std::string text = ListText(items);
  text.replace(text.rfind("\"item\""), 6, "\"\\udc00\"");
  CHECK(EncodeFiles({{"redis/db_0/lists/l.json", text}}).errors ==
        Strings{"RedisEncodeInvalidJSON redis/db_0/lists/l.json: line 300003"});
  // Numbers and blanks of any length are no way to fill the memory.
  const std::string zeros(3 << 20, '0');
  CHECK(EncodeHash("{\"format_version\":1,\"x\":1" + zeros + ",\"fields\":[]}").errors.size() == 1);
  CHECK(EncodeHash("{\"format_version\":1,\"x\":0." + zeros + ",\"fields\":[]}").errors.size() ==
        1);
  CHECK(EncodeHash("{" + std::string(3 << 20, ' ') + "}").errors.size() == 1);
  CHECK(EncodeHash(HashText({{"digits", zeros}})).errors.empty());
}

TEST_CASE("encode: more elements than live commands take") {
  const EncodedRows out = EncodeFiles({{"redis/db_0/lists/l.json", ListText(Strings(100001, ""))}});
  CHECK(out.findings() == Strings{"warning redis_collection_over_live_limit 1"});
  CHECK(out.rows.at(ListMetaKey("l")) == ListMetaValue(0, 100001));
  CHECK(
      EncodeFiles({{"redis/db_0/lists/l.json", ListText(Strings(100000, ""))}}).findings().empty());
}

TEST_CASE("encode: keys and fields that are too long for a row") {
  const std::string field(1048576, 'f');
  const EncodedRows out = EncodeHash(HashText({{field, ""}}));
  REQUIRE(out.errors.size() == 1);
  CHECK(out.errors[0].starts_with("EncodeKeyTooLarge " + std::string(kHash)));
}

}  // namespace
}  // namespace snaptree::test

// JSON forms of older stores: spec 02 section 2.9, vectors V13 to V19. Read through the blob
// functions, which choose.
#include "adapters/redis/redis_json_values.h"

#include <bit>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"

namespace snaptree::redis {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

std::string Unhex(Slice hex) {
  std::optional<std::string> bytes = ParseHex(hex);
  REQUIRE(bytes.has_value());
  return *bytes;
}

// "name=value;" of every element; the error's code when there is one.
std::string Hash(Slice blob, BlobInfo* info) {
  std::string out;
  const Status status = VisitHashBlob(
      blob,
      [&](Slice field, Slice value) {
        out.append(field).append("=").append(value).append(";");
        return Status::Ok();
      },
      info);
  if (!status.ok()) CHECK(out.empty());
  return status.ok() ? out : status.code();
}

std::string Set(Slice blob, BlobInfo* info) {
  std::string out;
  const Status status = VisitSetBlob(
      blob,
      [&](Slice member) {
        out.append(member).append(";");
        return Status::Ok();
      },
      info);
  if (!status.ok()) CHECK(out.empty());
  return status.ok() ? out : status.code();
}

std::string ZSet(Slice blob, BlobInfo* info) {
  std::string out;
  const Status status = VisitZSetBlob(
      blob,
      [&](Slice member, uint64_t bits) {
        std::string be;
        for (int shift = 56; shift >= 0; shift -= 8) be += static_cast<char>(bits >> shift & 0xff);
        out.append(member).append("=").append(Hex(be)).append(";");
        return Status::Ok();
      },
      info);
  if (!status.ok()) CHECK(out.empty());
  return status.ok() ? out : status.code();
}

std::string Stream(Slice blob, BlobInfo* info) {
  std::string out;
  const Status status = VisitStreamBlob(
      blob,
      [&](Slice id, const std::vector<Slice>& fields) {
        out.append(id).append(":");
        for (const Slice field : fields) out.append(field).append(",");
        out.append(";");
        return Status::Ok();
      },
      info);
  if (!status.ok()) CHECK(out.empty());
  return status.ok() ? out : status.code();
}

constexpr char kInvalid[] = "RedisInvalidBlob";

TEST_CASE("V13: hash") {
  BlobInfo info;
  CHECK(Hash(Unhex("7b22615c22223a22c3a95c7532303238222c2262223a225c7530303363785c753030336522"
                   "2c2266223a2276227d"),
             &info) == "a\"=\u00e9\u2028;b=<x>;f=v;");
  CHECK(info.was_json);
  CHECK(info.elements == 3);
  CHECK_FALSE(info.has_replacement_char);
}

TEST_CASE("V14: two fields that damage made one come both, in their order") {
  BlobInfo info;
  CHECK(Hash(Unhex("7b225c7566666664223a2274776f222c225c7566666664223a226f6e65227d"), &info) ==
        "\ufffd=two;\ufffd=one;");
  CHECK(info.elements == 2);
  CHECK(info.has_replacement_char);
}

TEST_CASE("V15: set, and the empty object in all layouts") {
  BlobInfo info;
  CHECK(Set(Unhex("7b226d656d62657273223a5b22222c2261222c2262225d7d"), &info) == ";a;b;");
  CHECK(Set(Unhex("7b7d"), &info).empty());
  CHECK(info.was_json);
  CHECK(Hash("{}", &info).empty());
  CHECK(ZSet("{}", &info).empty());
  CHECK(Stream("{}", &info).empty());
}

TEST_CASE("V16: HLL") {
  std::string payload;
  BlobInfo info;
  bool has_duplicate = true;
  const std::string json = Unhex("7b226d656d62657273223a5b2261222c2262225d7d");
  REQUIRE(ConvertJsonHll(json, &payload, &info, &has_duplicate).ok());
  CHECK(Hex(payload) == "005253010a01610a0162");
  CHECK_FALSE(has_duplicate);
  REQUIRE(ConvertJsonHll(R"({"members":["b","\ufffd","b","a"]})", &payload, &info, &has_duplicate)
              .ok());
  CHECK(Hex(payload) == "005253010a01610a01620a03efbfbd");
  CHECK(has_duplicate);
  CHECK(info.has_replacement_char);
  REQUIRE(ConvertJsonHll("{}", &payload, &info, &has_duplicate).ok());
  CHECK(Hex(payload) == "00525301");
  CHECK(ConvertJsonHll("{", &payload, &info, &has_duplicate).code() == kInvalid);
}

TEST_CASE("V17: zset of both writers") {
  const Slice expected =
      "n=8000000000000000;t=3e7ad7f29abcaf48;a=3ff8000000000000;b=3ff8000000000000;"
      "h=444b1ae4d6e2ef50;";
  BlobInfo info;
  for (const Slice small : {"31652d37", "31652d3037"}) {
    const std::string blob = Unhex(
        "7b22656e7472696573223a5b7b226d656d626572223a226e222c2273636f7265223a2d307d2c7b226d656d"
        "626572223a2274222c2273636f7265223a" +
        std::string(small) +
        "7d2c7b226d656d626572223a2261222c2273636f7265223a312e357d2c7b226d656d626572223a2262222c"
        "2273636f7265223a312e357d2c7b226d656d626572223a2268222c2273636f7265223a31652b32317d5d7d");
    CHECK(ZSet(blob, &info) == expected);
  }
}

TEST_CASE("V18: stream") {
  BlobInfo info;
  CHECK(Stream(Unhex("7b22656e7472696573223a5b7b226964223a22313030312d30222c226669656c6473223a5b22"
                     "66222c2276225d7d2c7b226964223a22313030322d30222c226669656c6473223a5b2266222c"
                     "225c7530303363225d7d5d7d"),
               &info) == "1001-0:f,v,;1002-0:f,<,;");
  CHECK(Stream(R"({"entries":[{"id":"1-0"},{"id":"2-0","fields":null}]})", &info) == "1-0:;2-0:;");
  CHECK(Stream(R"({"entries":[{"id":"1-0","fields":["a"]},{"fields":["","b"]}]})", &info) ==
        "1-0:a,;:,b,;");
}

TEST_CASE("V19: not JSON") {
  BlobInfo info;
  for (const Slice hex :
       {"207b7d", "7b7d00", "7b7d20", "7b7d0a", "7b7d7b7d", "7b7d2c", "0a7b7d", "efbbbf7b7d"}) {
    CHECK(Hash(Unhex(hex), &info) == kInvalid);
    CHECK(Set(Unhex(hex), &info) == kInvalid);
  }
  CHECK(VisitSetJson(
            " {}", [](Slice) { return Status::Ok(); }, &info)
            .code() == kInvalid);
}

TEST_CASE("JSON: the prefix selects the layout, never the member names") {
  BlobInfo info;
  CHECK(Hash(R"({"members":"x","entries":"y"})", &info) == "members=x;entries=y;");
  CHECK(Hash(R"({"members":["x"]})", &info) == kInvalid);
  CHECK(Set(R"({"entries":["a"]})", &info).empty());
  CHECK(Set(R"({"Members":["a"],"MEMBERS":["b"],"members ":["c"]})", &info).empty());
}

TEST_CASE("JSON: unknown members are skipped whatever they hold") {
  BlobInfo info;
  const std::string unknown =
      R"("x":{"members":["no"],"a":[1,{"b":null}]},"y":[[],{}],"z":1e300,"t":true,"n":null,"s":"")";
  CHECK(Set("{" + unknown + R"(,"members":["a"]})", &info) == "a;");
  CHECK(Set(R"({"members":["a"],)" + unknown + "}", &info) == "a;");
  CHECK(ZSet(R"({"entries":[{)" + unknown + R"(,"member":"m","score":1},{"member":"k",)" + unknown +
                 "}]}",
             &info) == "m=3ff0000000000000;k=0000000000000000;");
  CHECK(Stream(R"({"entries":[{)" + unknown + R"(,"id":"1-1"}]})", &info) == "1-1:;");
}

TEST_CASE("JSON: null for an array is empty, elsewhere it is an error") {
  BlobInfo info;
  CHECK(Set(R"({"members":null})", &info).empty());
  CHECK(ZSet(R"({"entries":null})", &info).empty());
  CHECK(Stream(R"({"entries":null})", &info).empty());
  CHECK(Hash(R"({"a":null})", &info) == kInvalid);
  CHECK(Set(R"({"members":[null]})", &info) == kInvalid);
  CHECK(ZSet(R"({"entries":[null]})", &info) == kInvalid);
  CHECK(ZSet(R"({"entries":[{"member":null,"score":1}]})", &info) == kInvalid);
  CHECK(ZSet(R"({"entries":[{"member":"a","score":null}]})", &info) == kInvalid);
  CHECK(Stream(R"({"entries":[{"id":"1-1","fields":[null]}]})", &info) == kInvalid);
  CHECK(Set("null", &info) == kInvalid);
}

TEST_CASE("JSON: of members with one name the last counts") {
  BlobInfo info;
  CHECK(Set(R"({"members":["a","b"],"members":["c"]})", &info) == "c;");
  CHECK(Set(R"({"members":["a"],"members":null})", &info).empty());
  CHECK(info.elements == 0);
  CHECK(ZSet(R"({"entries":[{"member":"a","score":1,"member":"b","score":2}]})", &info) ==
        "b=4000000000000000;");
  CHECK(Stream(R"({"entries":[{"id":"1-1","fields":["a","b"],"fields":["c"]}]})", &info) ==
        "1-1:c,;");
  CHECK(Stream(R"({"entries":[{"id":"1-1","fields":["a","b"],"fields":null}]})", &info) == "1-1:;");
}

TEST_CASE("JSON: another type in any place") {
  BlobInfo info;
  for (const Slice value : {"1", "true", "[]", "{}", "[\"a\"]", "-0", "false"}) {
    CHECK(Hash("{\"f\":" + std::string(value) + "}", &info) == kInvalid);
  }
  for (const Slice value :
       {"1", "true", "{}", "\"a\"", "[1]", "[[]]", "[{}]", "[true]", "[[\"a\"]]"}) {
    CHECK(Set("{\"members\":" + std::string(value) + "}", &info) == kInvalid);
  }
  for (const Slice value : {"1", "{}", "\"a\"", "[1]", "[[]]", "[\"a\"]", "[{\"member\":1}]",
                            "[{\"score\":\"1\"}]", "[{\"score\":[]}]", "[{\"member\":{}}]"}) {
    CHECK(ZSet("{\"entries\":" + std::string(value) + "}", &info) == kInvalid);
  }
  for (const Slice value :
       {"[{\"id\":1}]", "[{\"fields\":\"a\"}]", "[{\"fields\":{}}]", "[{\"fields\":[1]}]",
        "[{\"fields\":[[]]}]", "[{\"fields\":[{}]}]", "[[\"1-1\"]]"}) {
    CHECK(Stream("{\"entries\":" + std::string(value) + "}", &info) == kInvalid);
  }
}

TEST_CASE("JSON: text that is malformed") {
  BlobInfo info;
  for (const Slice text : {"{",
                           "{\"",
                           "{\"a",
                           "{\"a\"",
                           "{\"a\":",
                           "{\"a\":\"",
                           "{\"a\":\"b",
                           "{\"a\":\"b\"",
                           "{\"a\":\"b\",",
                           "{\"a\":\"b\",}",
                           "{\"a\"}",
                           "{a:\"b\"}",
                           "{,}",
                           "{\"a\":\"b\" \"c\":\"d\"}",
                           "{\"a\":'b'}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\u12\"}",
                           "{\"a\":\"\n\"}",
                           "{}}",
                           "{]",
                           "{\"a\":\"b\"]",
                           "{//\n}",
                           "{\"a\":\"b\"}}"}) {
    INFO(text);
    CHECK(Hash(text, &info) == kInvalid);
  }
  CHECK(Hash("{\"a\":\"\0\"}"sv, &info) == kInvalid);
  CHECK(Hash("{\0}"sv, &info) == kInvalid);
  CHECK(Hash("{\"a\":\"b\"\0}"sv, &info) == kInvalid);
}

TEST_CASE("JSON: every escape") {
  BlobInfo info;
  CHECK(Hash(R"({"\"\\\/\b\f\n\r\t":"\u0041\u00e9\u65e5\ud83d\ude00\u0000"})", &info) ==
        "\"\\/\b\f\n\r\t=A\u00e9\u65e5\U0001F600\0;"s);
  CHECK(Hash("{\"\x7f\":\"\u65e5\"}", &info) == "\x7f=\u65e5;");
}

TEST_CASE("JSON: lone surrogates and invalid UTF-8 are errors, in what is skipped, too") {
  BlobInfo info;
  for (const Slice text : {"\\ud800", "\\udc00", "\\udfff", "\\ud800\\u0041", "\\ud800x",
                           "\\udc00\\ud800", "\\ud800\\ud800", "a\\udc00b", "\xff", "\xc3",
                           "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80", "\xe6\x97", "\x80"}) {
    INFO(text);
    CHECK(Hash("{\"f\":\"" + std::string(text) + "\"}", &info) == kInvalid);
    CHECK(Hash("{\"" + std::string(text) + "\":\"v\"}", &info) == kInvalid);
    CHECK(Set("{\"members\":[\"a\",\"" + std::string(text) + "\"]}", &info) == kInvalid);
    CHECK(Set("{\"unknown\":[{\"" + std::string(text) + "\":1}]}", &info) == kInvalid);
  }
}

TEST_CASE("JSON: U+FFFD is told only from strings that count") {
  BlobInfo info;
  CHECK(Set("{\"members\":[\"a\ufffd\"]}", &info) == "a\ufffd;");
  CHECK(info.has_replacement_char);
  CHECK(Hash(R"({"f":"x\ufffdy"})", &info) == "f=x\ufffdy;");
  CHECK(info.has_replacement_char);
  CHECK(Stream(R"({"entries":[{"id":"1-1","fields":["a","\ufffd"]}]})", &info) == "1-1:a,\ufffd,;");
  CHECK(info.has_replacement_char);
  CHECK(Set(R"({"x":"\ufffd","members":["a"]})", &info) == "a;");
  CHECK_FALSE(info.has_replacement_char);
}

TEST_CASE("JSON: scores") {
  const auto score = [](Slice number) {
    BlobInfo info;
    return ZSet("{\"entries\":[{\"member\":\"m\",\"score\":" + std::string(number) + "}]}", &info);
  };
  CHECK(score("0") == "m=0000000000000000;");
  CHECK(score("-0.0") == "m=8000000000000000;");
  CHECK(score("1.7976931348623157e308") == "m=7fefffffffffffff;");
  CHECK(score("5e-324") == "m=0000000000000001;");
  CHECK(score("1e-400") == "m=0000000000000000;");  // rounds to 0, as everywhere
  CHECK(score("-1e-400") == "m=8000000000000000;");
  CHECK(score("0.1") == "m=3fb999999999999a;");
  CHECK(score("9007199254740993") == "m=4340000000000000;");
  CHECK(score("123456789012345678901234567890") == "m=45f8ee90ff6c373e;");
  CHECK(score("100000000000000000000") == "m=4415af1d78b58c40;");
  CHECK(score("1E+2") == "m=4059000000000000;");
  for (const Slice number : {"1e309", "-1e309", "1.8e308", "1e999999999999", "01", "+1", ".5", "1.",
                             "1e", "-", "NaN", "Infinity", "inf", "0x10", "1_0", "--1", "\"1\""}) {
    INFO(number);
    CHECK(score(number) == kInvalid);
  }
}

TEST_CASE("JSON: blanks between tokens change nothing") {
  BlobInfo info;
  CHECK(Set("{ \"members\" :\n[ \"a\" ,\t\"b\" ] }", &info) == "a;b;");
}

TEST_CASE("JSON: nesting without end neither overflows the stack nor eats memory") {
  BlobInfo info;
  CHECK(Set("{\"x\":" + std::string(5'000'000, '['), &info) == kInvalid);
  std::string objects = "{\"x\":";
  for (int i = 0; i < 200'000; ++i) objects += "{\"x\":";
  CHECK(Set(objects, &info) == kInvalid);
  const std::string deep =
      "{\"x\":" + std::string(9'000, '[') + std::string(9'000, ']') + ",\"members\":[\"a\"]}";
  CHECK(Set(deep, &info) == "a;");
}

TEST_CASE("JSON: a visitor's error ends the visit and comes back") {
  int calls = 0;
  BlobInfo info;
  const Status status = VisitHashBlob(
      R"({"a":"1","b":"2","c":"3"})",
      [&](Slice, Slice) {
        return ++calls == 2 ? EnvironmentError("NoSpace", "the disk is full") : Status::Ok();
      },
      &info);
  REQUIRE_FALSE(status.ok());
  CHECK(status.code() == "NoSpace");
  CHECK(calls == 2);
}

TEST_CASE("JSON: cut anywhere it is an error") {
  BlobInfo info;
  const Slice text = R"({"entries":[{"id":"1-1","fields":["a","\u00e9"]},{"id":"2-1"}]})";
  REQUIRE(Stream(text, &info) == "1-1:a,\u00e9,;2-1:;");
  for (size_t n = 1; n < text.size(); ++n) {
    CHECK(Stream(std::string(text.substr(0, n)), &info) == kInvalid);
  }
}

}  // namespace
}  // namespace snaptree::redis

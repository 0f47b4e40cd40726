// What is said of two JSON documents that differ.
#include "check/diff/json_fields.h"

#include <random>
#include <string>
#include <vector>

#include "check/diff/json_tree.h"
#include <catch2/catch.hpp>

#include "base/text.h"

namespace snaptree::test {
namespace {

constexpr const char* kItem = "dynamodb/orders/items/1.json";
constexpr const char* kHash = "redis/db_0/hashes/h.json";
constexpr const char* kSet = "redis/db_0/sets/s.json";
constexpr const char* kZset = "redis/db_0/zsets/z.json";
constexpr const char* kSidecar = "s3/b/x.elastickv-meta.json";

std::string Show(const std::optional<FieldDifferences>& found) {
  if (!found) return "no JSON";
  std::string text;
  for (const DiffField& field : found->fields) {
    text += text.empty() ? "" : "; ";
    text += field.path + ": " + field.a.value_or("-") + " -> " + field.b.value_or("-");
  }
  return found->more == 0 ? text : text + "; +" + std::to_string(found->more);
}

std::string Of(Slice path, Slice a, Slice b) { return Show(CompareJson(path, a, b)); }

}  // namespace

TEST_CASE("members that differ are named with their values") {
  CHECK(Of(kSidecar, R"({"a":1,"b":"x"})", R"({"a":1,"b":"y"})") == R"(b: "x" -> "y")");
  CHECK(Of(kSidecar, R"({"a":1})", R"({"a":1,"n":{"x":null}})") == "n: - -> {x: null}");
  CHECK(Of(kSidecar, R"({"a":1,"n":[true,false]})", R"({"a":1})") == "n: [true, false] -> -");
  CHECK(Of(kSidecar, R"({"m":{"k":{"x":1,"y":2}}})", R"({"m":{"k":{"x":1,"y":3}}})") ==
        "m.k.y: 2 -> 3");
  CHECK(Of(kSidecar, R"({"a":{"x":1}})", R"({"a":[1]})") == "a: {x: 1} -> [1]");
  CHECK(Of(kSidecar, "1", "2") == "value: 1 -> 2");
}

TEST_CASE("numbers are compared as they are written") {
  CHECK(Of(kSidecar, R"({"n":18446744073709551615})", R"({"n":18446744073709551614})") ==
        "n: 18446744073709551615 -> 18446744073709551614");
  CHECK(Of(kSidecar, R"({"n":1.10})", R"({"n":1.1})") == "n: 1.10 -> 1.1");
  CHECK(Of(kSidecar, R"({"n":5})", R"({"n":"5"})") == R"(n: 5 -> "5")");
  CHECK(Of(kZset, R"({"members":[{"member":"a","score":-0}]})",
           R"({"members":[{"member":"a","score":0}]})") == "members.a: -0 -> 0");
}

TEST_CASE("order, white space and escapes make no difference") {
  CHECK(Of(kSidecar, R"({"a":1,"b":[1,2]})", "{ \"b\" : [1 ,2],\n\"a\":1}").empty());
  CHECK(Of(kSidecar, R"({"a":"\u0041\/"})", R"({"a":"A/"})").empty());
  CHECK(Of(kSet, R"({"members":["a","b"]})", R"({"members":["b","a"]})").empty());
  CHECK(Of(kHash, R"({"fields":[{"name":"a","value":"1"},{"name":"b","value":"2"}]})",
           R"({"fields":[{"value":"2","name":"b"},{"name":"a","value":"1"}]})")
            .empty());
  CHECK(Of(kSidecar, R"({"l":[1,2]})", R"({"l":[2,1]})") == "l[0]: 1 -> 2; l[1]: 2 -> 1");
}

TEST_CASE("of DynamoDB items the values are shown") {
  CHECK(Of(kItem, R"({"status":{"S":"open"},"total":{"N":"12.5"}})",
           R"({"status":{"S":"paid"},"total":{"N":"13"}})") ==
        R"(status: "open" -> "paid"; total: 12.5 -> 13)");
  CHECK(Of(kItem, R"({"a":{"S":"5"}})", R"({"a":{"N":"5"}})") == R"(a: "5" -> 5)");
  CHECK(Of(kItem, R"({"a":{"BOOL":true},"n":{"NULL":true}})",
           R"({"a":{"BOOL":false},"n":{"S":""}})") == R"(a: true -> false; n: null -> "")");
  CHECK(Of(kItem, R"({"m":{"M":{"k":{"L":[{"N":"1"},{"N":"2"}]}}}})",
           R"({"m":{"M":{"k":{"L":[{"N":"1"},{"N":"3"}]}}}})") == "m.k[1]: 2 -> 3");
  CHECK(Of(kItem, R"({"s":{"SS":["a","b"]}})", R"({"s":{"SS":["c","b"]}})") ==
        R"(s: "a" -> -; s: - -> "c")");
  CHECK(Of(kItem, R"({"s":{"SS":["a","b"]}})", R"({"s":{"SS":["b","a"]}})").empty());
  // Of the same text and not the same type.
  CHECK(Of(kItem, R"({"s":{"SS":["1"]}})", R"({"s":{"NS":["1"]}})") == R"(s: SS{"1"} -> NS{1})");
  CHECK(Of(kItem, R"({"s":{"SS":[]}})", R"({"s":{"BS":[]}})") == "s: SS{} -> BS{}");
  CHECK(Of(kItem, R"({"s":{"M":{}}})", R"({"s":{"L":[]}})") == "s: {} -> []");
  CHECK(Of(kItem, R"({"b":{"B":"AA=="}})", R"({"b":{"B":"AQ=="}})") ==
        R"(b: base64:"AA==" -> base64:"AQ==")");
  // An attribute that is no DynamoDB value does not look like one.
  CHECK(Of(kItem, R"({"a":{"M":{"x":{"N":"1"}}}})", R"({"a":{"x":{"N":"1"}}})") !=
        Of(kItem, R"({"a":{"M":{"x":{"N":"1"}}}})", R"({"a":{"M":{"x":{"N":"1"}}}})"));
  // Only there: elsewhere {"S": ...} is an object.
  CHECK(Of(kSidecar, R"({"a":{"S":"x"}})", R"({"a":{"S":"y"}})") == R"(a.S: "x" -> "y")");
}

TEST_CASE("of Redis hashes and sorted sets the fields are named") {
  CHECK(Of(kHash, R"({"fields":[{"name":"a","value":"1"},{"name":"b","value":"2"}]})",
           R"({"fields":[{"name":"b","value":"3"},{"name":"c","value":"4"}]})") ==
        R"(fields.a: "1" -> -; fields.b: "2" -> "3"; fields.c: - -> "4")");
  CHECK(Of(kHash, R"({"fields":[{"name":{"base64":"_w"},"value":{"base64":"AP8"}}]})",
           R"({"fields":[{"name":{"base64":"_w"},"value":"x"}]})") ==
        R"(fields.b"\xff": b"\x00\xff" -> "x")");
  CHECK(Of(kHash, R"({"fields":[]})", R"({"fields":[{"name":"a","value":"1"}]})") ==
        R"(fields.a: - -> "1")");
  CHECK(Of(kZset, R"({"members":[{"member":"m","score":1}]})",
           R"({"members":[{"member":"m","score":"+inf"}]})") == R"(members.m: 1 -> "+inf")");
  CHECK(Of(kSet, R"({"members":["a",{"base64":"_w"}],"expire_at_ms":null})",
           R"({"members":["a","z"],"expire_at_ms":5})") ==
        R"(expire_at_ms: null -> 5; members: b"\xff" -> -; members: - -> "z")");
  // A name that stands twice: then it is a list like any other.
  CHECK(Of(kHash, R"({"fields":[{"name":"a","value":"1"},{"name":"a","value":"2"}]})",
           R"({"fields":[{"name":"a","value":"1"},{"name":"a","value":"3"}]})") ==
        R"(fields[1].value: "2" -> "3")");
}

TEST_CASE("an element more is one difference") {
  CHECK(Of("redis/db_0/lists/l.json", R"({"items":["a","b","c"]})",
           R"({"items":["a","x","b","c"]})") == R"(items[1]: - -> "x")");
  CHECK(Of("redis/db_0/lists/l.json", R"({"items":["a","b","c"]})", R"({"items":["a","c"]})") ==
        R"(items[1]: "b" -> -)");
}

TEST_CASE("names and values stay on one line") {
  const std::string found =
      Of(kSidecar, R"({"a.b c":"\n\u001b[2J","":1})", "{\"a.b c\":\"\x7f\xc2\x9b\\u0000\",\"\":2}");
  CHECK(found == R"("": 1 -> 2; "a.b c": "\n\u001b[2J" -> "\u007f\u009b\u0000")");
  CHECK(Show(CompareValues("a\xff\n", "x")) == R"(value: b"a\xff\x0a" -> "x")");
  CHECK(QuotedText("\xc2\xa0\xc3\xa9") == "\"\xc2\xa0\xc3\xa9\"");
  CHECK(CutText("abc\xc3\xa9", 4) == "abc...");
  CHECK(CutText("abc\xc3\xa9", 5) == "abc\xc3\xa9");
}

TEST_CASE("many members and long values are cut") {
  std::string a = "{";
  for (int i = 0; i < 60; ++i) a += "\"k" + std::to_string(i) + "\":1,";
  const auto found = CompareJson(kSidecar, a + "\"z\":1}", R"({"z":1})");
  REQUIRE(found);
  CHECK(found->fields.size() == FieldDifferences::kMaxFields);
  CHECK(found->more == 10);
  const auto long_value = CompareJson(kSidecar, "{\"a\":\"" + std::string(5000, 'x') + "\"}", "{}");
  REQUIRE(long_value);
  CHECK(long_value->fields[0].a->size() == FieldDifferences::kMaxTextBytes + 3);
}

// Values in lists in lists: the text of each level is built once, not once for each above it.
TEST_CASE("deep documents") {
  const std::string wide(size_t{1} << 20, 'x');
  const auto nested = [&](const std::string& inner, bool typed) {
    std::string text = inner;
    for (int depth = 0; depth < 60; ++depth) {
      text = typed ? R"({"L":[)" + text + R"(,{"N":"7"}]})"
                   : R"({"m":[)" + text + R"(,{"k":)" + std::to_string(depth) + "}]}";
    }
    return typed ? R"({"a":)" + text + "}" : text;
  };
  const auto value = [&](const char* last) { return "\"" + wide + last + "\""; };
  for (const bool typed : {false, true}) {
    const std::string open = typed ? R"({"S":)" : "";
    const std::string close = typed ? "}" : "";
    const Slice path = typed ? kItem : kSidecar;
    const std::string a = nested(open + value("1") + close, typed);
    const std::string b = nested(open + value("2") + close, typed);
    const auto found = CompareJson(path, a, b);
    REQUIRE(found);
    REQUIRE(found->fields.size() == 1);
    CHECK(found->fields[0].path == (typed ? "a" : "") + [&] {
      std::string names;
      for (int depth = 0; depth < 60; ++depth)
        names += typed ? "[0]" : depth == 0 ? "m[0]" : ".m[0]";
      return names;
    }());
    CHECK(CompareJson(path, a, a)->fields.empty());
  }
}

TEST_CASE("lists and objects in a set") {
  CHECK(Of(kSet, R"({"members":[["b",{"x":1}],["a"]]})", R"({"members":[["a"],["b",{"x":2}]]})") ==
        R"(members: ["b", {x: 1}] -> -; members: - -> ["b", {x: 2}])");
  CHECK(Of(kSet, R"({"members":[["b"],["a"]]})", R"({"members":[["a"],["b"]]})").empty());
  CHECK(Of(kSet, R"({"members":["b","a"]})", R"({"members":7})") == R"(members: {"a", "b"} -> 7)");
}

TEST_CASE("what is no JSON is not compared") {
  const std::string nul("{\"a\":1}\0", 8);
  for (const std::string& bad :
       {std::string(), std::string("{"), std::string("{}x"), nul, std::string("{\"a\":nul}"),
        std::string(200, '['), std::string(100000, '[') + std::string(100000, ']')}) {
    INFO(Printable(bad, 20));
    CHECK_FALSE(CompareJson(kSidecar, bad, "{}"));
    CHECK_FALSE(CompareJson(kSidecar, "{}", bad));
  }
  CHECK(JsonTree::Parse(std::string(100, '[') + std::string(100, ']')));
}

TEST_CASE("any bytes are taken, and a document does not differ from itself") {
  std::mt19937_64 random(5);
  const std::string seed =
      R"({"fields":[{"name":"a","value":{"base64":"_w"}}],"m":{"M":{"x":{"SS":["a"]}}},"n":-0.5e9})";
  for (int round = 0; round < 20000; ++round) {
    std::string a = seed;
    std::string b = seed;
    for (std::string* text : {&a, &b}) {
      for (uint64_t i = random() % 4; i > 0; --i) {
        const size_t at = random() % text->size();
        if (random() % 2 == 0) {
          (*text)[at] = seed[random() % seed.size()];
        } else {
          text->erase(at, random() % 5);
        }
      }
    }
    for (const char* path : {kItem, kHash, kSet}) {
      const auto found = CompareJson(path, a, b);
      if (found && a == b) CHECK(found->fields.empty());
      if (const auto self = CompareJson(path, a, a)) CHECK(self->fields.empty());
    }
  }
}

}  // namespace snaptree::test

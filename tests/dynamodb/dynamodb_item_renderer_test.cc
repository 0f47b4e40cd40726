// Values of items: spec 03 sections 2.2, 2.3, 4.3 and 4.4, chapter 5, vectors V4, V10, V12, V13,
// V17, V18.
#include "adapters/dynamodb/dynamodb_item_renderer.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "adapters/dynamodb/dynamodb_json_item.h"
#include "base/sha256.h"
#include "base/text.h"
#include "tests/support/dynamodb_rows.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::dynamodb {
namespace {

using namespace test::ddb;
using test::Unhex;

constexpr const char* kItemI =
    "0a0b0a0362696e12041a0200ff0a0f0a026273120942070a01010a0202030a120a08637573746f6d657212060a"
    "04633c313e0a140a046c697374120c4a0a0a030a01780a031201310a1c0a036d6170121552130a070a016112024a"
    "000a080a016b12030a01760a090a036e696c120228010a080a026e6f120220000a120a046e756d73120a3a080a01"
    "320a03312e300a080a026f6b120220010a0e0a06726567696f6e12040a0265750a100a0474616773120832060a01"
    "620a01610a100a05746f74616c120712052d31322e350a0e0a027473120812063132392e3530";
constexpr const char* kLineI =
    R"({"bin":{"B":"AP8="},"bs":{"BS":["AQ==","AgM="]},"customer":{"S":"c\u003c1\u003e"},)"
    R"("list":{"L":[{"S":"x"},{"N":"1"}]},"map":{"M":{"a":{"L":[]},"k":{"S":"v"}}},)"
    R"("nil":{"NULL":true},"no":{"BOOL":false},"nums":{"NS":["2","1.0"]},"ok":{"BOOL":true},)"
    R"("region":{"S":"eu"},"tags":{"SS":["b","a"]},"total":{"N":"-12.5"},"ts":{"N":"129.50"}})";

// Without the magic.
std::string Message(const Attributes& attributes) { return Item(attributes).substr(4); }

std::string Line(const std::string& message) {
  ItemRenderer item(JsonStyle::kCompact);
  const Status status = item.Render(message);
  if (!status.ok()) return status.code();
  return item.text();
}

ItemRemarks RemarksOf(const std::string& message) {
  ItemRenderer item(JsonStyle::kCompact);
  REQUIRE(item.Render(message).ok());
  return item.remarks();
}

TEST_CASE("V4 and V12: item I, pretty and as a line") {
  const std::string message = Unhex(kItemI);
  ItemRenderer pretty(JsonStyle::kPretty);
  REQUIRE(pretty.Render(message).ok());
  CHECK(pretty.text().size() == 664);
  CHECK(Sha256::HexOf(pretty.text()) ==
        "5f7aafa85fc5e15493fd57fd58ea23fab0269a75dbc6f83e56c52a58ca41661f");
  CHECK(pretty.text().starts_with("{\n  \"bin\": {\n    \"B\": \"AP8=\"\n  },\n"));
  const std::string line = Line(message);
  CHECK(line == kLineI);
  CHECK(line.size() == 329);
  CHECK(Sha256::HexOf(line) == "efd3ef7460b0415026959c34d5daa1145c9f97eeba2fbba715aa3054d11b3398");
}

TEST_CASE("V4: the builders of the tests make item I too") {
  CHECK(Message({{"bin", B(Unhex("00ff"))},
                 {"bs", Bs({Unhex("01"), Unhex("0203")})},
                 {"customer", S("c<1>")},
                 {"list", L({S("x"), N("1")})},
                 {"map", M({{"a", L({})}, {"k", S("v")}})},
                 {"nil", Null()},
                 {"no", Bool(false)},
                 {"nums", Ns({"2", "1.0"})},
                 {"ok", Bool(true)},
                 {"region", S("eu")},
                 {"tags", Ss({"b", "a"})},
                 {"total", N("-12.5")},
                 {"ts", N("129.50")}}) == Unhex(kItemI));
}

TEST_CASE("V10: small items") {
  const std::pair<const char*, const char*> kVectors[] = {
      {"0a090a02696412030a0161", R"({"id":{"S":"a"}})"},
      {"0a060a0012020a00", R"({"":{"S":""}})"},
      {"", "{}"},
      {"0a080a02696412021a00", R"({"id":{"B":""}})"},
      {"0a070a016c12024a00", R"({"l":{"L":[]}})"},
      {"0a070a016d12025200", R"({"m":{"M":{}}})"},
      {"0a070a016e12022801", R"({"n":{"NULL":true}})"},
      {"0a070a016212022000", R"({"b":{"BOOL":false}})"},
      {"0a0a0a026273120442020a00", R"({"bs":{"BS":[""]}})"},
      {"0a070a0165120232000a090a02696412030a0161", R"({"e":{"SS":[]},"id":{"S":"a"}})"}};
  for (const auto& [hex, text] : kVectors) CHECK(Line(Unhex(hex)) == text);
}

TEST_CASE("V13: escapes") {
  const std::string name = "\xe2\x80\xa8\xc3\xa9\x07\x08\x0c\x7f<";
  const std::string value = "a\"\\\n\t\r\x01\xe2\x80\xa9";
  CHECK(
      Line(Message({{name, S(value)}})) ==
      "{\"\\u2028\xc3\xa9\\u0007\\b\\f\x7f\\u003c\":{\"S\":\"a\\\"\\\\\\n\\t\\r\\u0001\\u2029\"}}");
}

TEST_CASE("V17: what stands twice") {
  const std::string id = Field(1, Field(1, "pk") + Field(2, S("a")));
  CHECK(Line(id + Unhex("0a090a02706b12030a0162")) == R"({"pk":{"S":"b"}})");
  CHECK(Line(Unhex("0a0c0a02706b12060a0161120131")) == R"({"pk":{"N":"1"}})");
  const auto value = [](const std::string& message) { return Line(Message({{"a", message}})); };
  CHECK(value(N("1") + S("x")) == R"({"a":{"S":"x"}})");
  CHECK(value(L({S("x")}) + L({S("y")})) == R"({"a":{"L":[{"S":"x"},{"S":"y"}]}})");
  CHECK(value(Ss({"x"}) + Ss({}) + Ss({"y", "z"})) == R"({"a":{"SS":["x","y","z"]}})");
  CHECK(value(M({{"k", S("1")}, {"b", S("2")}}) + M({{"k", N("3")}})) ==
        R"({"a":{"M":{"b":{"S":"2"},"k":{"N":"3"}}}})");
  CHECK(value(L({S("x")}) + Bool(true) + L({S("y")})) == R"({"a":{"L":[{"S":"y"}]}})");
  CHECK(value(L({S("x")}) + S("t")) == R"({"a":{"S":"t"}})");
  CHECK(value(L({S("x")}) + Ss({"y"})) == R"({"a":{"SS":["y"]}})");
  CHECK(value(Bool(true) + Bool(false)) == R"({"a":{"BOOL":false}})");
  // The value of an entry twice is one merged message; an absent name is the empty one.
  CHECK(Line(Field(1, Field(1, "a") + Field(2, L({S("x")})) + Field(2, L({S("y")})))) ==
        R"({"a":{"L":[{"S":"x"},{"S":"y"}]}})");
  CHECK(Line(Field(1, Field(2, S("x")) + Field(1, "z") + Field(1, "a"))) == R"({"a":{"S":"x"}})");
  CHECK(Line(Field(1, Field(2, S("x")))) == R"({"":{"S":"x"}})");
}

TEST_CASE("attributes ascend by the bytes of their names, at every level, and the last one wins") {
  CHECK(
      Line(Message({{"b", S("1")}, {"a", S("2")}, {"", S("3")}, {"b", S("4")}, {"ab", S("5")}})) ==
      R"({"":{"S":"3"},"a":{"S":"2"},"ab":{"S":"5"},"b":{"S":"4"}})");
  CHECK(Line(Message({{"m", M({{"\xc3\xa9", S("1")}, {"z", S("2")}, {"Z", S("3")}})}})) ==
        "{\"m\":{\"M\":{\"Z\":{\"S\":\"3\"},\"z\":{\"S\":\"2\"},\"\xc3\xa9\":{\"S\":\"1\"}}}}");
}

TEST_CASE("V17: values that cannot be read") {
  const auto value = [](const std::string& message) { return Line(Message({{"a", message}})); };
  const std::string bad = "DdbInvalidItem";
  CHECK(Line(Unhex("0a090a02706b12030a01610a080a017812035a0166")) == bad);  // only field 11
  CHECK(Line(Unhex("0a080a017312030a01ff")) == bad);                        // not UTF-8
  CHECK(value("") == bad);
  CHECK(Line(Field(1, Field(1, "a"))) == bad);
  CHECK(value(N("\xc0\x80")) == bad);
  CHECK(value(Ss({"ok", "\xff"})) == bad);
  CHECK(value(L({S("ok"), ""})) == bad);
  CHECK(value(M({{"\xff", S("x")}})) == bad);
  CHECK(Line(Message({{"\xed\xa0\x80", S("x")}})) == bad);
  CHECK(value(S("x").substr(0, 2)) == bad);
  CHECK(value(Field(9, "\x0a")) == bad);
  CHECK(Line("\x0a") == bad);
  CHECK(Line(Unhex("0a80808080808080808002")) == bad);  // more than 64 bits
  CHECK(Line(Unhex("02")) == bad);                      // field 0
  CHECK(Line(Unhex("0f")) == bad);                      // wire type 7
  CHECK(Line(Unhex("14")) == bad);                      // the end of no group
  CHECK(value(Bs({"\xff"})) == R"({"a":{"BS":["/w=="]}})");
}

TEST_CASE("an attribute without a value ends the reading, however many there are") {
  const auto reason = [](const std::string& message) {
    ItemRenderer item(JsonStyle::kCompact);
    return item.Render(message).Message();
  };
  std::string many;
  for (int i = 0; i < 100000; ++i) many += Unhex("0a00");
  const std::string what = "an attribute without a value";
  CHECK(reason(many).find(what) != std::string::npos);
  CHECK(reason(Field(1, Field(1, "a"))).find(what) != std::string::npos);
  CHECK(reason(Message({{"m", Field(10, many)}})).find(what) != std::string::npos);
  // Also when a later one has its name: no node writes either.
  CHECK(Line(many + Field(1, Field(2, S("x")))) == "DdbInvalidItem");
  CHECK(Line(Field(1, Field(1, "a") + Field(2, "")) + Message({{"a", S("x")}})) ==
        R"({"a":{"S":"x"}})");
}

TEST_CASE("V17: NULL that is false, empty sets, fields of newer servers") {
  CHECK(Line(Unhex("0a070a016e12022800")) == R"({"n":{"NULL":false}})");
  CHECK(RemarksOf(Unhex("0a070a016e12022800")).null_false);
  CHECK_FALSE(RemarksOf(Message({{"n", Null()}, {"b", Bool(false)}})).null_false);
  for (const std::string& set : {Ss({}), Ns({}), Bs({})}) {
    CHECK(RemarksOf(Message({{"a", set}})).empty_set);
    CHECK(RemarksOf(Message({{"a", L({set})}})).empty_set);
  }
  CHECK_FALSE(RemarksOf(Message({{"a", Ss({""})}, {"b", L({})}, {"c", M({})}})).empty_set);

  const std::string odd = Field(11, "x") + Unhex("60ff01") + Unhex("6901020304050607ff") +
                          Unhex("750a0b0c0d") + Unhex("7b08017c");  // 11..15: all wire types
  const std::string item = odd + Field(1, odd + Field(1, "a") + Field(2, odd + S("x") + odd)) + odd;
  CHECK(Line(item) == R"({"a":{"S":"x"}})");
  CHECK(RemarksOf(item).unknown_fields == std::vector<uint32_t>{11, 12, 13, 14, 15});
  // A known number with another wire type is unknown too.
  CHECK(RemarksOf(Message({{"a", S("x") + Unhex("0801")}})).unknown_fields ==
        std::vector<uint32_t>{1});
  CHECK(Line(Message({{"a", S("x") + Unhex("2202ffff")}})) == R"({"a":{"S":"x"}})");
  CHECK(Line(Message({{"a", Ss({"x"}).substr(0, 0) + Field(6, Field(1, "x") + odd)}})) ==
        R"({"a":{"SS":["x"]}})");
  CHECK(Line(Message({{"a", Field(9, odd + Field(1, S("x")))}})) == R"({"a":{"L":[{"S":"x"}]}})");
}

std::string Nested(int levels) {
  std::string value = S("x");
  for (int i = 1; i < levels; ++i) value = i % 2 == 0 ? L({value}) : M({{"m", value}});
  return Message({{"a", value}});
}

TEST_CASE("nesting: 32 levels are good, 1000 are read, more are not") {
  CHECK_FALSE(RemarksOf(Nested(32)).too_deep);
  CHECK(RemarksOf(Nested(33)).too_deep);
  CHECK(RemarksOf(Nested(1000)).too_deep);
  CHECK(Line(Nested(1001)) == "DdbInvalidItem");
  CHECK(Line(Nested(3)) == R"({"a":{"L":[{"M":{"m":{"S":"x"}}}]}})");
}

TEST_CASE("pretty text of everything that can be empty or nested") {
  ItemRenderer item(JsonStyle::kPretty);
  REQUIRE(item.Render({}).ok());
  CHECK(item.text() == "{}");
  REQUIRE(
      item.Render(Message({{"l", L({L({}), M({}), Ss({}), N("1")})}, {"s", Ss({"a", "b"})}})).ok());
  CHECK(item.text() ==
        "{\n  \"l\": {\n    \"L\": [\n      {\n        \"L\": []\n      },\n      {\n"
        "        \"M\": {}\n      },\n      {\n        \"SS\": []\n      },\n      {\n"
        "        \"N\": \"1\"\n      }\n    ]\n  },\n  \"s\": {\n    \"SS\": [\n      \"a\",\n"
        "      \"b\"\n    ]\n  }\n}");
}

TEST_CASE("base64 of all lengths, and back") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    const std::string line = Line(Message({{"b", B(bytes)}}));
    JsonItem json;
    std::string message;
    REQUIRE(json.ToMessage(line, &message).ok());
    CHECK(message == Message({{"b", B(bytes)}}));
    bytes += static_cast<char>(i * 37);
  }
}

TEST_CASE("the key attributes are found, and nothing else is taken for them") {
  const KeySchema schema = {"h", "r"};
  ItemRenderer item(JsonStyle::kCompact);
  item.SetKeySchema(&schema);
  const std::string message =
      Message({{"h", S("1")}, {"m", M({{"h", S("no")}, {"r", S("no")}})}, {"r", B("2")}});
  REQUIRE(item.Render(message).ok());
  CHECK(item.key().complete());
  CHECK(item.key().hash.type == 'S');
  CHECK(item.key().hash.value == "1");
  CHECK(item.key().range.type == 'B');
  CHECK(item.key().range.value == "2");
  for (const std::string& r : {Bool(true), Null(), Ss({"1"}), L({}), M({})}) {
    const std::string odd = Message({{"h", S("1")}, {"r", r}});
    REQUIRE(item.Render(odd).ok());
    CHECK_FALSE(item.key().complete());
  }
}

TEST_CASE("texts that are too long to be kept come in pieces, and are the same") {
  const std::string controls((kWholeTextBytes / 4) + 17, '\x01');
  std::string wide;
  while (wide.size() < kWholeTextBytes) wide += "a\xe2\x82\xac<";
  const std::string blob(kWholeTextBytes + 1, '\xfe');
  std::vector<std::string> many(400000, S("x"));
  for (const std::string& value : {S(controls), S(wide), B(blob), L(many), Ss({wide, wide})}) {
    const std::string message = Message({{"a", N("1")}, {"v", value}, {"z", S("end")}});
    ItemRenderer item(JsonStyle::kPretty);
    REQUIRE(item.Render(message).ok());
    REQUIRE_FALSE(item.is_whole());
    const uint64_t bytes = item.text_bytes();
    std::string text;
    size_t longest = 0;
    REQUIRE(item.Stream(message,
                        [&](Slice piece) -> Status {
                          text += piece;
                          longest = std::max(longest, piece.size());
                          return {};
                        })
                .ok());
    CHECK(text.size() == bytes);
    CHECK(longest < kWholeTextBytes + (size_t{1} << 20));
    CHECK((text.starts_with("{\n  \"a\": {\n    \"N\": \"1\"\n  },\n  \"v\": {")));
    CHECK((text.ends_with("\n  },\n  \"z\": {\n    \"S\": \"end\"\n  }\n}")));
    // JSON that reads back to the same item.
    if (value != S(wide) && text.size() < (size_t{15} << 20)) {
      JsonItem json;
      std::string again;
      REQUIRE(json.ToMessage(text, &again).ok());
      CHECK((again == message));
    }
  }
}

TEST_CASE("an error of the one who takes the text ends it") {
  const std::string message = Message({{"v", S(std::string(3 * kWholeTextBytes, 'x'))}});
  ItemRenderer item(JsonStyle::kCompact);
  REQUIRE(item.Render(message).ok());
  int calls = 0;
  const Status status = item.Stream(message, [&](Slice) {
    ++calls;
    return EnvironmentError("NoSpace", "full");
  });
  REQUIRE_FALSE(status.ok());
  CHECK(status.code() == "NoSpace");
  CHECK(calls == 1);
}

std::string FromJson(const std::string& text) {
  JsonItem json;
  std::string message;
  const Status status = json.ToMessage(text, &message);
  return status.ok() ? Line(message) : status.code();
}

TEST_CASE("V18: JSON items of old servers") {
  CHECK(FromJson(
            R"({"bin":{"B":"AP8="},"n":{"NULL":true},"pk":{"S":"a\u003cb"},"ss":{"SS":["x"]}})") ==
        R"({"bin":{"B":"AP8="},"n":{"NULL":true},"pk":{"S":"a\u003cb"},"ss":{"SS":["x"]}})");
  CHECK(FromJson(kLineI) == kLineI);
  CHECK(FromJson("{}") == "{}");
  CHECK(FromJson(R"({"b":{"S":"1"},"a":{"N":"2","S":null,"X":3},"b":{"BOOL":true}})") ==
        R"({"a":{"N":"2"},"b":{"BOOL":true}})");
  for (const char* text : {R"({"a":1})",
                           R"({"a":{}})",
                           R"({"a":{"X":"1"}})",
                           R"({"a":{"S":1}})",
                           R"({"a":{"N":1}})",
                           R"({"a":{"B":"AP8"}})",
                           R"({"a":{"B":"AP9="}})",
                           R"({"a":{"B":"A\nP8="}})",
                           R"({"a":{"B":"_w=="}})",
                           R"({"a":{"SS":"x"}})",
                           R"({"a":{"SS":[1]}})",
                           R"({"a":{"BOOL":"true"}})",
                           R"({"a":{"L":{}}})",
                           R"({"a":{"M":[]}})",
                           R"({"a":{"S":null}})",
                           R"({"a":{"S":"\ud800"}})",
                           R"({"a":{"S":"x"}} x)",
                           "{",
                           "[]",
                           "{\"a\":{\"S\":\"\xff\"}}"}) {
    INFO(text);
    CHECK(FromJson(text) == "DdbInvalidItem");
  }
}

}  // namespace
}  // namespace snaptree::dynamodb

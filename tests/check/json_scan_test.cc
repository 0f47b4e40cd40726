// Members found in JSON text, however it is cut into pieces.
#include "check/json_scan.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace snaptree::test {
namespace {

constexpr Slice kNames[] = {"expire_at_ms", "key"};

// "number/text" of each object; "-" for what is not there.
std::vector<std::string> Scan(JsonScan::Form form, Slice text, size_t piece) {
  std::vector<std::string> objects;
  JsonScan* self = nullptr;
  JsonScan scan(form, kNames, [&] {
    const auto number = self->Number(0);
    const auto key = self->Text(1);
    objects.push_back((number ? std::to_string(*number) : "-") + "/" + key.value_or("-"));
    return Status::Ok();
  });
  self = &scan;
  for (size_t at = 0; at < text.size(); at += piece)
    REQUIRE(scan.Append(text.substr(at, piece)).ok());
  return objects;
}

void Check(JsonScan::Form form, Slice text, const std::vector<std::string>& expected) {
  for (const size_t piece : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{16}, text.size()}) {
    INFO(text << " in pieces of " << piece);
    CHECK(Scan(form, text, piece) == expected);
  }
}

constexpr auto kDocument = JsonScan::Form::kDocument;
constexpr auto kLines = JsonScan::Form::kLines;

TEST_CASE("JsonScan: members at the top, wherever they stand") {
  Check(kDocument, R"({"expire_at_ms":17,"key":"a"})", {"17/a"});
  Check(kDocument,
        R"({ "key" : "a" , "x" : [1,{"key":"b","expire_at_ms":3}] , "expire_at_ms" : 17 })",
        {"17/a"});
  Check(kDocument, "{\n  \"fields\": [],\n  \"expire_at_ms\": null\n}", {"-/-"});
  Check(kDocument, R"({"expire_at_ms":1,"expire_at_ms":2})", {"2/-"});
  Check(kDocument, R"({"expire_at_ms":18446744073709551615})", {"18446744073709551615/-"});
  Check(kDocument, "{}", {"-/-"});
}

TEST_CASE("JsonScan: what looks like a member and is none") {
  Check(kDocument, R"({"a":"\",\"expire_at_ms\":5,\"","b":"}{","c":["key"],"d":{"key":"x"}})",
        {"-/-"});
  Check(kDocument, R"({"a":"\\","expire_at_ms":6})", {"6/-"});
  Check(kDocument, R"([{"expire_at_ms":5,"key":"a"}])", {});
  Check(kDocument, R"("expire_at_ms")", {});
}

TEST_CASE("JsonScan: values of other types are neither number nor text") {
  Check(kDocument, R"({"expire_at_ms":"17","key":17})", {"-/-"});
  Check(kDocument, R"({"expire_at_ms":-17,"key":null})", {"-/-"});
  Check(kDocument, R"({"expire_at_ms":1.5,"key":["a"]})", {"-/-"});
  Check(kDocument, R"({"expire_at_ms":18446744073709551616,"key":{"base64":"YQ"}})", {"-/-"});
  Check(kDocument, R"({"expire_at_ms":1e3})", {"-/-"});
  // The member after one that is not kept is read.
  Check(kDocument, R"({"key":{"expire_at_ms":1},"expire_at_ms":4})", {"4/-"});
}

TEST_CASE("JsonScan: escapes in names and values") {
  Check(kDocument, R"({"expire\u005fat_ms":9,"k\u0065y":"a\/\"\u00e9\n"})", {"9/a/\"\xc3\xa9\n"});
  Check(kDocument, R"({"key":"\ud83d\ude00"})", {"-/\xf0\x9f\x98\x80"});
}

TEST_CASE("JsonScan: lines, broken ones among them") {
  Check(kLines, "{\"expire_at_ms\":1}\n{\"key\":\"b\"}\n", {"1/-", "-/b"});
  Check(kLines, "{\"expire_at_ms\":1}\n{\"key\":\"b\n{\"expire_at_ms\":3}\n", {"1/-", "3/-"});
  Check(kLines, "{\"expire_at_ms\":1,\"x\":[[\n}}}}\n{\"expire_at_ms\":3}\n", {"3/-"});
  Check(kLines, "]]]\n{\"expire_at_ms\":3}", {"3/-"});
  Check(kLines, "", {});
}

TEST_CASE("JsonScan: what is too long is not kept, what follows is") {
  const std::string longest(JsonScan::kMaxValueBytes - 2, 'k');
  Check(kDocument, "{\"key\":\"" + longest + "\",\"expire_at_ms\":5}", {"5/" + longest});
  Check(kDocument, "{\"key\":\"" + longest + "k\",\"expire_at_ms\":5}", {"5/-"});
  Check(kDocument, "{\"" + std::string(1 << 20, 'n') + "\":1,\"expire_at_ms\":5}", {"5/-"});
  const std::string deep(100000, '[');
  Check(kDocument, "{\"x\":" + deep + std::string(deep.size(), ']') + ",\"expire_at_ms\":5}",
        {"5/-"});
}

TEST_CASE("JsonScan: any text gives the same in pieces as at once") {
  const std::vector<std::string> words = {"{",
                                          "}",
                                          "[",
                                          "]",
                                          "\"",
                                          "\\",
                                          ":",
                                          ",",
                                          " ",
                                          "\n",
                                          "7",
                                          "\"key\"",
                                          "\"expire_at_ms\":",
                                          "{\"key\":\"v\"}",
                                          "\xff",
                                          std::string(1, '\0'),
                                          "\\u0041",
                                          "null"};
  std::mt19937 random(11);
  size_t objects = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (size_t n = random() % 24; n > 0; --n) text += words[random() % words.size()];
    for (const JsonScan::Form form : {kDocument, kLines}) {
      const std::vector<std::string> whole = Scan(form, text, std::max<size_t>(text.size(), 1));
      objects += whole.size();
      REQUIRE(Scan(form, text, 1) == whole);
      REQUIRE(Scan(form, text, 1 + random() % 9) == whole);
    }
  }
  CHECK(objects > 1000);
}

TEST_CASE("JsonScan: an error of the taker ends the scan") {
  JsonScan scan(kDocument, kNames, [] { return DataError("Stop", "enough"); });
  CHECK(scan.Append(R"({"a":1})").code() == "Stop");
}

}  // namespace
}  // namespace snaptree::test

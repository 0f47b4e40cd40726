#include "manifest/json_writer.h"

#include <simdjson.h>

#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"

namespace snaptree {
namespace {

std::string Quoted(Slice text, HtmlEscape html) {
  std::string out;
  AppendJsonString(&out, text, html);
  return out;
}

TEST_CASE("a hash as spec 02 V10 shows it") {
  JsonWriter json(JsonStyle::kPretty, HtmlEscape::kOn);
  json.StartObject();
  json.Member("format_version", uint64_t{1});
  json.Key("fields");
  json.StartArray();
  for (const auto& [name, value] : {std::pair<Slice, Slice>{"f", "v"}, {"\xff", "<b>"}}) {
    json.StartObject();
    json.Key("name");
    json.Bytes(name);
    json.Key("value");
    json.Bytes(value);
    json.EndObject();
  }
  json.EndArray();
  json.Key("expire_at_ms");
  json.Null();
  json.EndObject();
  CHECK(json.text() == R"({
  "format_version": 1,
  "fields": [
    {
      "name": "f",
      "value": "v"
    },
    {
      "name": {
        "base64": "_w"
      },
      "value": "\u003cb\u003e"
    }
  ],
  "expire_at_ms": null
})");
}

TEST_CASE("every ASCII byte in a string") {
  for (const HtmlEscape html : {HtmlEscape::kOn, HtmlEscape::kOff}) {
    for (int i = 0; i < 0x80; ++i) {
      const char c = static_cast<char>(i);
      std::string expected(1, c);
      char unicode[8];
      std::snprintf(unicode, sizeof unicode, "\\u%04x", static_cast<unsigned>(i));
      if (i < 0x20) expected = unicode;
      if (html == HtmlEscape::kOn && (c == '<' || c == '>' || c == '&')) expected = unicode;
      const std::string shorts = "\"\"\\\\\bb\ff\nn\rr\tt";  // byte, letter
      for (size_t k = 0; k < shorts.size(); k += 2) {
        if (shorts[k] == c) expected = std::string("\\") + shorts[k + 1];
      }
      INFO("byte " << i);
      CHECK(Quoted(Slice(&c, 1), html) == "\"" + expected + "\"");
      CHECK(Quoted("ab" + std::string(1, c) + "cd", html) == "\"ab" + expected + "cd\"");
    }
  }
}

TEST_CASE("line separators are escaped in every file, their neighbours in none") {
  for (const HtmlEscape html : {HtmlEscape::kOn, HtmlEscape::kOff}) {
    CHECK(Quoted("a\xe2\x80\xa8z", html) == "\"a\\u2028z\"");
    CHECK(Quoted("\xe2\x80\xa9", html) == "\"\\u2029\"");
    CHECK(Quoted("\xe2\x80\xa7\xe2\x80\xaa\xe2\x82\xac", html) ==
          "\"\xe2\x80\xa7\xe2\x80\xaa\xe2\x82\xac\"");
  }
}

TEST_CASE("text outside ASCII, DEL and the slash stand as they are") {
  const std::string text = "/\x7f\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80";
  CHECK(Quoted(text, HtmlEscape::kOn) == "\"" + text + "\"");
}

TEST_CASE("a separator that the end of the text cuts is not read past") {
  const Slice separator = "\xe2\x80\xa8";
  CHECK(Quoted(separator.substr(0, 1), HtmlEscape::kOn) == "\"\xe2\"");
  CHECK(Quoted(separator.substr(0, 2), HtmlEscape::kOn) == "\"\xe2\x80\"");
}

TEST_CASE("empty containers stand in one line") {
  JsonWriter json(JsonStyle::kPretty, HtmlEscape::kOn);
  json.StartObject();
  json.Key("a");
  json.StartArray();
  json.EndArray();
  json.Key("o");
  json.StartObject();
  json.EndObject();
  json.EndObject();
  CHECK(json.text() == "{\n  \"a\": [],\n  \"o\": {}\n}");
}

// The same document with its text taken away after every step must come out the same in pieces.
void WriteSample(JsonWriter* json, std::string* taken) {
  const auto take = [&] {
    if (taken == nullptr) return;
    *taken += json->text();
    json->ClearText();
  };
  json->StartObject();
  take();
  json->Member("s", "x");
  take();
  json->Key("list");
  take();
  json->StartArray();
  take();
  for (uint64_t i = 0; i < 3; ++i) {
    json->Uint64(i);
    take();
  }
  json->StartObject();
  take();
  json->MemberBool("b", true);
  take();
  json->EndObject();
  take();
  json->Raw("-0");
  take();
  json->Int64(-5);
  take();
  json->EndArray();
  take();
  json->MemberTimestamp("ts", 111411200000000001ULL);
  take();
  json->EndObject();
  take();
}

TEST_CASE("text may be taken away between any two steps") {
  for (const JsonStyle style : {JsonStyle::kPretty, JsonStyle::kCompact}) {
    JsonWriter whole(style, HtmlEscape::kOff);
    WriteSample(&whole, nullptr);
    JsonWriter pieces(style, HtmlEscape::kOff);
    std::string taken;
    WriteSample(&pieces, &taken);
    CHECK(taken == whole.text());
    CHECK(pieces.text().empty());
  }
}

TEST_CASE("compact form and timestamps") {
  JsonWriter json(JsonStyle::kCompact, HtmlEscape::kOff);
  WriteSample(&json, nullptr);
  CHECK(
      json.text() ==
      R"({"s":"x","list":[0,1,2,{"b":true},-0,-5],"ts":"111411200000000001","ts_ms":1700000000000})");
}

TEST_CASE("Reset makes a writer ready for another document, wherever it stood") {
  for (const JsonStyle style : {JsonStyle::kPretty, JsonStyle::kCompact}) {
    JsonWriter json(style, HtmlEscape::kOff);
    WriteSample(&json, nullptr);
    const std::string first = json.text();
    json.Reset();
    CHECK(json.text().empty());
    json.StartObject();
    json.Key("half");
    json.StartArray();
    json.Reset();
    WriteSample(&json, nullptr);
    CHECK(json.text() == first);
  }
}

TEST_CASE("a value in pieces is a value like any other") {
  for (const JsonStyle style : {JsonStyle::kPretty, JsonStyle::kCompact}) {
    JsonWriter whole(style, HtmlEscape::kOff);
    JsonWriter pieces(style, HtmlEscape::kOff);
    for (JsonWriter* json : {&whole, &pieces}) {
      json->StartArray();
      json->Uint64(1);
    }
    whole.String("abc");
    pieces.BeginPieces();
    for (const char* piece : {"\"a", "", "bc\""}) pieces.Piece(piece);
    for (JsonWriter* json : {&whole, &pieces}) {
      json->Uint64(2);
      json->EndArray();
    }
    CHECK(pieces.text() == whole.text());
  }
}

TEST_CASE("documents one behind the other") {
  JsonWriter json(JsonStyle::kCompact, HtmlEscape::kOff);
  for (int i = 0; i < 2; ++i) {
    json.StartObject();
    json.EndObject();
    json.NextDocument();
  }
  CHECK(json.text() == "{}{}");
}

// Any UTF-8 text, much of it from the characters that need care.
std::string RandomText(std::mt19937* random) {
  static const std::vector<std::string> kCharacters = {"<",
                                                       ">",
                                                       "&",
                                                       "\"",
                                                       "\\",
                                                       "/",
                                                       "\n",
                                                       "\x7f",
                                                       "\xe2\x80\xa8",
                                                       "\xe2\x80\xa9",
                                                       "\xe2\x80\xa7",
                                                       "\xc3\xa9",
                                                       "\xe6\x97\xa5",
                                                       "\xf0\x9f\x98\x80",
                                                       "\xef\xbf\xbd",
                                                       "\xed\x9f\xbf"};
  std::string text;
  for (size_t left = (*random)() % 60; left > 0; --left) {
    const size_t pick = (*random)() % (kCharacters.size() * 2);
    if (pick < kCharacters.size()) {
      text += kCharacters[pick];
    } else {
      text += static_cast<char>((*random)() % 0x80);
    }
  }
  return text;
}

TEST_CASE("a parser of others reads back every string, name and byte value") {
  std::mt19937 random(11);
  simdjson::dom::parser parser;
  for (int round = 0; round < 2000; ++round) {
    const std::string name = RandomText(&random);
    const std::string value = RandomText(&random);
    const JsonStyle style = round % 2 == 0 ? JsonStyle::kPretty : JsonStyle::kCompact;
    JsonWriter json(style, round % 4 < 2 ? HtmlEscape::kOn : HtmlEscape::kOff);
    json.StartObject();
    json.Member(name, value);
    json.Key("bytes");
    json.Bytes(value + "\xff");
    json.EndObject();
    simdjson::dom::element document;
    REQUIRE(parser.parse(json.text()).get(document) == simdjson::SUCCESS);
    simdjson::dom::object object;
    REQUIRE(document.get_object().get(object) == simdjson::SUCCESS);
    REQUIRE(object.begin().key() == name);
    REQUIRE(std::string_view(object.begin().value()) == value);
    std::string_view base64;
    REQUIRE(object.at_key("bytes").at_key("base64").get_string().get(base64) == simdjson::SUCCESS);
    REQUIRE(ParseBase64Url(base64) == value + "\xff");
  }
}

TEST_CASE("numbers keep all of their digits") {
  JsonWriter json(JsonStyle::kCompact, HtmlEscape::kOff);
  json.StartArray();
  json.Uint64(UINT64_MAX);
  json.Int64(INT64_MIN);
  json.Uint64(0);
  json.EndArray();
  CHECK(json.text() == "[18446744073709551615,-9223372036854775808,0]");
}

TEST_CASE("a string in parts is the string as a whole") {
  const std::string text = "a\"\xe2\x80\xa8<b>\n\xc3\xa9";
  std::string parts = "\"";
  AppendJsonStringPart(&parts, Slice(text).substr(0, 2), HtmlEscape::kOn);
  AppendJsonStringPart(&parts, Slice(text).substr(2, 3), HtmlEscape::kOn);
  AppendJsonStringPart(&parts, Slice(), HtmlEscape::kOn);
  AppendJsonStringPart(&parts, Slice(text).substr(5), HtmlEscape::kOn);
  CHECK(parts + "\"" == Quoted(text, HtmlEscape::kOn));
}

}  // namespace
}  // namespace snaptree

// The vectors of spec 02 chapter 8, the way back: whole files in, rows in hex out.
#include <catch2/catch.hpp>

#include "tests/support/encoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

using Rows = std::map<std::string, std::string>;

Rows HexRows(std::initializer_list<std::pair<Slice, Slice>> rows) {
  Rows out;
  for (const auto& [key, value] : rows) out[Unhex(key)] = Unhex(value);
  return out;
}

TEST_CASE("encode V1: a string") {
  const EncodedRows out = EncodeFiles({{"redis/db_0/strings/greeting.bin", "hello"}});
  CHECK(out.errors.empty());
  CHECK(out.rows == HexRows({{"2172656469737c7374727c6772656574696e67", "ff010068656c6c6f"}}));
  // Key, inverted timestamp; value header without flags and expiry.
  REQUIRE(out.raw.size() == 1);
  CHECK(out.raw[0].key == Unhex("2172656469737c7374727c6772656574696e67ffffffffffffe4a7"));
  CHECK(out.raw[0].value == Unhex("000000000000000000ff010068656c6c6f"));
  CHECK(out.findings().empty());
  CHECK(out.differences.empty());
  REQUIRE(out.report.adapters.size() == 1);
  CHECK(out.report.adapters[0].name == "redis");
  CHECK(out.report.adapters[0].records == 1);
}

TEST_CASE("encode V2, V2b: a string with a TTL, and its index row") {
  const EncodedRows out =
      EncodeFiles({{"redis/db_0/strings/session%3Aabc.bin", "v"},
                   {"redis/db_0/strings_ttl.jsonl",
                    "{\"key\":\"session%3Aabc\",\"expire_at_ms\":1735689600000}\n"}});
  CHECK(out.rows ==
        HexRows({{"2172656469737c7374727c73657373696f6e3a616263", "ff0101000001941f297c0076"},
                 {"2172656469737c74746c7c73657373696f6e3a616263", "000001941f297c00"}}));
  CHECK(out.findings().empty());
}

TEST_CASE("encode V3: an HLL, without and with a TTL, and an empty one") {
  const std::string payload = Unhex("005253010a01610a0162");
  const std::string path = "redis/db_0/hll/u.bin";
  CHECK(EncodeFiles({{path, payload}}).rows ==
        HexRows({{"2172656469737c686c6c7c75", "ff0200005253010a01610a0162"}}));
  CHECK(
      EncodeFiles({{path, payload},
                   {"redis/db_0/hll_ttl.jsonl", "{\"key\":\"u\",\"expire_at_ms\":1735689600000}"}})
          .rows ==
      HexRows({{"2172656469737c686c6c7c75", "ff0201000001941f297c00005253010a01610a0162"},
               {"2172656469737c74746c7c75", "000001941f297c00"}}));
  CHECK(EncodeFiles({{path, ""}}).rows == HexRows({{"2172656469737c686c6c7c75", "ff0200"}}));
}

TEST_CASE("encode V4, V4b, V10: hashes") {
  CHECK(EncodeFiles({{"redis/db_0/hashes/h1.json", HashText({{"f", "v"}})}}).rows ==
        HexRows({{"2168737c6d6574617c000000026831", "00000000000000010000000000000000"},
                 {"2168737c666c647c00000002683166", "76"}}));
  const std::string v10 =
      "{\n  \"format_version\": 1,\n  \"fields\": [\n    {\n      \"name\": \"f\",\n"
      "      \"value\": \"v\"\n    },\n    {\n      \"name\": {\n        \"base64\": \"_w\"\n"
      "      },\n      \"value\": \"\\u003cb\\u003e\"\n    }\n  ],\n  \"expire_at_ms\": null\n}";
  const EncodedRows out = EncodeFiles({{"redis/db_0/hashes/h1.json", v10}});
  CHECK(out.rows == HexRows({{"2168737c6d6574617c000000026831", "00000000000000020000000000000000"},
                             {"2168737c666c647c00000002683166", "76"},
                             {"2168737c666c647c000000026831ff", "3c623e"}}));
  CHECK(out.findings().empty());
}

TEST_CASE("encode V5: a set with a TTL") {
  const EncodedRows out = EncodeFiles({{"redis/db_0/sets/s1.json",
                                        "{\n  \"format_version\": 1,\n  \"members\": [\n    {\n"
                                        "      \"base64\": \"_wA\"\n    }\n  ],\n"
                                        "  \"expire_at_ms\": 1735689600000\n}"}});
  CHECK(out.rows == HexRows({{"2173747c6d6574617c000000027331", "0000000000000001000001941f297c00"},
                             {"2173747c6d656d7c000000027331ff00", ""},
                             {"2172656469737c74746c7c7331", "000001941f297c00"}}));
}

TEST_CASE("encode V6: a zset, its member rows and its score rows") {
  const auto encode = [](const std::string& score) {
    return EncodeFiles({{"redis/db_0/zsets/z.json",
                         "{\"format_version\":1,\"members\":[{\"member\":\"m\",\"score\":" + score +
                             "}],\"expire_at_ms\":null}"}});
  };
  CHECK(encode("-1.5").rows ==
        HexRows({{"217a737c6d656d7c000000017a6d", "bff8000000000000"},
                 {"217a737c7363727c000000017a4007ffffffffffff6d", ""},
                 {"217a737c6d6574617c000000017a", "00000000000000010000000000000000"}}));
  // sortF64 of chapter 8: score text, bits, sortable.
  struct Sample {
    const char* text;
    const char* bits;
    const char* sortable;
    bool respelled = false;
  };
  for (const Sample& sample :
       {Sample{"1", "3ff0000000000000", "bff0000000000000"},
        {"0", "0000000000000000", "8000000000000000"},
        {"-0", "8000000000000000", "8000000000000000"},
        {"\"+inf\"", "7ff0000000000000", "fff0000000000000"},
        {"\"-inf\"", "fff0000000000000", "000fffffffffffff"},
        {"100", "4059000000000000", "c059000000000000"},
        {"0.1", "3fb999999999999a", "bfb999999999999a"},
        {"5e-324", "0000000000000001", "8000000000000001"},
        {"1e+21", "444b1ae4d6e2ef50", "c44b1ae4d6e2ef50"},
        {"\"nan\"", "7ff8000000000001", "fff8000000000001"},
        {"\"nan:0xfff8000000000000\"", "fff8000000000000", "0007ffffffffffff"},
        {"1.0", "3ff0000000000000", "bff0000000000000"},
        {"1e21", "444b1ae4d6e2ef50", "c44b1ae4d6e2ef50"},
        {"-0.0", "8000000000000000", "8000000000000000"},
        {"1e-400", "0000000000000000", "8000000000000000", true},
        {"-1e-400", "8000000000000000", "8000000000000000", true},
        {"9007199254740993", "4340000000000000", "c340000000000000"},
        {"\"nan:0x7ff8000000000001\"", "7ff8000000000001", "fff8000000000001", true}}) {
    INFO(sample.text);
    const EncodedRows out = encode(sample.text);
    REQUIRE(out.errors.empty());
    CHECK(out.rows.at(ZSetMemberKey("z", "m")) == Unhex(sample.bits));
    CHECK(out.rows.count(ScoreKey("z", Unhex(sample.sortable), "m")) == 1);
    CHECK(out.rows.size() == 3);
    CHECK(out.finding("redis_respelled") == (sample.respelled ? "note 1" : ""));
    CHECK((out.differences.count("redis/db_0/zsets/z.json") == 1) == sample.respelled);
  }
}

TEST_CASE("encode V7: a list, its items from 0 on") {
  const EncodedRows out = EncodeFiles({{"redis/db_0/lists/q.json",
                                        "{\"format_version\":1,\"items\":[\"a\",{\"base64\":\"_w\"}"
                                        ",\"\"],\"expire_at_ms\":null}"}});
  CHECK(out.rows == HexRows({{"216c73747c6d6574617c71",
                              "0000000000000000000000000000000300000000000000030000000000000000"},
                             {"216c73747c69746d7c718000000000000000", "61"},
                             {"216c73747c69746d7c718000000000000001", "ff"},
                             {"216c73747c69746d7c718000000000000002", ""}}));
  CHECK(out.findings().empty());
}

TEST_CASE("encode V7e: a list whose key begins with d|") {
  const EncodedRows out = EncodeFiles(
      {{"redis/db_0/lists/d%7Cx.json", "{\"format_version\":1,\"items\":[],\"expire_at_ms\":5}"}});
  CHECK(out.rows == HexRows({{"216c73747c6d6574617c647c78",
                              "0000000000000000000000000000000000000000000000000000000000000005"},
                             {"2172656469737c74746c7c647c78", "0000000000000005"}}));
}

TEST_CASE("encode V8, V8b: a stream") {
  const EncodedRows out = EncodeFiles(
      {{"redis/db_0/streams/s.jsonl",
        "{\"id\":\"1714400000000-0\",\"fields\":[{\"name\":\"event\",\"value\":\"login\"}]}\n"
        "{\"id\":\"1714400000001-0\",\"fields\":[]}\n"
        "{\"_meta\":true,\"length\":2,\"last_ms\":1714400000001,\"last_seq\":0,"
        "\"expire_at_ms\":null}\n"}});
  CHECK(out.rows ==
        HexRows({{"2173747265616d7c6d6574617c0000000173",
                  "00000000000000020000018f2a33f801000000000000000000000000000000000000000000000000"
                  "0000000000000000"},
                 {"2173747265616d7c656e7472797c00000001730000018f2a33f8000000000000000000",
                  "00525845010a0f313731343430303030303030302d3012056576656e7412056c6f67696e"},
                 {"2173747265616d7c656e7472797c00000001730000018f2a33f8010000000000000000",
                  "00525845010a0f313731343430303030303030312d30"}}));
  CHECK(out.findings().empty());
}

TEST_CASE("encode V11: names") {
  const auto key_of = [](const std::string& name) {
    const EncodedRows out = EncodeFiles({{"redis/db_0/strings/" + name + ".bin", ""}});
    REQUIRE(out.rows.size() == 1);
    CHECK(out.findings().empty());
    return out.rows.begin()->first.substr(std::string("!redis|str|").size());
  };
  CHECK(key_of("a%2Fb%20c") == "a/b c");
  CHECK(key_of("%FF%00") == std::string("\xff\0", 2));
  CHECK(key_of("%E6%97%A5%E6%9C%AC") == "\xe6\x97\xa5\xe6\x9c\xac");
  CHECK(key_of(std::string(240, 'x')) == std::string(240, 'x'));
  CHECK(key_of("") == "");
  CHECK(key_of(".") == ".");
  CHECK(key_of("..") == "..");
  const EncodedRows out = EncodeFiles(
      {{"redis/db_0/sets/72ef1a090c013093607ce5a62f598cf4__b64.foo.json",
        "{\"format_version\":1,\"members\":[],\"expire_at_ms\":null}"},
       {"redis/db_0/KEYMAP.jsonl",
        "{\"encoded\":\"72ef1a090c013093607ce5a62f598cf4__b64.foo\",\"original\":\"YjY0LmZvbw\","
        "\"kind\":\"sha-fallback\"}\n"}});
  CHECK(out.rows == Rows{{MetaKeyOf("st", "b64.foo"), CountMetaValue(0)}});
  CHECK(out.findings().empty());
}

}  // namespace
}  // namespace snaptree::test

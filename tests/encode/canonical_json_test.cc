// Texts that say the same have one digest, and others another one.
#include "encode/canonical_json.h"

#include <catch2/catch.hpp>

#include "base/text.h"

namespace snaptree::test {
namespace {

std::string DigestOf(Slice path, Slice text, size_t piece = SIZE_MAX) {
  const std::optional<CanonicalRules> rules = CanonicalRulesOf(path);
  REQUIRE(rules);
  CanonicalJson json(*rules);
  for (size_t at = 0; at < text.size(); at += std::min(piece, text.size() - at))
    json.Append(text.substr(at, piece));
  const std::optional<Sha256Digest> digest = json.Finish();
  return digest ? Hex(AsSlice(*digest)) : "none";
}

bool Same(Slice path, Slice a, Slice b) {
  const std::string digest = DigestOf(path, a);
  CHECK(DigestOf(path, a, 1) == digest);
  return digest == DigestOf(path, b);
}

constexpr Slice kItem = "dynamodb/t/items/a.json";
constexpr Slice kSet = "redis/db_0/sets/s.json";
constexpr Slice kList = "redis/db_0/lists/l.json";
constexpr Slice kZset = "redis/db_0/zsets/z.json";
constexpr Slice kLines = "sqs/q/messages.jsonl";

}  // namespace

TEST_CASE("white space, escapes and the order of members mean nothing") {
  CHECK(Same(kItem, R"({"a":{"S":"x<"},"b":{"N":"1"}})",
             "{ \"b\" : {\"N\":\"1\"},\n\t\"a\":{\"S\":\"\\u0078\\u003c\"} }\n"));
  CHECK(Same(kItem, R"({"a":{"S":"\ud83d\ude00"}})", "{\"a\":{\"S\":\"\xf0\x9f\x98\x80\"}}"));
  CHECK(Same(kItem, R"({"a":{"S":"\u00e9\/\n"}})", "{\"a\":{\"S\":\"\xc3\xa9/\\u000a\"}}"));
}

TEST_CASE("another value is another digest") {
  CHECK_FALSE(Same(kItem, R"({"a":{"S":"x"}})", R"({"a":{"S":"y"}})"));
  CHECK_FALSE(Same(kItem, R"({"a":{"S":"1"}})", R"({"a":{"N":"1"}})"));
  CHECK_FALSE(Same(kItem, R"({"a":"1"})", R"({"a":1})"));
  CHECK_FALSE(Same(kItem, R"({"a":["x","y"]})", R"({"a":["y","x"]})"));
  CHECK_FALSE(Same(kItem, R"({"a":["x"]})", R"({"a":["x","x"]})"));
  CHECK_FALSE(Same(kItem, R"({"a":{}})", R"({"a":[]})"));
  CHECK_FALSE(Same(kItem, R"({"a":[["x"],[]]})", R"({"a":[["x",[]]]})"));
  CHECK_FALSE(Same(kItem, R"({"ab":"c"})", R"({"a":"bc"})"));
  CHECK_FALSE(Same(kItem, R"({"a":{"N":"1"}})", R"({"a":{"N":"1.0"}})"));
}

TEST_CASE("members of sets and fields of hashes have no order, items of lists have") {
  CHECK(Same(kSet, R"({"format_version":1,"members":["a","b"],"expire_at_ms":null})",
             R"({"format_version":1,"members":["b","a"]})"));
  CHECK_FALSE(Same(kSet, R"({"members":["a","b"]})", R"({"members":["a","b","b"]})"));
  CHECK_FALSE(Same(kList, R"({"items":["a","b"]})", R"({"items":["b","a"]})"));
  CHECK(Same(kSet, R"({"members":["hi"]})", R"({"members":[{"base64":"aGk"}]})"));
  CHECK_FALSE(Same(kSet, R"({"members":["hi"]})", R"({"members":[{"base64":"aGl"}]})"));
}

TEST_CASE("scores are doubles, other numbers are what stands there") {
  CHECK(Same(kZset, R"({"members":[{"member":"a","score":1.0}]})",
             R"({"members":[{"score":1,"member":"a"}]})"));
  CHECK(Same(kZset, R"({"members":[{"member":"a","score":100000000000000000000}]})",
             R"({"members":[{"score":1e20,"member":"a"}]})"));
  CHECK_FALSE(Same(kZset, R"({"members":[{"member":"a","score":-0}]})",
                   R"({"members":[{"score":0,"member":"a"}]})"));
  CHECK_FALSE(
      Same(kSet, R"({"expire_at_ms":9007199254740993})", R"({"expire_at_ms":9007199254740992})"));
}

TEST_CASE("lines have no order, but each counts") {
  CHECK(Same(kLines, "{\"a\":1}\n{\"b\":2}\n", "{\"b\":2}\n\n{\"a\": 1}"));
  CHECK_FALSE(Same(kLines, "{\"a\":1}\n", "{\"a\":1}\n{\"a\":1}\n"));
  CHECK(Same("unknown/rows.jsonl", R"({"key":"k","value":"v","commit_ts":7})",
             R"({"key":"k","value":"v","commit_ts":8})"));
  CHECK_FALSE(
      Same("rawkv/data.jsonl", R"({"key":"k","commit_ts":7})", R"({"key":"k","commit_ts":8})"));
}

TEST_CASE("in lines of redis keys, fields and members have no order, items and entries have") {
  const auto line = [](Slice type) { return "redis/db_0/" + std::string(type) + "-00003.jsonl"; };
  CHECK(Same(
      line("hashes"), "{\"key\":\"a\",\"fields\":[1,2]}\n{\"key\":\"b\",\"fields\":[]}\n",
      "{\"fields\":[],\"key\":\"b\"}\n{\"key\":\"a\",\"fields\":[2,1],\"expire_at_ms\":null}"));
  CHECK(Same(line("sets"), R"({"members":["a","b"]})", R"({"members":["b","a"]})"));
  CHECK(Same(line("zsets"), R"({"members":[1.0,2]})", R"({"members":[2,1]})"));
  CHECK_FALSE(Same(line("lists"), R"({"items":["a","b"]})", R"({"items":["b","a"]})"));
  CHECK_FALSE(Same(line("streams"), R"({"entries":["a","b"]})", R"({"entries":["b","a"]})"));
  CHECK_FALSE(Same(line("hashes"), R"({"key":"a","fields":[1]})", R"({"key":"b","fields":[1]})"));
  // A list whose key has such a name.
  CHECK_FALSE(Same("redis/db_0/lists/sets-00003.json", R"({"members":["a","b"]})",
                   R"({"members":["b","a"]})"));
}

TEST_CASE("what is no JSON has no digest") {
  CHECK(DigestOf(kItem, "{\"a\":1") == "none");
  CHECK(DigestOf(kItem, "{\"a\":1}]") == "none");
  CHECK(DigestOf(kItem, "{}{}") == "none");
  CHECK(DigestOf(kItem, "") == "none");
  CHECK(DigestOf(kItem, std::string(100000, '[')) == "none");
}

TEST_CASE("bytes of objects, strings and files are compared as they are") {
  CHECK_FALSE(CanonicalRulesOf("s3/b/data.json"));
  CHECK_FALSE(CanonicalRulesOf("redis/db_0/strings/a.json.bin"));
  CHECK_FALSE(CanonicalRulesOf("fs/tree/a.json"));
  CHECK_FALSE(CanonicalRulesOf("rawkv/blobs/00.bin"));
  CHECK(CanonicalRulesOf("s3/b/data.json.elastickv-meta.json"));
  CHECK(CanonicalRulesOf("s3/b/_bucket.json"));
  CHECK_FALSE(CanonicalRulesOf("s3/b/_objects.jsonl"));
  CHECK(CanonicalRulesOf("s3/b/_objects.jsonl", true)->lines);
  CHECK_FALSE(CanonicalRulesOf("s3/b/c/_objects.jsonl", true));
  CHECK(CanonicalRulesOf("fs/inodes.jsonl"));
}

}  // namespace snaptree::test

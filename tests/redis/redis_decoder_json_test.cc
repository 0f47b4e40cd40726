// Values of older stores in JSON, as files: spec 02 section 2.9, vectors V13 to V19.
#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

// Key and value in hex.
DecodedRows DecodeHex(Slice key, Slice value) {
  return DecodeRows(SnapshotBuilder().Put(Unhex(key), kT0, Unhex(value)));
}

// The same key with the value that today's node would have written for it.
Files FilesOfToday(Slice key, Slice value) { return DecodeHex(key, value).files; }

TEST_CASE("V13: a JSON hash") {
  const Slice key = "2172656469737c686173687c68";
  const DecodedRows out = DecodeHex(key,
                                    "7b22615c22223a22c3a95c7532303238222c2262223a225c7530303363785c"
                                    "7530303365222c2266223a2276227d");
  CHECK(out.files ==
        Files{{"redis/db_0/hashes/h.json",
               HashText({{"a\"", "\xc3\xa9\xe2\x80\xa8"}, {"b", "<x>"}, {"f", "v"}})}});
  CHECK(
      out.files ==
      FilesOfToday(key, "005248010a0b0a0261221205c3a9e280a80a080a016212033c783e0a060a0166120176"));
  CHECK(out.findings() == Strings{"warning redis_json_value.hash 1"});
  CHECK_FALSE(out.report.complete());
  CHECK(out.report.rows.emitted == 1);
}

TEST_CASE("V14: a JSON hash that lost a field when it was written") {
  const Slice key = "2172656469737c686173687c6862";
  const DecodedRows out =
      DecodeHex(key, "7b225c7566666664223a2274776f222c225c7566666664223a226f6e65227d");
  CHECK(out.files == Files{{"redis/db_0/hashes/hb.json", HashText({{"\xef\xbf\xbd", "one"}})}});
  CHECK(out.files == FilesOfToday(key, "005248010a0a0a03efbfbd12036f6e65"));
  CHECK(out.findings() == Strings{"note redis_json_duplicate 1",
                                  "warning redis_json_replacement_char 1",
                                  "warning redis_json_value.hash 1"});
}

TEST_CASE("V15: JSON sets") {
  const Slice key = "2172656469737c7365747c73";
  const DecodedRows out = DecodeHex(key, "7b226d656d62657273223a5b22222c2261222c2262225d7d");
  CHECK(out.files == Files{{"redis/db_0/sets/s.json", SetText({"", "a", "b"})}});
  CHECK(out.files == FilesOfToday(key, "005253010a000a01610a0162"));
  CHECK(out.findings() == Strings{"warning redis_json_value.set 1"});
  const DecodedRows empty = DecodeHex("2172656469737c7365747c65", "7b7d");
  CHECK(empty.files == Files{{"redis/db_0/sets/e.json", SetText({})}});
  CHECK(empty.findings() == Strings{"warning redis_json_value.set 1"});
}

TEST_CASE("V16: a JSON HLL") {
  const DecodedRows out =
      DecodeHex("2172656469737c686c6c7c75", "7b226d656d62657273223a5b2261222c2262225d7d");
  CHECK(out.files == Files{{"redis/db_0/hll/u.bin", Unhex("005253010a01610a0162")}});
  CHECK(out.findings() == Strings{"warning redis_json_value.hll 1"});
  CHECK(DecodeRows(SnapshotBuilder().Put(HllKey("u"), kT0, "{}")).files ==
        Files{{HllPath("u"), Unhex("00525301")}});
}

TEST_CASE("V17: a JSON zset of both writers") {
  const Slice key = "2172656469737c7a7365747c7a";
  const std::string head =
      "7b22656e7472696573223a5b7b226d656d626572223a226e222c2273636f7265223a2d307d2c7b226d656d626572"
      "223a"
      "2274222c2273636f7265223a";
  const std::string tail =
      "7d2c7b226d656d626572223a2261222c2273636f7265223a312e357d2c7b226d656d626572223a2262222c227363"
      "6f72"
      "65223a312e357d2c7b226d656d626572223a2268222c2273636f7265223a31652b32317d5d7d";
  const Files today = FilesOfToday(key,
                                   "00525a010a0c0a016e1100000000000000800a0c0a01741148afbc9af2d77a3"
                                   "e0a0c0a016111000000000000f83f0a0c"
                                   "0a016211000000000000f83f0a0c0a01681150efe2d6e41a4b44");
  CHECK(
      today ==
      Files{{"redis/db_0/zsets/z.json",
             ZSetText({{"a", "1.5"}, {"b", "1.5"}, {"h", "1e+21"}, {"n", "-0"}, {"t", "1e-7"}})}});
  for (const char* score : {"31652d37", "31652d3037"}) {
    const DecodedRows out = DecodeHex(key, head + score + tail);
    CHECK(out.files == today);
    CHECK(out.findings() == Strings{"warning redis_json_value.zset 1"});
  }
}

TEST_CASE("V18: a JSON stream is as dead as any legacy stream, and comes out with --salvage") {
  const std::string value = Unhex(
      "7b22656e7472696573223a5b7b226964223a22313030312d30222c226669656c6473223a5b2266222c2276225d7d"
      "2c7b"
      "226964223a22313030322d30222c226669656c6473223a5b2266222c225c7530303363225d7d5d7d");
  SnapshotBuilder rows;
  rows.Put(Unhex("2172656469737c73747265616d7c78"), kT0, value);
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.empty());
  CHECK(out.finding("redis_legacy_stream_blob") == "warning 1");
  DecodeRowsOptions salvage;
  salvage.salvage = true;
  const DecodedRows kept = DecodeRows(rows, salvage);
  CHECK(kept.files ==
        Files{{"redis/db_0/streams/x.jsonl",
               StreamText({{"1001-0", {"f", "v"}}, {"1002-0", {"f", "<"}}}, 1002, 0)}});
  CHECK(kept.finding("redis_json_value.stream") == "warning 1");
  const std::string today =
      Unhex("005258010a0e0a06313030312d301201661201760a0e0a06313030322d3012016612013c");
  CHECK(DecodeRows(SnapshotBuilder().Put(StreamBlobKey("x"), kT0, today), salvage).files ==
        kept.files);
}

TEST_CASE("V19: what only looks like JSON") {
  CHECK(DecodeHex("2172656469737c7374727c6a", "7b7d").files ==
        Files{{"redis/db_0/strings/j.bin", "{}"}});
  for (const Slice value : {"207b7d", "7b7d00"}) {
    const DecodedRows out = DecodeHex("2172656469737c686173687c6a", value);
    CHECK(out.files.size() == 1);
    CHECK(out.damaged_codes() == Strings{"RedisInvalidBlob"});
  }
  const DecodedRows text = DecodeRows(SnapshotBuilder()
                                          .Put(FieldKey("h", "{}"), kT0, "{\"members\":[]}")
                                          .Put(SetMemberKey("s", "{}"), kT0, "")
                                          .Put("bare", kT0, "{}"));
  CHECK(text.files.at(HashPath("h")) == HashText({{"{}", "{\"members\":[]}"}}));
  CHECK(text.files.at(SetPath("s")) == SetText({"{}"}));
  CHECK(text.findings().empty());
}

TEST_CASE("JSON that is not one of the forms") {
  const std::pair<std::string, std::string> cases[] = {
      {HashBlobKey("k"), "{\"a\":1}"},
      {HashBlobKey("k"), "{\"a\":null}"},
      {HashBlobKey("k"), "{\"a\":\"\xff\"}"},
      {HashBlobKey("k"), "{\"a\":\"\\ud800\"}"},
      {HashBlobKey("k"), "{\"a\":\"b\""},
      {HashBlobKey("k"), "{\"a\":\"b\"}{}"},
      {SetBlobKey("k"), "{\"members\":[1]}"},
      {SetBlobKey("k"), "{\"members\":{}}"},
      {ZSetBlobKey("k"), "{\"entries\":[{\"member\":\"a\",\"score\":1e999}]}"},
      {ZSetBlobKey("k"), "{\"entries\":[{\"member\":\"a\",\"score\":\"1\"}]}"},
  };
  for (const auto& [key, value] : cases) {
    INFO(value);
    const DecodedRows out = DecodeRows(SnapshotBuilder().Put(key, kT0, value));
    CHECK(out.damaged_codes() == Strings{"RedisInvalidBlob"});
    CHECK(out.files.size() == 1);
    CHECK(out.report.losses == 1);
  }
  // An HLL that is no JSON after all is kept byte for byte.
  const DecodedRows hll = DecodeRows(SnapshotBuilder().Put(HllKey("k"), kT0, "{\"members\":[1]}"));
  CHECK(hll.files == Files{{HllPath("k"), "{\"members\":[1]}"}});
  CHECK(hll.findings() == Strings{"warning redis_hll_payload_unrecognized 1"});
}

TEST_CASE("JSON beside other rows: precedence and TTL are those of a blob") {
  const DecodedRows shadowed = DecodeRows(SnapshotBuilder()
                                              .Put(HashBlobKey("k"), kT0, "{\"a\":\"b\"}")
                                              .Put(FieldKey("k", "f"), kT0, "v"));
  CHECK(shadowed.files == Files{{HashPath("k"), HashText({{"f", "v"}})}});
  CHECK(shadowed.findings() == Strings{"warning redis_legacy_blob_shadowed 1"});
  const DecodedRows with_ttl =
      DecodeRows(SnapshotBuilder()
                     .Put(HllKey("k"), kT0, "{\"members\":[\"b\",\"a\",\"b\"]}")
                     .Put(TtlKey("k"), kT0, U64(0)));
  CHECK(with_ttl.files ==
        Files{{HllPath("k"), SetBlob({"a", "b"})}, {InDb("hll_ttl.jsonl"), TtlLine("k", 1)}});
  CHECK(with_ttl.findings() ==
        Strings{"note redis_json_duplicate 1", "warning redis_json_value.hll 1"});
}

TEST_CASE("repeated elements in JSON are counted in every form") {
  const std::pair<std::string, std::string> cases[] = {
      {HashBlobKey("k"), "{\"a\":\"1\",\"b\":\"2\",\"a\":\"3\"}"},
      {SetBlobKey("k"), "{\"members\":[\"a\",\"b\",\"a\",\"a\"]}"},
      {ZSetBlobKey("k"),
       "{\"entries\":[{\"member\":\"a\",\"score\":1},{\"member\":\"b\",\"score\":2},"
       "{\"member\":\"a\",\"score\":3}]}"},
      {HllKey("k"), "{\"members\":[\"b\",\"a\",\"b\"]}"},
  };
  for (const auto& [key, value] : cases) {
    INFO(value);
    CHECK(DecodeRows(SnapshotBuilder().Put(key, kT0, value)).finding("redis_json_duplicate") ==
          "note 1");
  }
}

}  // namespace
}  // namespace snaptree::test

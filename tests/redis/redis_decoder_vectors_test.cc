// The vectors of spec 02 chapter 8: rows in hex, whole files out.
#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kTtl = 1735689600000;

// A row of the table: key and value in hex.
SnapshotBuilder& Add(SnapshotBuilder& rows, Slice key, Slice value) {
  return rows.Put(Unhex(key), kT0, Unhex(value));
}

DecodedRows DecodeHex(std::initializer_list<std::pair<Slice, Slice>> rows) {
  SnapshotBuilder builder;
  for (const auto& [key, value] : rows) Add(builder, key, value);
  return DecodeRows(builder);
}

TEST_CASE("V1: a string") {
  const DecodedRows out =
      DecodeHex({{"2172656469737c7374727c6772656574696e67", "ff010068656c6c6f"}});
  CHECK(out.files == Files{{"redis/db_0/strings/greeting.bin", "hello"}});
  CHECK(out.findings().empty());
  CHECK(out.report.complete());
  CHECK(out.report.rows.emitted == 1);
  CHECK(out.report.records == 1);
}

TEST_CASE("V2, V2b: a string with a TTL, and its index row") {
  const DecodedRows out =
      DecodeHex({{"2172656469737c7374727c73657373696f6e3a616263", "ff0101000001941f297c0076"},
                 {"2172656469737c74746c7c73657373696f6e3a616263", "000001941f297c00"}});
  CHECK(out.files == Files{{"redis/db_0/strings/session%3Aabc.bin", "v"},
                           {"redis/db_0/strings_ttl.jsonl",
                            "{\"key\":\"session%3Aabc\",\"expire_at_ms\":1735689600000}\n"}});
  CHECK(out.findings().empty());
  CHECK(out.report.rows.emitted == 1);
  CHECK(out.report.rows.derived_index == 1);
}

TEST_CASE("V3: an HLL in its three forms") {
  const std::string payload = Unhex("005253010a01610a0162");
  const std::string path = "redis/db_0/hll/u.bin";
  CHECK(DecodeHex({{"2172656469737c686c6c7c75", "ff0200005253010a01610a0162"}}).files ==
        Files{{path, payload}});
  CHECK(DecodeHex({{"2172656469737c686c6c7c75", "ff0201000001941f297c00005253010a01610a0162"}})
            .files ==
        Files{{path, payload},
              {"redis/db_0/hll_ttl.jsonl", "{\"key\":\"u\",\"expire_at_ms\":1735689600000}\n"}});
  CHECK(DecodeHex({{"2172656469737c686c6c7c75", "005253010a01610a0162"}}).files ==
        Files{{path, payload}});
}

TEST_CASE("V4, V4b, V4c, V9e: a hash with meta, field, delta and fence") {
  const DecodedRows out =
      DecodeHex({{"2168737c6d6574617c000000026831", "00000000000000020000000000000000"},
                 {"2168737c666c647c00000002683166", "76"},
                 {"2168737c6d6574617c647c000000026831019000000000000100000003", "ffffffffffffffff"},
                 {"2172656469737c74786e2d776964652d686173687c6831", ""}});
  CHECK(out.files == Files{{"redis/db_0/hashes/h1.json", HashText({{"f", "v"}})}});
  CHECK(out.findings().empty());  // 2 - 1 is the number of fields
  CHECK(out.report.rows.emitted == 3);
  CHECK(out.report.rows.operational == 1);
}

TEST_CASE("V5: a set with a TTL in its meta") {
  const DecodedRows out =
      DecodeHex({{"2173747c6d6574617c000000027331", "0000000000000001000001941f297c00"},
                 {"2173747c6d656d7c000000027331ff00", ""}});
  CHECK(out.files == Files{{"redis/db_0/sets/s1.json",
                            "{\n  \"format_version\": 1,\n  \"members\": [\n    {\n"
                            "      \"base64\": \"_wA\"\n    }\n  ],\n"
                            "  \"expire_at_ms\": 1735689600000\n}"}});
  CHECK(out.findings().empty());
}

TEST_CASE("V6: a zset with its score row") {
  const DecodedRows out =
      DecodeHex({{"217a737c6d656d7c000000017a6d", "bff8000000000000"},
                 {"217a737c7363727c000000017a4007ffffffffffff6d", ""},
                 {"217a737c6d6574617c000000017a", "00000000000000010000000000000000"}});
  CHECK(out.files == Files{{"redis/db_0/zsets/z.json",
                            "{\n  \"format_version\": 1,\n  \"members\": [\n    {\n"
                            "      \"member\": \"m\",\n      \"score\": -1.5\n    }\n  ],\n"
                            "  \"expire_at_ms\": null\n}"}});
  CHECK(out.report.rows.emitted == 2);
  CHECK(out.report.rows.derived_index == 1);
}

TEST_CASE("V7, V7b, V7d: a list with a negative head and a claim") {
  const DecodedRows out =
      DecodeHex({{"216c73747c6d6574617c71",
                  "ffffffffffffffff000000000000000200000000000000030000000000000000"},
                 {"216c73747c69746d7c717fffffffffffffff", "61"},
                 {"216c73747c69746d7c718000000000000000", "62"},
                 {"216c73747c69746d7c718000000000000001", "63"},
                 {"216c73747c636c61696d7c00000001718000000000000000", ""}});
  CHECK(out.files == Files{{"redis/db_0/lists/q.json", ListText({"a", "b", "c"})}});
  CHECK(out.findings().empty());
  CHECK(out.report.rows.emitted == 4);
  CHECK(out.report.rows.operational == 1);
}

TEST_CASE("V7c: LPUSH whose delta is not in the meta yet") {
  const DecodedRows out =
      DecodeHex({{"216c73747c6d6574617c71",
                  "0000000000000000000000000000000200000000000000020000000000000000"},
                 {"216c73747c6d6574617c647c0000000171019000000000000100000000",
                  "ffffffffffffffff0000000000000001"},
                 {"216c73747c69746d7c717fffffffffffffff", "61"},
                 {"216c73747c69746d7c718000000000000000", "62"},
                 {"216c73747c69746d7c718000000000000001", "63"}});
  CHECK(out.files == Files{{"redis/db_0/lists/q.json", ListText({"a", "b", "c"})}});
  CHECK(out.findings().empty());
  CHECK(out.report.rows.emitted == 5);
}

TEST_CASE("V7e: the meta of a list whose key begins with d|") {
  for (const Slice value : {"000000000000000000000000000000010000000000000001",
                            "0000000000000000000000000000000100000000000000010000000000000000"}) {
    const DecodedRows out = DecodeHex({{"216c73747c6d6574617c647c78", value},
                                       {"216c73747c69746d7c647c788000000000000000", "76"}});
    CHECK(out.files == Files{{"redis/db_0/lists/d%7Cx.json", ListText({"v"})}});
    CHECK(out.findings().empty());
  }
}

TEST_CASE("V8, V8b: a stream") {
  SnapshotBuilder rows;
  Add(rows, "2173747265616d7c6d6574617c0000000173",
      "00000000000000020000018f2a33f80100000000000000000000000000000000"
      "00000000000000000000000000000000");
  Add(rows, "2173747265616d7c656e7472797c00000001730000018f2a33f8000000000000000000",
      "00525845010a0f313731343430303030303030302d3012056576656e7412056c6f67696e");
  rows.Put(EntryKey("s", 1714400000001, 0), kT0, EntryValue("1714400000001-0", {}));
  const DecodedRows out = DecodeRows(rows);
  CHECK(
      out.files ==
      Files{{"redis/db_0/streams/s.jsonl",
             "{\"id\":\"1714400000000-0\",\"fields\":[{\"name\":\"event\",\"value\":\"login\"}]}\n"
             "{\"id\":\"1714400000001-0\",\"fields\":[]}\n"
             "{\"_meta\":true,\"length\":2,\"last_ms\":1714400000001,\"last_seq\":0,"
             "\"expire_at_ms\":null}\n"}});
  CHECK(out.findings().empty());
  CHECK(out.report.rows.emitted == 3);
}

TEST_CASE("V9 to V9c: legacy blobs, with and without a TTL row") {
  const DecodedRows out =
      DecodeHex({{"2172656469737c686173687c68", "005248010a060a0166120176"},
                 {"2172656469737c7365747c73", "005253010a0161"},
                 {"2172656469737c7a7365747c7a", "00525a010a0c0a016111000000000000f83f0a030a0162"},
                 {"2172656469737c74746c7c7a", "000001941f297c00"}});
  CHECK(out.files ==
        Files{{"redis/db_0/hashes/h.json", HashText({{"f", "v"}})},
              {"redis/db_0/sets/s.json", SetText({"a"})},
              {"redis/db_0/zsets/z.json", ZSetText({{"a", "1.5"}, {"b", "0"}}, kTtl)}});
  CHECK(out.findings().empty());
}

TEST_CASE("V9d: a legacy stream blob is dead") {
  const DecodedRows out =
      DecodeHex({{"2172656469737c73747265616d7c78", "005258010a0b0a03312d30120166120176"}});
  CHECK(out.files.empty());
  CHECK(out.findings() == Strings{"warning redis_legacy_stream_blob 1"});
  CHECK(out.report.rows.operational == 1);
  CHECK_FALSE(out.report.complete());
}

TEST_CASE("V10: the text of a hash, byte for byte") {
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put(FieldKey("h", "f"), kT0, "v")
                                         .Put(FieldKey("h", "\xff"), kT0, "<b>")
                                         .Put(MetaKeyOf("hs", "h"), kT0, CountMetaValue(2)));
  CHECK(out.files == Files{{"redis/db_0/hashes/h.json",
                            R"({
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
})"}});
}

TEST_CASE("V12: a key stands before its own prefix") {
  SnapshotBuilder rows;
  const uint64_t ts = 0x0190000000000001;
  rows.Put(StrKey("a"), ts, StringValue("1")).Put(StrKey("ab"), ts, StringValue("2"));
  CHECK(rows.Rows()[0].key == Unhex("2172656469737c7374727c6162fe6ffffffffffffe"));
  CHECK(rows.Rows()[1].key == Unhex("2172656469737c7374727c61fe6ffffffffffffe"));
  CHECK(DecodeRows(rows).files == Files{{StringPath("a"), "1"}, {StringPath("ab"), "2"}});
}

}  // namespace
}  // namespace snaptree::test

// Bare rows and unknown rows: spec 06 chapters 2, 3 and 8, vectors V12 to V14.
#include <algorithm>

#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

constexpr const char* kData = "rawkv/data.jsonl";

std::string Line(Slice key, Slice value) {
  return "{\"key\":" + Bv(key) + ",\"value\":" + Bv(value) + "}\n";
}

std::string BlobPath(const std::string& folder, Slice key) {
  return folder + "/blobs/" + Sha256::HexOf(key) + ".bin";
}

TEST_CASE("V12: bare rows, ascending by key, HTML escaping off") {
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put(Unhex("757365723a31"), kT0, "<a&b>")
                                         .Put(Unhex("00ff"), kT0, Unhex("0180")));
  CHECK(out.files == Files{{kData,
                            "{\"key\":{\"base64\":\"AP8\"},\"value\":{\"base64\":\"AYA\"}}\n"
                            "{\"key\":\"user:1\",\"value\":\"<a&b>\"}\n"}});
  CHECK(out.findings().empty());
  CHECK(out.report.rows.emitted == 2);
  CHECK(out.report.records == 2);
}

TEST_CASE("V13: a value that is too long for a line") {
  const std::string value(70000, 'b');
  const DecodedRows out = DecodeRows(SnapshotBuilder().Put(Unhex("626967"), kT0, value));
  CHECK((out.files ==
         Files{{kData,
                "{\"key\":\"big\",\"value_file\":\"blobs/"
                "2a21fe6d592a19b7de898b50eb53c429608de1a66f3e9f62da19714a770553d1.bin\","
                "\"value_size\":70000}\n"},
               {"rawkv/blobs/2a21fe6d592a19b7de898b50eb53c429608de1a66f3e9f62da19714a770553d1.bin",
                value}}));
}

TEST_CASE("V14: an old Redis string with its TTL row") {
  const auto decode = [](const std::string& ttl) {
    return DecodeRows(SnapshotBuilder()
                          .Put(Unhex("73657373"), kT0, "v")
                          .Put(Unhex("2172656469737c74746c7c73657373"), kT0, Unhex(ttl)));
  };
  const auto text = [](const std::string& ms) {
    return "{\"key\":\"sess\",\"value\":\"v\",\"redis_expire_at_ms\":" + ms + "}\n";
  };
  const DecodedRows out = decode("000001941f297c00");
  CHECK(out.files == Files{{kData, text("1735689600000")}});
  CHECK(out.findings().empty());  // the TTL row is no orphan
  // As it is: neither clamped nor raised.
  CHECK(decode("0000000000000000").files == Files{{kData, text("0")}});
  CHECK(decode("ffffffffffffffff").files == Files{{kData, text("18446744073709551615")}});
  const DecodedRows malformed = decode("00");
  CHECK(malformed.files == Files{{kData, Line("sess", "v")}});
  CHECK(malformed.findings() == Strings{"warning redis_invalid_ttl_value 1"});
}

TEST_CASE("a TTL row is joined only when its key has no other Redis row") {
  const Pairs others = {{StrKey("k"), StringValue("s")},
                        {HllKey("k"), ""},
                        {ListMetaKey("k"), ListMetaValue(0, 0)},
                        {ListDeltaKey("k", 1), ListDeltaValue(0, 0)},
                        {FieldKey("k", "f"), "v"},
                        {SetMemberKey("k", "m"), ""},
                        {ZSetMemberKey("k", "m"), U64(0)},
                        {HashBlobKey("k"), ""},
                        {SetBlobKey("k"), ""},
                        {ZSetBlobKey("k"), ""},
                        {MetaKeyOf("stream", "k"), StreamMetaValue({})},
                        {StreamBlobKey("k"), ""}};
  for (const auto& [key, value] : others) {
    INFO(Bv(key));
    const DecodedRows out = DecodeRows(
        SnapshotBuilder().Put("k", kT0, "raw").Put(key, kT0, value).Put(TtlKey("k"), kT0, U64(77)));
    CHECK(out.files.at(kData) == Line("k", "raw"));
    CHECK(out.finding("redis_orphan_ttl").empty());
  }
  // Rows that say nothing about the type do not count.
  for (const auto& [key, value] : Pairs{{ItemKey("k", 0), "i"},
                                        {EntryKey("k", 1, 0), EntryValue("", {})},
                                        {FenceKey("hash", "k"), ""},
                                        {ClaimKey("k", 0), ""}}) {
    INFO(Bv(key));
    const DecodedRows out = DecodeRows(
        SnapshotBuilder().Put("k", kT0, "raw").Put(key, kT0, value).Put(TtlKey("k"), kT0, U64(77)));
    CHECK(out.files.at(kData) == "{\"key\":\"k\",\"value\":\"raw\",\"redis_expire_at_ms\":77}\n");
  }
}

TEST_CASE("TTL rows meet bare rows of many keys, some without one, some without a row") {
  SnapshotBuilder rows;
  std::string expected;
  uint64_t orphans = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string key = "key" + std::to_string(10000 + i);
    const bool bare = i % 3 != 0;
    const bool ttl = i % 5 < 2;
    if (bare) rows.Put(key, kT0, "v");
    if (ttl) rows.Put(TtlKey(key), kT0, U64(static_cast<uint64_t>(i)));
    if (bare) {
      expected += "{\"key\":\"" + key + "\",\"value\":\"v\"" +
                  (ttl ? ",\"redis_expire_at_ms\":" + std::to_string(i) : "") + "}\n";
    }
    orphans += ttl && !bare ? 1U : 0U;
  }
  for (const size_t memory : {size_t{64} << 20, size_t{(1 << 20) + 2000}}) {
    DecodeRowsOptions options;
    options.sorter_bytes = memory;
    const DecodedRows out = DecodeRows(rows, options);
    CHECK((out.files == Files{{kData, expected}}));
    CHECK(out.findings() == Strings{"note redis_orphan_ttl " + std::to_string(orphans)});
  }
}

TEST_CASE("lines ascend by logical key, which is not the order of the rows") {
  // Prefixes of one another, with bytes around those of the inverted timestamp.
  Strings keys = {"a",
                  "ab",
                  "a\xfd",
                  "a\xfe",
                  "a\xff",
                  std::string("a\0", 2),
                  "a\xfe\x64",
                  "b",
                  "\xff",
                  std::string("\0", 1),
                  " ",
                  "!",
                  "!stream|foo",
                  "!mine|x",
                  "!strea",
                  "_meta_x",
                  "~"};
  SnapshotBuilder rows;
  for (const std::string& key : keys) rows.Put(key, kT0, "old").Put(key, kT1, "v" + key);
  std::sort(keys.begin(), keys.end());
  std::string expected;
  for (const std::string& key : keys) expected += Line(key, "v" + key);
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files == Files{{kData, expected}});
  CHECK(out.report.rows.older_version == keys.size());
}

TEST_CASE("what is bare and what is not") {
  const Strings bare = {"",    "!",   "!x|",  "!stream|foo", "!redi", "_meta_other",
                        "!dd", "!zs", "!STR|"};
  for (const std::string& key : bare) {
    INFO(Bv(key));
    CHECK(DecodeRows(SnapshotBuilder().Put(key, kT0, "v")).files == Files{{kData, Line(key, "v")}});
  }
  // A key that is named like a metadata row, but has a timestamp like every user key.
  CHECK(DecodeRows(SnapshotBuilder().Put("_meta_last_commit_ts", kT0, "v")).files ==
        Files{{kData, Line("_meta_last_commit_ts", "v")}});
  const Strings unknown = {"!ddb|",  "!dist|x",  "!encryption|x", "!fs|x",          "!hs|x",
                           "!lst|x", "!redis|x", "!s3route|x",    "!s3|x",          "!sqs|x",
                           "!st|x",  "!txn|x",   "!zs|x",         "!redis|route|x", "!fs|usages"};
  for (const std::string& key : unknown) {
    INFO(Bv(key));
    const DecodedRows out = DecodeRows(SnapshotBuilder().Put(key, kT0, "v"));
    CHECK(out.files.count("unknown/rows.jsonl") == 1);
    CHECK(out.report.rows.unknown == 1);
    CHECK(out.findings() == Strings{"warning unknown_rows 1"});
    CHECK_FALSE(out.report.complete());
  }
}

TEST_CASE("values around the sizes of a line and of memory") {
  for (const size_t size : {0U, 1U, 4096U, 4097U, 65536U, 65537U, 1U << 20, (1U << 20) + 1}) {
    INFO(size);
    const std::string value(size, 'v');
    const DecodedRows out = DecodeRows(SnapshotBuilder().Put("k", kT0, value));
    if (size <= 65536) {
      CHECK((out.files == Files{{kData, Line("k", value)}}));
    } else {
      CHECK((out.files.at(BlobPath("rawkv", "k")) == value));
      CHECK(out.files.at(kData) == "{\"key\":\"k\",\"value_file\":\"blobs/" + Sha256::HexOf("k") +
                                       ".bin\",\"value_size\":" + std::to_string(size) + "}\n");
      CHECK(out.files.size() == 2);
    }
  }
}

TEST_CASE("the store's own expiry is kept, and expired rows are a class of their own") {
  SnapshotBuilder rows;
  rows.Put("later", kT0, "v", kT1 + 1).Put("gone", kT0, "v", kT0 + 1).Put("now", kT1, "v");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files == Files{{kData, "{\"key\":\"later\",\"value\":\"v\",\"expire_at_hlc\":" +
                                       std::to_string(kT1 + 1) + "}\n" + Line("now", "v")}});
  CHECK(out.report.rows.expired == 1);
  CHECK(out.report.rows.emitted == 2);
  const DecodedRows both =
      DecodeRows(SnapshotBuilder().Put("k", kT0, "v", kT1).Put(TtlKey("k"), kT0, U64(5)));
  CHECK(both.files == Files{{kData,
                             "{\"key\":\"k\",\"value\":\"v\",\"redis_expire_at_ms\":5,"
                             "\"expire_at_hlc\":" +
                                 std::to_string(kT1) + "}\n"}});
}

TEST_CASE("unknown rows keep key, value, commit timestamp and expiry") {
  const std::string big(70000, '\xff');
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put("!redis|new|b", kT0, "<\xff>")
                                         .Put("!redis|new|a", kT1, "new")
                                         .Put("!redis|new|a", kT0, "old")
                                         .Put("!s3|new", kT0, "v", kT1 + 9)
                                         .Put("!zs|new", kT0, big)
                                         .Put("!zs|gone", kT0, "v")
                                         .Delete("!zs|gone", kT1));
  const std::string t0 = std::to_string(kT0);
  CHECK(out.files.at("unknown/rows.jsonl") ==
        "{\"key\":\"!redis|new|a\",\"value\":\"new\",\"commit_ts\":" + std::to_string(kT1) + "}\n" +
            "{\"key\":\"!redis|new|b\",\"value\":" + Bv("<\xff>") + ",\"commit_ts\":" + t0 + "}\n" +
            "{\"key\":\"!s3|new\",\"value\":\"v\",\"commit_ts\":" + t0 + ",\"expire_at_hlc\":" +
            std::to_string(kT1 + 9) + "}\n" + "{\"key\":\"!zs|new\",\"value_file\":\"blobs/" +
            Sha256::HexOf("!zs|new") + ".bin\",\"value_size\":70000,\"commit_ts\":" + t0 + "}\n");
  CHECK((out.files.at(BlobPath("unknown", "!zs|new")) == big));
  CHECK(out.report.rows.unknown == 4);
  CHECK(out.report.rows.older_version == 2);
  CHECK(out.report.rows.tombstone == 1);
  CHECK(out.findings() == Strings{"warning unknown_rows 4"});
}

TEST_CASE("a store of raw rows only makes no redis folder") {
  const DecodedRows out = DecodeRows(SnapshotBuilder().Put("a", kT0, "").Put("b", kT0, "1"));
  CHECK(out.files == Files{{kData, Line("a", "") + Line("b", "1")}});
  CHECK(out.report.complete());
}

}  // namespace
}  // namespace snaptree::test

// rawkv/ and unknown/ to rows: spec 06 section 3.3 and chapter 8, vectors V12 to V14.
#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/encoded_snapshot.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

using Rows = std::map<std::string, std::string>;
constexpr const char* kData = "rawkv/data.jsonl";
constexpr const char* kUnknown = "unknown/rows.jsonl";

std::string BlobFile(Slice key) { return "blobs/" + Sha256::HexOf(key) + ".bin"; }
std::string BlobLine(const std::string& key, size_t size) {
  return "{\"key\":\"" + key + "\",\"value_file\":\"" + BlobFile(key) +
         "\",\"value_size\":" + std::to_string(size) + "}\n";
}
std::string Line(Slice key, Slice value, const std::string& more = "") {
  return "{\"key\":" + Bv(key) + ",\"value\":" + Bv(value) + more + "}\n";
}

EncodedRows EncodeData(const std::string& text) { return EncodeFiles({{kData, text}}); }

TEST_CASE("encode V12: bare rows") {
  const EncodedRows out = EncodeData(
      "{\"key\":{\"base64\":\"AP8\"},\"value\":{\"base64\":\"AYA\"}}\n"
      "{\"key\":\"user:1\",\"value\":\"<a&b>\"}\n");
  CHECK(out.rows == Rows{{Unhex("00ff"), Unhex("0180")}, {"user:1", "<a&b>"}});
  CHECK(out.findings().empty());
  CHECK(out.differences.empty());
  CHECK(out.report.adapters.at(0).records == 2);
}

TEST_CASE("encode V13: a value in a file of its own") {
  const std::string value(70000, 'b');
  const Files tree = {
      {kData,
       "{\"key\":\"big\",\"value_file\":\"blobs/"
       "2a21fe6d592a19b7de898b50eb53c429608de1a66f3e9f62da19714a770553d1.bin\","
       "\"value_size\":70000}\n"},
      {"rawkv/blobs/2a21fe6d592a19b7de898b50eb53c429608de1a66f3e9f62da19714a770553d1.bin", value}};
  const EncodedRows out = EncodeFiles(tree);
  CHECK((out.rows == Rows{{"big", value}}));
  CHECK(out.findings().empty());
  CHECK((DecodeRows(SnapshotOf(out)).files == tree));
}

TEST_CASE("encode V14: an old Redis string with its TTL row") {
  const EncodedRows out =
      EncodeData("{\"key\":\"sess\",\"value\":\"v\",\"redis_expire_at_ms\":1735689600000}\n");
  CHECK(out.rows ==
        Rows{{"sess", "v"}, {Unhex("2172656469737c74746c7c73657373"), Unhex("000001941f297c00")}});
  // As it is: neither clamped nor left out.
  CHECK(EncodeData(Line("k", "v", ",\"redis_expire_at_ms\":0")).rows.at(TtlKey("k")) == U64(0));
  CHECK(EncodeData(Line("k", "v", ",\"redis_expire_at_ms\":18446744073709551615"))
            .rows.at(TtlKey("k")) == U64(UINT64_MAX));
}

TEST_CASE("encode: the expiry of the store stands in the value header") {
  const EncodedRows out = EncodeData(Line("k", "v", ",\"expire_at_hlc\":18446744073709551615"));
  REQUIRE(out.raw.size() == 1);
  CHECK(out.raw[0].value == StoredValue("v", UINT64_MAX));
  CHECK(out.findings().empty());
  // T is 7000.
  const EncodedRows gone = EncodeData(Line("k", "v", ",\"expire_at_hlc\":7000"));
  CHECK(gone.findings() == Strings{"warning row_already_expired 1"});
  CHECK(gone.differences == std::set<std::string>{kData});
  CHECK(DecodeRows(SnapshotOf(gone)).files.empty());
  const EncodedRows none = EncodeData(Line("k", "v", ",\"expire_at_hlc\":0"));
  CHECK(none.raw.at(0).value == StoredValue("v", 0));
  CHECK(none.findings() == Strings{"note rows_respelled 1"});
}

TEST_CASE("encode: rows that will come out otherwise") {
  // Order, and base64 of text, are no matter.
  const EncodedRows order =
      EncodeData(Line("b", "") + "{\"key\":{\"base64\":\"YQ\"},\"value\":\"\"}\n" + Line("c", ""));
  CHECK(order.rows == Rows{{"a", ""}, {"b", ""}, {"c", ""}});
  CHECK(order.findings().empty());
  CHECK(order.differences.empty());

  const std::string large(70000, 'x');
  const EncodedRows inlined = EncodeData(Line("a", large));
  CHECK((inlined.rows == Rows{{"a", large}}));
  CHECK(inlined.findings() == Strings{"note rows_respelled 1"});
  CHECK(inlined.differences == std::set<std::string>{kData, "rawkv/" + BlobFile("a")});

  const EncodedRows small =
      EncodeFiles({{kData, BlobLine("a", 2)}, {"rawkv/" + BlobFile("a"), "hi"}});
  CHECK(small.rows == Rows{{"a", "hi"}});
  CHECK(small.differences == std::set<std::string>{kData, "rawkv/" + BlobFile("a")});

  const EncodedRows more = EncodeData("{\"key\":\"a\",\"value\":\"\",\"hint\":[1e999]}");
  CHECK(more.rows == Rows{{"a", ""}});
  CHECK(more.findings() == Strings{"warning unknown_member 1"});
  CHECK(more.differences == std::set<std::string>{kData});
  // A member of the other file means nothing here.
  CHECK(EncodeData(Line("a", "", ",\"commit_ts\":1")).finding("unknown_member") == "warning 1");
}

TEST_CASE("encode: wrong lines of rows, each with its place") {
  const std::string blob = BlobFile("a");
  const Strings wrong = {
      "",
      "null",
      "{}",
      "{\"key\":\"\",\"value\":\"\"}",
      "{\"key\":\"a\"}",
      "{\"value\":\"a\"}",
      "{\"key\":\"a\",\"value\":1}",
      "{\"key\":\"a\",\"value\":null}",
      "{\"key\":\"a\",\"value\":{}}",
      "{\"key\":\"a\",\"value\":{\"base64\":\"YQ==\"}}",
      "{\"key\":\"a\",\"value\":{\"base64\":\"YQ\",\"x\":1}}",
      "{\"key\":\"a\",\"value\":\"\\udc00\"}",
      "{\"key\":\"a\",\"value\":\"\\ud800\"}",
      "{\"key\":\"a\",\"value\":\"\xff\"}",
      "{\"key\":\"a\",\"value\":\"\"}}",
      "{\"key\":\"a\",\"key\":\"b\",\"value\":\"\"}",
      "{\"key\":\"a\",\"value\":\"\",\"value\":\"\"}",
      "{\"key\":\"a\",\"value\":\"\",\"value_size\":0}",
      "{\"key\":\"a\",\"value\":\"\",\"value_file\":\"" + blob + "\",\"value_size\":2}",
      "{\"key\":\"a\",\"value_file\":\"" + blob + "\"}",
      "{\"key\":\"a\",\"value_file\":\"" + blob + "\",\"value_size\":3}",
      "{\"key\":\"a\",\"value_file\":\"" + blob + "\",\"value_size\":\"2\"}",
      "{\"key\":\"b\",\"value_file\":\"" + blob + "\",\"value_size\":2}",
      "{\"key\":\"a\",\"value_file\":\"../" + blob + "\",\"value_size\":2}",
      "{\"key\":\"a\",\"value\":\"\",\"expire_at_hlc\":1.5}",
      "{\"key\":\"a\",\"value\":\"\",\"redis_expire_at_ms\":-1}",
      "{\"key\":\"a\",\"value\":\"\",\"redis_expire_at_ms\":18446744073709551616}"};
  std::string text;
  Strings expected;
  for (size_t i = 0; i < wrong.size(); ++i) {
    text += wrong[i] + "\n";
    expected.push_back("RawKvEncodeInvalid " + std::string(kData) + ": line " +
                       std::to_string(i + 1));
  }
  CHECK(EncodeFiles({{kData, text}, {"rawkv/" + blob, "hi"}}).errors == expected);
  // The file of a value is missing.
  CHECK(EncodeData(BlobLine("a", 2)).errors == Strings{"NotFound rawkv/" + blob + ": line 1"});
}

TEST_CASE("encode: keys of other kinds of data") {
  const auto refused = [](const std::string& key) {
    const EncodedRows out = EncodeData(Line(key, "v"));
    EncodeFilesOptions options;
    options.choices.allow_reserved = true;
    CHECK(EncodeFiles({{kData, Line(key, "v")}}, options).rows == Rows{{key, "v"}});
    if (out.errors.empty()) return false;
    CHECK(out.errors == Strings{"RawKvEncodeInvalid " + std::string(kData) + ": line 1"});
    return true;
  };
  for (const std::string& root :
       Strings{"!ddb|", "!dist|", "!encryption|", "!fs|", "!hs|", "!lst|", "!redis|", "!s3route|",
               "!s3|", "!sqs|", "!st|", "!stream|entry|", "!stream|meta|", "!zs|", "!txn|lock|",
               "!txn|int|", "!txn|cmt|", "!txn|rb|", "!txn|meta|"}) {
    INFO(root);
    CHECK(refused(root));
    CHECK(refused(root + "x"));
  }
  CHECK_FALSE(refused("!stream|foo"));
  CHECK_FALSE(refused("!mine"));
  CHECK_FALSE(refused("_meta_last_commit_ts"));
}

TEST_CASE("encode: keys that stand twice, and keys that are too long") {
  CHECK(EncodeData(Line("a", "1") + Line("b", "") + Line("a", "2")).errors ==
        Strings{"DuplicateKey " + std::string(kData) + ": line 1"});
  CHECK(EncodeData(Line(std::string(1048577, 'k'), "")).errors ==
        Strings{"EncodeKeyTooLarge " + std::string(kData) + ": line 1"});
  CHECK(EncodeData(Line(std::string(1048576, 'k'), "")).errors.empty());
  // A string of redis/ with the same TTL row.
  CHECK(EncodeFiles({{kData, Line("k", "", ",\"redis_expire_at_ms\":5")},
                     {"redis/db_0/strings/k.bin", ""},
                     {"redis/db_0/strings_ttl.jsonl", TtlLine("k", 5)}})
            .errors == Strings{"DuplicateKey " + std::string(kData) + ": line 1"});
}

TEST_CASE("encode: what does not belong into rawkv/") {
  const std::string name = "rawkv/" + BlobFile("a");
  CHECK(EncodeFiles({{kData, BlobLine("a", 2)},
                     {name, "hi"},
                     {"rawkv/" + BlobFile("b"), "unused"},
                     {"rawkv/blobs/deep/x", ""},
                     {"rawkv/data.jsonl~", ""},
                     {"rawkv/damaged/rows.jsonl", ""}})
            .errors == Strings{"UnexpectedFile rawkv/" + BlobFile("b"),
                               "UnexpectedFile rawkv/blobs/deep", "UnexpectedFile rawkv/damaged",
                               "UnexpectedFile rawkv/data.jsonl~"});
  // The file of a wrong line is not unexpected as well.
  CHECK(EncodeFiles({{kData, BlobLine("a", 3)}, {name, "hi"}}).errors ==
        Strings{"RawKvEncodeInvalid " + std::string(kData) + ": line 1"});
  EncodeFilesOptions ignore;
  ignore.choices.ignore_extra = true;
  CHECK(EncodeFiles({{kData, Line("a", "")}, {name, "hi"}}, ignore).findings() ==
        Strings{"warning unexpected_file 1"});
}

TEST_CASE("encode: unknown rows go back as they are") {
  const std::string key = "!redis|future|\xff";
  const std::string large(70000, 'z');
  const Files tree = {
      {kUnknown, Line("!ddb|new|a", "v", ",\"commit_ts\":7000,\"expire_at_hlc\":7001") +
                     Line(key, "\xff\x01", ",\"commit_ts\":7000") +
                     "{\"key\":\"!zs|x\",\"value_file\":\"" + BlobFile("!zs|x") +
                     "\",\"value_size\":70000,\"commit_ts\":7000}\n"},
      {"unknown/" + BlobFile("!zs|x"), large}};
  Files files = tree;
  files["unknown/damaged/rows.jsonl"] = "never read";
  files["unknown/damaged/blobs/1.bin"] = "never read";
  const EncodedRows out = EncodeFiles(files);
  CHECK(out.errors.empty());
  CHECK((out.rows == Rows{{"!ddb|new|a", "v"}, {key, "\xff\x01"}, {"!zs|x", large}}));
  CHECK(out.raw.at(0).value == StoredValue("v", 7001));
  CHECK(out.findings().empty());
  CHECK(out.differences.empty());
  CHECK((DecodeRows(SnapshotOf(out)).files == tree));

  EncodeFilesOptions drop;
  drop.choices.drop_unknown = true;
  const EncodedRows none = EncodeFiles(files, drop);
  CHECK(none.rows.empty());
  CHECK(none.findings() == Strings{"warning unknown_rows_dropped 3"});
  CHECK(none.differences == std::set<std::string>{kUnknown, "unknown/" + BlobFile("!zs|x")});
}

TEST_CASE("encode: wrong unknown rows") {
  CHECK(EncodeFiles({{kUnknown, Line("!zs|a", "", ",\"commit_ts\":\"1\"") + "x\n" +
                                    Line("", "", ",\"commit_ts\":1")}})
            .errors == Strings{"UnknownEncodeInvalid unknown/rows.jsonl: line 1",
                               "UnknownEncodeInvalid unknown/rows.jsonl: line 2",
                               "UnknownEncodeInvalid unknown/rows.jsonl: line 3"});
  // A row that another adapter puts as well.
  CHECK(EncodeFiles({{kUnknown, Line(StrKey("k"), "", ",\"commit_ts\":1")},
                     {"redis/db_0/strings/k.bin", "v"}})
            .errors == Strings{"DuplicateKey redis/db_0/strings/k.bin"});
  // A bare row comes out in rawkv/.
  const EncodedRows bare = EncodeFiles({{kUnknown, Line("bare", "v", ",\"commit_ts\":1")}});
  CHECK(bare.rows == Rows{{"bare", "v"}});
  CHECK(bare.differences == std::set<std::string>{kUnknown, kData});
}

}  // namespace
}  // namespace snaptree::test

// Names, KEYMAP.jsonl, TTL files, and what does not belong into redis/ (spec 02 chapters 5 and 7,
// spec 07 sections 2.4, 3 and 8.3).
#include <catch2/catch.hpp>

#include "base/text.h"
#include "manifest/file_name_codec.h"
#include "tests/support/encoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

constexpr const char* kKeymap = "redis/db_0/KEYMAP.jsonl";
constexpr const char* kStringsTtl = "redis/db_0/strings_ttl.jsonl";
constexpr const char* kHllTtl = "redis/db_0/hll_ttl.jsonl";

using Rows = std::map<std::string, std::string>;

std::string String(const std::string& name) { return "redis/db_0/strings/" + name + ".bin"; }
std::string Hash(const std::string& name) { return "redis/db_0/hashes/" + name + ".json"; }
std::string KeymapLine(const std::string& encoded, Slice key,
                       const std::string& kind = "sha-fallback") {
  return "{\"encoded\":\"" + encoded + "\",\"original\":\"" + Base64Url(key) + "\",\"kind\":\"" +
         kind + "\"}\n";
}

const std::string kLong(300, 'k');
const std::string kLongName = FallbackName(kLong);

TEST_CASE("encode: fallback names need their record") {
  const EncodedRows out = EncodeFiles({{String(kLongName), "v"},
                                       {Hash(kLongName) + "", HashText({})},
                                       {kKeymap, KeymapLine(kLongName, kLong)}});
  CHECK(out.errors == Strings{"DuplicateKey " + Hash(kLongName)});  // one key, two types
  const EncodedRows good =
      EncodeFiles({{String(kLongName), "v"}, {kKeymap, KeymapLine(kLongName, kLong)}});
  CHECK(good.rows == Rows{{StrKey(kLong), StringValue("v")}});
  CHECK(good.findings().empty());
  CHECK(EncodeFiles({{String(kLongName), "v"}}).errors ==
        Strings{"KeymapMissing " + String(kLongName)});
  // A record of another kind is none.
  const EncodedRows other = EncodeFiles(
      {{String(kLongName), "v"}, {kKeymap, KeymapLine(kLongName, kLong, "s3-leaf-data")}});
  CHECK(other.errors == Strings{"KeymapMissing " + String(kLongName)});
  CHECK(other.finding("keymap_record_unused") == "warning 1");
}

TEST_CASE("encode: KEYMAP records that do not fit") {
  const Files tree = {{String(kLongName), "v"}};
  const auto encode = [&](const std::string& keymap) {
    Files files = tree;
    files[kKeymap] = keymap;
    return EncodeFiles(files);
  };
  const std::string good = KeymapLine(kLongName, kLong);
  const std::string place = std::string(kKeymap) + ": line ";
  CHECK(encode(good + KeymapLine(kLongName, "other")).errors ==
        Strings{"KeymapMismatch " + place + "2"});
  CHECK(encode(good + "\n" + good).errors == Strings{"KeymapInvalid " + place + "2"});
  CHECK(encode("[]\n" + good + "{\"encoded\":null}").errors ==
        Strings{"KeymapInvalid " + place + "1", "KeymapInvalid " + place + "3"});
  CHECK(encode(good + "{\"encoded\":\"" + kLongName +
               "\",\"encoded\":\"x\",\"original\":\"\",\"kind\":\"k\"}")
            .errors == Strings{"KeymapInvalid " + place + "2"});

  const EncodedRows twice = encode(good + good);
  CHECK(twice.errors.empty());
  CHECK(twice.findings() == Strings{"note keymap_record_repeated 1"});
  CHECK(twice.differences == std::set<std::string>{kKeymap});

  std::string more_said = good;
  more_said.insert(1, "\"note\":1,");
  const EncodedRows said = encode(more_said);
  CHECK(said.errors.empty());
  CHECK(said.findings().empty());
  CHECK(said.differences == std::set<std::string>{kKeymap});
  CHECK(encode(good).differences.empty());

  const std::string unused(301, 'u');
  const EncodedRows more = encode(good + KeymapLine(FallbackName(unused), unused));
  CHECK(more.errors.empty());
  CHECK(more.findings() == Strings{"warning keymap_record_unused 1"});
  CHECK(more.differences == std::set<std::string>{kKeymap});
  CHECK(more.rows == Rows{{StrKey(kLong), StringValue("v")}});
}

TEST_CASE("encode: names that no key has") {
  for (const std::string& name :
       Strings{"a%2", "a b", "%zz", "b64.padding=", "b64.x", "a~b", std::string(241, 'a')}) {
    INFO(name);
    CHECK(EncodeFiles({{String(name), ""}}).errors == Strings{"NameInvalid " + String(name)});
  }
}

TEST_CASE("encode: other spellings of a name are taken with a warning") {
  const EncodedRows out = EncodeFiles({{String("%41%3a"), "v"},
                                       {Hash("b64.AAEC"), HashText({{"f", "v"}})},
                                       {kStringsTtl, "{\"key\":\"A%3A\",\"expire_at_ms\":7}\n"}});
  CHECK(out.errors.empty());
  CHECK(out.rows == Rows{{StrKey("A:"), StringValue("v", 7)},
                         {TtlKey("A:"), U64(7)},
                         {MetaKeyOf("hs", std::string("\0\x01\x02", 3)), CountMetaValue(1)},
                         {FieldKey(std::string("\0\x01\x02", 3), "f"), "v"}});
  CHECK(out.findings() == Strings{"note name_not_canonical 2"});
  CHECK(out.differences == std::set<std::string>{String("%41%3a"), String("A%3A"), kStringsTtl,
                                                 Hash("b64.AAEC"), Hash("%00%01%02")});

  EncodeFilesOptions strict;
  strict.choices.strict = true;
  CHECK(EncodeFiles({{String("%41"), "v"}}, strict).errors ==
        Strings{"NameNotCanonical " + String("%41")});
  CHECK(EncodeFiles({{String("A"), "v"}}, strict).errors.empty());
}

TEST_CASE("encode: a spelling that leads to a name which needs KEYMAP") {
  const std::string key(177, '\1');
  const EncodedRows out = EncodeFiles({{String("b64." + Base64Url(key)), "v"}});
  CHECK(out.rows == Rows{{StrKey(key), StringValue("v")}});
  CHECK(out.differences ==
        std::set<std::string>{String("b64." + Base64Url(key)), String(FallbackName(key)), kKeymap});
}

TEST_CASE("encode: one key in two files") {
  CHECK(EncodeFiles({{String("A"), "1"}, {String("%41"), "2"}}).errors ==
        Strings{"DuplicateKey " + String("%41")});
  const EncodedRows types = EncodeFiles({{String("k"), "1"},
                                         {Hash("k"), HashText({{"f", "v"}}, 5)},
                                         {"redis/db_0/lists/k.json", ListText({}, 5)}});
  CHECK(types.errors ==
        Strings{"DuplicateKey " + Hash("k"), "DuplicateKey redis/db_0/lists/k.json"});
  REQUIRE(types.statuses.size() == 2);
  CHECK(types.statuses[0].info().found == "key \"k\" also in " + String("k"));
  CHECK(types.statuses[1].info().found == "key \"k\" also in " + Hash("k"));
}

TEST_CASE("encode: a string and an HLL of one key are good together") {
  const Files tree = {{String("k"), "v"}, {"redis/db_0/hll/k.bin", ""}};
  CHECK(EncodeFiles(tree).rows ==
        Rows{{StrKey("k"), StringValue("v")}, {HllKey("k"), HllValue("")}});
  const auto encode = [&](const std::string& strings_ttl, const std::string& hll_ttl) {
    Files files = tree;
    if (!strings_ttl.empty())
      files[kStringsTtl] = "{\"key\":\"k\",\"expire_at_ms\":" + strings_ttl + "}\n";
    if (!hll_ttl.empty()) files[kHllTtl] = "{\"key\":\"k\",\"expire_at_ms\":" + hll_ttl + "}\n";
    const EncodedRows out = EncodeFiles(files);
    CHECK(out.errors.empty());
    return out.rows;
  };
  CHECK(encode("5", "6") == Rows{{StrKey("k"), StringValue("v", 5)},
                                 {HllKey("k"), HllValue("", 6)},
                                 {TtlKey("k"), U64(5)}});
  CHECK(encode("", "6") == Rows{{StrKey("k"), StringValue("v")},
                                {HllKey("k"), HllValue("", 6)},
                                {TtlKey("k"), U64(6)}});
  CHECK(encode("0", "6") == encode("", "6"));
  CHECK(encode("5", "null") == encode("5", ""));
  // A third file is one too many.
  Files three = tree;
  three[Hash("k")] = HashText({});
  CHECK(EncodeFiles(three).errors == Strings{"DuplicateKey " + Hash("k")});
}

TEST_CASE("encode: lines of TTL files") {
  const auto encode = [](const std::string& lines) {
    return EncodeFiles({{String("k"), "v"}, {String("%3A"), "w"}, {kStringsTtl, lines}});
  };
  const Rows plain = {{StrKey("k"), StringValue("v")}, {StrKey(":"), StringValue("w")}};
  const auto with = [&](uint64_t ms) {
    Rows rows = plain;
    rows[StrKey("k")] = StringValue("v", ms);
    rows[TtlKey("k")] = U64(ms);
    return rows;
  };
  const std::set<std::string> changed = {kStringsTtl};

  const EncodedRows last =
      encode("{\"key\":\"k\",\"expire_at_ms\":1}\n{\"key\":\"k\",\"expire_at_ms\":2}\n");
  CHECK(last.rows == with(2));
  CHECK(last.findings() == Strings{"warning redis_ttl_repeated 1"});
  CHECK(last.differences == changed);

  const EncodedRows none = encode("{\"key\":\"k\",\"expire_at_ms\":null}\n{\"key\":\"%3A\"}");
  CHECK(none.rows == plain);
  CHECK(none.findings() == Strings{"note redis_respelled 2"});
  CHECK(none.differences == changed);

  const EncodedRows large = encode("{\"key\":\"k\",\"expire_at_ms\":18446744073709551615}\n");
  CHECK(large.rows == with(INT64_MAX));
  CHECK(large.findings() == Strings{"warning redis_expiry_clamped 1"});
  CHECK(large.differences == changed);

  const EncodedRows lost = encode("{\"key\":\"gone\",\"expire_at_ms\":5}\n");
  CHECK(lost.rows == plain);
  CHECK(lost.findings() == Strings{"warning redis_ttl_without_file 1"});
  CHECK(lost.differences == changed);

  const EncodedRows spelled = encode("{\"key\":\"%3a\",\"expire_at_ms\":5,\"x\":1}\n");
  CHECK(spelled.rows.at(TtlKey(":")) == U64(5));
  CHECK(spelled.findings() == Strings{"warning unknown_member 1"});
  CHECK(spelled.differences == changed);

  // The place of each wrong line, and reading goes on behind it.
  const Strings wrong = {"",
                         "{}",
                         "[]",
                         "{\"key\":1,\"expire_at_ms\":1}",
                         "{\"key\":\"k\",\"expire_at_ms\":1.0}",
                         "{\"key\":\"k\",\"expire_at_ms\":1e3}",
                         "{\"key\":\"k\",\"expire_at_ms\":\"1\"}",
                         "{\"key\":\"k\",\"expire_at_ms\":-1}",
                         "{\"key\":\"k\",\"expire_at_ms\":18446744073709551616}",
                         "{\"key\":\"k\",\"key\":\"k\",\"expire_at_ms\":1}",
                         "{\"key\":\"k\",\"expire_at_ms\":1,\"expire_at_ms\":1}",
                         "{\"key\":\"k\",\"expire_at_ms\":1}]",
                         "{\"Key\":\"k\",\"expire_at_ms\":1}"};
  std::string text;
  Strings expected;
  for (size_t i = 0; i < wrong.size(); ++i) {
    text += wrong[i] + "\n";
    expected.push_back("RedisEncodeInvalidJSON " + std::string(kStringsTtl) + ": line " +
                       std::to_string(i + 1));
  }
  CHECK(encode(text).errors == expected);
  CHECK(encode("{\"key\":\"a b\",\"expire_at_ms\":1}").errors ==
        Strings{"NameInvalid " + std::string(kStringsTtl) + ": line 1"});
}

TEST_CASE("encode: what does not belong into redis/") {
  const EncodedRows out = EncodeFiles({{"redis/db_0/strings/a.bim", ""},
                                       {"redis/db_0/strings/a.bin~", ""},
                                       {"redis/db_0/strings/deep/a.bin", ""},
                                       {"redis/db_0/hashes/a.jsonl", ""},
                                       {"redis/db_0/streams/a.json", ""},
                                       {"redis/db_0/other/a.bin", ""},
                                       {"redis/db_0/notes.txt", ""},
                                       {"redis/db_01/strings/a.bin", ""},
                                       {"redis/db_1/strings/a.bin", ""},
                                       {"redis/db_17/x", ""},
                                       {"redis/readme", ""},
                                       {"redis/db_0/strings/good.bin", "v"}});
  CHECK(out.errors ==
        Strings{"UnexpectedFile redis/db_0/hashes/a.jsonl", "UnexpectedFile redis/db_0/notes.txt",
                "UnexpectedFile redis/db_0/other", "UnexpectedFile redis/db_0/streams/a.json",
                "UnexpectedFile redis/db_0/strings/a.bim",
                "UnexpectedFile redis/db_0/strings/a.bin~",
                "UnexpectedFile redis/db_0/strings/deep", "UnexpectedFile redis/db_01",
                "RedisMultiDBUnsupported redis/db_1", "RedisMultiDBUnsupported redis/db_17",
                "UnexpectedFile redis/readme"});

  EncodeFilesOptions ignore;
  ignore.choices.ignore_extra = true;
  const EncodedRows fewer = EncodeFiles({{"redis/db_0/strings/a.bim", ""},
                                         {"redis/db_0/notes.txt", ""},
                                         {"redis/db_0/strings/good.bin", "v"}},
                                        ignore);
  CHECK(fewer.rows == Rows{{StrKey("good"), StringValue("v")}});
  CHECK(fewer.findings() == Strings{"warning unexpected_file 2"});
}

TEST_CASE("encode: folders without anything in them") {
  EncodeFilesOptions options;
  options.folders = {"redis/db_0/strings", "redis/db_0/streams"};
  const EncodedRows out = EncodeFiles({}, options);
  CHECK(out.errors.empty());
  CHECK(out.rows.empty());
  options.folders = {"redis"};
  CHECK(EncodeFiles({}, options).errors.empty());
  options.folders = {"redis/db_0/strings/a.bin", "redis/db_0/KEYMAP.jsonl"};
  CHECK(EncodeFiles({}, options).errors == Strings{"UnexpectedFile redis/db_0/KEYMAP.jsonl",
                                                   "UnexpectedFile redis/db_0/strings/a.bin"});
}

}  // namespace
}  // namespace snaptree::test

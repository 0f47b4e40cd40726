// Strings, HLLs, scores and rows that look like something else: spec 02 sections 2.1, 2.2 and 4.2,
// traps of section 6.
#include <algorithm>
#include <limits>

#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

DecodedRows DecodeOne(const std::string& key, const std::string& value) {
  return DecodeRows(SnapshotBuilder().Put(key, kT0, value));
}

TEST_CASE("strings: envelope off, everything else as it is") {
  const std::pair<std::string, std::string> cases[] = {
      {StringValue(""), ""},
      {StringValue("\xff\x01"), "\xff\x01"},
      {"", ""},
      {"\xff", "\xff"},
      {"\xff\x02"
       "abc",
       "\xff\x02"
       "abc"},
      {"\x01\xff", "\x01\xff"},
      {"{}", "{}"},
      {std::string("\0RH\1", 4), std::string("\0RH\1", 4)},
      {std::string("a\0b\n\xff", 5), std::string("a\0b\n\xff", 5)},
  };
  for (const auto& [value, text] : cases) {
    INFO(Bv(value));
    const DecodedRows out = DecodeOne(StrKey("k"), value);
    CHECK(out.files == Files{{StringPath("k"), text}});
    CHECK(out.findings().empty());
  }
}

TEST_CASE("trap 2: envelopes that are cut") {
  const std::string with_ttl = StringValue("", 5);
  for (const std::string& value : {std::string("\xff\x01"), with_ttl.substr(0, 3),
                                   with_ttl.substr(0, 10), std::string("\xff\x01\xff")}) {
    INFO(Bv(value));
    const DecodedRows out = DecodeOne(StrKey("k"), value);
    CHECK(out.damaged_codes() == Strings{"RedisInvalidStringValue"});
    CHECK(out.files.size() == 1);
    CHECK(out.report.losses == 1);
    CHECK(out.report.records == 0);
  }
  CHECK(DecodeOne(StrKey("k"), with_ttl).files.count(StringPath("k")) == 1);
  const std::string hll = HllValue("", 5);
  for (const std::string& value : {std::string("\xff\x02"), hll.substr(0, 3), hll.substr(0, 10)}) {
    CHECK(DecodeOne(HllKey("k"), value).damaged_codes() == Strings{"RedisInvalidHLLValue"});
  }
}

TEST_CASE("trap 2: an HLL that cannot be read lets the string beside it be") {
  const DecodedRows out = DecodeRows(
      SnapshotBuilder().Put(StrKey("k"), kT0, StringValue("v")).Put(HllKey("k"), kT0, "\xff\x02"));
  CHECK(out.files.at(StringPath("k")) == "v");
  CHECK(out.files.count(HllPath("k")) == 0);
  CHECK(out.damaged_codes() == Strings{"RedisInvalidHLLValue"});
}

TEST_CASE("trap 2: HLL payloads") {
  const auto check = [](const std::string& value, const std::string& payload, bool recognized) {
    INFO(Bv(value));
    const DecodedRows out = DecodeOne(HllKey("k"), value);
    CHECK(out.files == Files{{HllPath("k"), payload}});
    CHECK(out.findings() ==
          (recognized ? Strings{} : Strings{"warning redis_hll_payload_unrecognized 1"}));
    CHECK(out.report.rows.emitted == 1);
  };
  const std::string set = SetBlob({"b", "a"});
  check(set, set, true);  // as it is: no sorting
  check(HllValue(set), set, true);
  check("", "", true);
  check(HllValue(""), "", true);
  check(HllValue("HYLL"), "HYLL", false);
  check("HYLL", "HYLL", false);
  check(set.substr(0, 3), set.substr(0, 3), false);
  check(HllValue("{}"), "{}", false);  // JSON was never written into an envelope
  check("\xff", "\xff", false);
  check(StringValue("v"), StringValue("v"), false);
}

TEST_CASE("trap 1: a TTL row that is not 8 bytes long is told and ignored") {
  for (const std::string& value : {std::string(), std::string(7, '\1'), std::string(9, '\1')}) {
    const DecodedRows out =
        DecodeRows(SnapshotBuilder().Put(StrKey("k"), kT0, "v").Put(TtlKey("k"), kT0, value));
    CHECK(out.files == Files{{StringPath("k"), "v"}});
    CHECK(out.findings() == Strings{"warning redis_invalid_ttl_value 1"});
    CHECK(out.report.rows.derived_index == 1);
    CHECK_FALSE(out.report.complete());
  }
}

TEST_CASE("trap 3 and 4: scores") {
  const std::pair<uint64_t, std::string> cases[] = {
      {Bits(0.0), "0"},
      {Bits(-0.0), "-0"},
      {Bits(100), "100"},
      {Bits(-1.5), "-1.5"},
      {Bits(0.1), "0.1"},
      {Bits(1e20), "100000000000000000000"},
      {Bits(1e21), "1e+21"},
      {Bits(1e-6), "0.000001"},
      {Bits(1e-7), "1e-7"},
      {Bits(5e-324), "5e-324"},
      {Bits(1.7976931348623157e308), "1.7976931348623157e+308"},
      {Bits(std::numeric_limits<double>::infinity()), "\"+inf\""},
      {Bits(-std::numeric_limits<double>::infinity()), "\"-inf\""},
      {0x7ff8000000000001, "\"nan\""},
      {0x7ff8000000000000, "\"nan:0x7ff8000000000000\""},
      {0xfff8000000000001, "\"nan:0xfff8000000000001\""},
      {0x7ff0000000000001, "\"nan:0x7ff0000000000001\""},
  };
  for (const auto& [bits, text] : cases) {
    INFO(text);
    for (const bool blob : {false, true}) {
      const DecodedRows out = blob ? DecodeOne(ZSetBlobKey("k"), ZSetBlob({{"m", bits}}))
                                   : DecodeOne(ZSetMemberKey("k", "m"), U64(bits));
      CHECK(out.files == Files{{ZSetPath("k"), ZSetText({{"m", text}})}});
      const bool nan = text.find("nan") != std::string::npos;
      CHECK(out.findings() == (nan ? Strings{"warning redis_zset_nan_score 1"} : Strings{}));
    }
  }
}

TEST_CASE("trap 4: a zset member whose value is not 8 bytes long") {
  for (const std::string& value : {std::string(), std::string(7, '\0'), std::string(9, '\0')}) {
    const DecodedRows out = DecodeRows(SnapshotBuilder()
                                           .Put(ZSetMemberKey("k", "a"), kT0, U64(Bits(1)))
                                           .Put(ZSetMemberKey("k", "b"), kT0, value)
                                           .Put(ZSetMemberKey("k", "c"), kT0, U64(Bits(2))));
    CHECK(out.files.at(ZSetPath("k")) == ZSetText({{"a", "1"}, {"c", "2"}}));
    CHECK(out.damaged_codes() == Strings{"RedisInvalidZSetMember"});
    CHECK(out.report.rows.emitted == 2);
    CHECK(out.report.losses == 1);
  }
}

TEST_CASE("a zset of which no member can be read is not presented as empty") {
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put(ZSetMemberKey("k", "a"), kT0, "")
                                         .Put(ZSetMemberKey("k", "b"), kT0, "short")
                                         .Put(MetaKeyOf("zs", "k"), kT0, CountMetaValue(2))
                                         .Put(ZSetBlobKey("k"), kT0, ZSetBlob({{"old", 0}})));
  CHECK(out.files.size() == 1);
  CHECK(out.damaged_codes() == Strings{"RedisInvalidZSetMember", "RedisInvalidZSetMember"});
  CHECK(out.report.losses == 1);
  CHECK(out.report.rows.operational == 2);
  CHECK(out.report.rows.emitted == 0);
}

TEST_CASE("score rows are an index: they neither add nor change members") {
  const DecodedRows out =
      DecodeRows(SnapshotBuilder()
                     .Put(ZSetMemberKey("k", "a"), kT0, U64(Bits(-0.0)))
                     .Put(ScoreKey("k", Unhex("8000000000000000"), "a"), kT0, "")
                     .Put(ScoreKey("k", Unhex("fff0000000000000"), "b"), kT0, "")
                     .Put(ScoreKey("other", Unhex("fff0000000000000"), "b"), kT0, "")
                     .Put("!zs|scr|short", kT0, ""));
  CHECK(out.files == Files{{ZSetPath("k"), ZSetText({{"a", "-0"}})}});
  CHECK(out.findings().empty());
  CHECK(out.report.rows.derived_index == 4);
}

TEST_CASE("trap 9: user keys that look internal are ordinary") {
  SnapshotBuilder rows;
  Files expected;
  for (const std::string& key : Strings{"!hs|meta|x", "!redis|str|", "!redis|ttl|k",
                                        "_meta_last_commit_ts", "!txn|lock|k", "!lst|itm|"}) {
    rows.Put(StrKey(key), kT0, StringValue(key));
    expected[StringPath(key)] = key;
  }
  CHECK(DecodeRows(rows).files == expected);
}

TEST_CASE(
    "trap 9: a raw value at a key that looks internal is damaged, not lost and not believed") {
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put("!hs|meta|counter", kT0, "42")
                                         .Put("!zs|mem|counter", kT0, "42")
                                         .Put("!stream|entry|counter", kT0, "42"));
  CHECK(out.files.size() == 1);
  const std::string& kept = out.files.at("unknown/damaged/rows.jsonl");
  CHECK(kept.find("{\"key\":\"!hs|meta|counter\",\"value\":\"42\"") != std::string::npos);
  CHECK(kept.find("{\"key\":\"!zs|mem|counter\",\"value\":\"42\"") != std::string::npos);
  CHECK(kept.find("{\"key\":\"!stream|entry|counter\",\"value\":\"42\"") != std::string::npos);
  CHECK(out.report.rows.damaged == 3);
}

TEST_CASE("trap 10: fields, members and items that are empty, binary, or text by accident") {
  const std::string awkward[] = {"",
                                 std::string("\0", 1),
                                 "\x7f",
                                 "\xc3\xa9",
                                 "\xc3",
                                 "\xed\xa0\x80",
                                 "\xf4\x90\x80\x80",
                                 "\xc0\x80",
                                 "\xe2\x80\xa8",
                                 "<&>\"\\\b\f\n\r\t\x1f",
                                 "\xf0\x9f\x98\x80",
                                 "{\"base64\":\"_w\"}"};
  Pairs fields;
  Strings items;
  SnapshotBuilder rows;
  for (const std::string& text : awkward) {
    rows.Put(ItemKey("l", static_cast<int64_t>(items.size())), kT0, text);
    rows.Put(FieldKey("h", text), kT0, text).Put(SetMemberKey("s", text), kT0, "");
    items.push_back(text);
    fields.emplace_back(text, text);
  }
  rows.Put(ListMetaKey("l"), kT0, ListMetaValue(0, static_cast<int64_t>(items.size())));
  std::sort(fields.begin(), fields.end());
  Strings members = items;
  std::sort(members.begin(), members.end());
  CHECK(DecodeRows(rows).files == Files{{HashPath("h"), HashText(fields)},
                                        {ListPath("l"), ListText(items)},
                                        {SetPath("s"), SetText(members)}});
}

TEST_CASE("trap 16: what only the node needs is never unknown") {
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put(FenceKey("hash", "x"), kT0, "")
                                         .Put(ClaimKey("x", 0), kT0, "")
                                         .Put(DeltaKeyOf("zs", "x", 1), kT0, I64(-1)));
  CHECK(out.files.empty());
  CHECK(out.report.rows.unknown == 0);
  CHECK(out.report.rows.operational == 3);
  CHECK(out.report.complete());
}

TEST_CASE("rows under !redis| of no known family are unknown") {
  const DecodedRows out = DecodeOne("!redis|new|x", "y");
  CHECK(out.files ==
        Files{{"unknown/rows.jsonl", "{\"key\":\"!redis|new|x\",\"value\":\"y\",\"commit_ts\":" +
                                         std::to_string(kT0) + "}\n"}});
  CHECK(out.findings() == Strings{"warning unknown_rows 1"});
  CHECK(out.report.rows.unknown == 1);
}

TEST_CASE("trap 18: the decoder has no clock") {
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put(StrKey("k"), kT0, StringValue("v", 1))
                                         .Put(FieldKey("h", "f"), kT0, "v")
                                         .Put(MetaKeyOf("hs", "h"), kT0, CountMetaValue(1, 1)));
  CHECK(out.files.count(StringPath("k")) == 1);
  CHECK(out.files.at(HashPath("h")) == HashText({{"f", "v"}}, 1));
}

TEST_CASE("trap 19: bare rows as strings are never unwrapped, and counted") {
  DecodeRowsOptions options;
  options.bare_rows_as_redis = true;
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put("a", kT0, StringValue("v", 5))
                                         .Put("b", kT0, "\xff\x01")
                                         .Put("b2", kT0, "x")
                                         .Put(TtlKey("b2"), kT0, U64(0))
                                         .Put("!stream|foo", kT0, ""),
                                     options);
  CHECK(out.files == Files{{StringPath("a"), StringValue("v", 5)},
                           {StringPath("b"), "\xff\x01"},
                           {StringPath("b2"), "x"},
                           {StringPath("!stream|foo"), ""},
                           {InDb("strings_ttl.jsonl"), TtlLine("b2", 1)}});
  CHECK(out.findings() == Strings{"note redis_bare_string_rows 4"});
  CHECK(out.report.rows.emitted == 4);
}

}  // namespace
}  // namespace snaptree::test

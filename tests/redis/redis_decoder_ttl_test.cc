// Where a key's expiry comes from: spec 02 sections 3.1 and 4.4.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kMax = UINT64_MAX >> 1;
constexpr uint64_t kIndex = 1000;  // what the TTL row says
constexpr uint64_t kMeta = 2000;   // what the meta says

SnapshotBuilder WithTtlRow(const std::string& key, const std::string& value,
                           uint64_t expire_at_ms) {
  SnapshotBuilder rows;
  rows.Put(key, kT0, value).Put(TtlKey("k"), kT0, U64(expire_at_ms));
  return rows;
}

std::string TtlFileOf(const std::string& key, const std::string& value, uint64_t expire_at_ms,
                      const std::string& file) {
  const DecodedRows out = DecodeRows(WithTtlRow(key, value, expire_at_ms));
  CHECK(out.finding("redis_orphan_ttl").empty());
  const auto found = out.files.find(InDb(file));
  return found == out.files.end() ? "" : found->second;
}

TEST_CASE("strings and HLLs: the envelope decides, the TTL row only without one") {
  const struct {
    std::string value;
    uint64_t index;
    std::string line;
  } cases[] = {
      {StringValue("v"), kIndex, ""},
      {StringValue("v", kMeta), kIndex, TtlLine("k", kMeta)},
      {StringValue("v", 0), kIndex, TtlLine("k", 1)},  // expired at the epoch, not persistent
      {StringValue("v", UINT64_MAX), kIndex, TtlLine("k", kMax)},
      {StringValue("v", kMax), kIndex, TtlLine("k", kMax)},
      {"plain", kIndex, TtlLine("k", kIndex)},
      {"", kIndex, TtlLine("k", kIndex)},
      {"\xff", kIndex, TtlLine("k", kIndex)},
      {"plain", 0, TtlLine("k", 1)},
      {"plain", UINT64_MAX, TtlLine("k", kMax)},
      {"plain", kMax + 1, TtlLine("k", kMax)},
  };
  for (const auto& c : cases) {
    INFO(Bv(c.value) << " with " << c.index);
    CHECK(TtlFileOf(StrKey("k"), c.value, c.index, "strings_ttl.jsonl") == c.line);
  }
  const std::string payload = SetBlob({"a"});
  CHECK(TtlFileOf(HllKey("k"), HllValue(payload), kIndex, "hll_ttl.jsonl").empty());
  CHECK(TtlFileOf(HllKey("k"), HllValue(payload, kMeta), kIndex, "hll_ttl.jsonl") ==
        TtlLine("k", kMeta));
  CHECK(TtlFileOf(HllKey("k"), HllValue(payload, 0), kIndex, "hll_ttl.jsonl") == TtlLine("k", 1));
  CHECK(TtlFileOf(HllKey("k"), payload, kIndex, "hll_ttl.jsonl") == TtlLine("k", kIndex));
  CHECK(TtlFileOf(HllKey("k"), payload, 0, "hll_ttl.jsonl") == TtlLine("k", 1));
}

TEST_CASE("only flag bit 0 of an envelope counts") {
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put(StrKey("a"), kT0, "\xff\x01\xfev")
                                         .Put(StrKey("b"), kT0, "\xff\x01\xff" + U64(9) + "w"));
  CHECK(out.files == Files{{StringPath("a"), "v"},
                           {StringPath("b"), "w"},
                           {InDb("strings_ttl.jsonl"), TtlLine("b", 9)}});
}

TEST_CASE("string and HLL of one key, each with its own expiry") {
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put(StrKey("k"), kT0, StringValue("v", 5))
                                         .Put(HllKey("k"), kT0, SetBlob({"a"}))
                                         .Put(TtlKey("k"), kT0, U64(kIndex)));
  CHECK(out.files == Files{{StringPath("k"), "v"},
                           {HllPath("k"), SetBlob({"a"})},
                           {InDb("strings_ttl.jsonl"), TtlLine("k", 5)},
                           {InDb("hll_ttl.jsonl"), TtlLine("k", kIndex)}});
  CHECK(out.findings().empty());
}

// A collection with one element and a meta, beside a TTL row.
struct CollectionCase {
  std::string name;
  Pairs rows;
  Expiry expected;
};

std::vector<CollectionCase> CollectionCases() {
  std::vector<CollectionCase> cases;
  const auto add = [&cases](const std::string& name, const Pairs& element, const std::string& meta,
                            const Strings& current, const Strings& old) {
    const auto with = [&](const std::string& value, Expiry expected, const char* what) {
      Pairs rows = element;
      rows.emplace_back(meta, value);
      cases.push_back({name + " " + what, rows, expected});
    };
    with(current[0], std::nullopt, "current size, persistent");
    with(current[1], kMeta, "current size");
    with(current[2], kMax, "current size, clamped");
    for (const std::string& value : old) with(value, kIndex, "legacy size");
    with("malformed", kIndex, "malformed meta");
  };
  add("hash", {{FieldKey("k", "f"), "v"}}, MetaKeyOf("hs", "k"),
      {CountMetaValue(1), CountMetaValue(1, kMeta), CountMetaValue(1, UINT64_MAX)},
      {OldCountMetaValue(1)});
  add("set", {{SetMemberKey("k", "m"), ""}}, MetaKeyOf("st", "k"),
      {CountMetaValue(1), CountMetaValue(1, kMeta), CountMetaValue(1, UINT64_MAX)},
      {OldCountMetaValue(1)});
  add("zset", {{ZSetMemberKey("k", "m"), U64(0)}}, MetaKeyOf("zs", "k"),
      {CountMetaValue(1), CountMetaValue(1, kMeta), CountMetaValue(1, UINT64_MAX)},
      {OldCountMetaValue(1)});
  add("list", {{ItemKey("k", 0), "i"}}, ListMetaKey("k"),
      {ListMetaValue(0, 1), ListMetaValue(0, 1, kMeta), ListMetaValue(0, 1, UINT64_MAX)},
      {OldListMetaValue(0, 1)});
  const std::string stream = MetaKeyOf("stream", "k");
  add("stream", {{EntryKey("k", 1, 0), EntryValue("1-0", {})}}, stream,
      {StreamMetaValue({1, 1, 0}), StreamMetaValue({1, 1, 0, kMeta}),
       StreamMetaValue({1, 1, 0, UINT64_MAX}, 32)},
      {StreamMetaValue({1, 1, 0}, 24)});
  add("stream of 32 bytes", {{EntryKey("k", 1, 0), EntryValue("1-0", {})}}, stream,
      {StreamMetaValue({1, 1, 0}, 32), StreamMetaValue({1, 1, 0, kMeta}, 32),
       StreamMetaValue({1, 1, 0, UINT64_MAX}, 32)},
      {});
  const auto alone = [&cases](const std::string& name, const Pairs& rows) {
    cases.push_back({name, rows, kIndex});
  };
  alone("fields alone", {{FieldKey("k", "f"), "v"}});
  alone("members alone", {{SetMemberKey("k", "m"), ""}});
  alone("zset members alone", {{ZSetMemberKey("k", "m"), U64(0)}});
  alone("hash blob", {{HashBlobKey("k"), HashBlob({})}});
  alone("set blob", {{SetBlobKey("k"), SetBlob({})}});
  alone("zset blob", {{ZSetBlobKey("k"), ZSetBlob({})}});
  alone("field and delta", {{FieldKey("k", "f"), "v"}, {DeltaKeyOf("hs", "k", kT0), I64(1)}});
  alone("item and delta", {{ItemKey("k", 0), "i"}, {ListDeltaKey("k", kT0), ListDeltaValue(0, 1)}});
  return cases;
}

TEST_CASE("collections: a meta of current size decides, else the TTL row") {
  for (const CollectionCase& c : CollectionCases()) {
    INFO(c.name);
    SnapshotBuilder rows;
    for (const auto& [key, value] : c.rows) rows.Put(key, kT0, value);
    rows.Put(TtlKey("k"), kT0, U64(kIndex));
    const DecodedRows out = DecodeRows(rows);
    const std::string& text = out.files.begin()->second;
    const std::string expiry = c.expected ? std::to_string(*c.expected) : "null";
    CHECK(out.files.begin()->first.starts_with("redis/db_0/"));
    const bool pretty = text.find("\"expire_at_ms\": " + expiry + "\n}") != std::string::npos;
    const bool compact = text.find("\"expire_at_ms\":" + expiry + "}\n") != std::string::npos;
    CHECK((pretty || compact));
    CHECK(out.finding("redis_orphan_ttl").empty());
    CHECK(out.finding("redis_stale_ttl_index").empty());
  }
}

TEST_CASE("the TTL row of a collection without a meta of current size: 0 and clamping") {
  const auto text = [](uint64_t index) {
    return DecodeRows(WithTtlRow(FieldKey("k", "f"), "v", index)).files.at(HashPath("k"));
  };
  CHECK(text(0) == HashText({{"f", "v"}}, 1));
  CHECK(text(1) == HashText({{"f", "v"}}, 1));
  CHECK(text(UINT64_MAX) == HashText({{"f", "v"}}, kMax));
}

TEST_CASE("a TTL row that is older than all deltas of a collection without a meta is stale") {
  const auto decode = [](uint64_t ttl_ts, bool with_meta) {
    SnapshotBuilder rows;
    rows.Put(SetMemberKey("k", "m"), kT0, "");
    // The commit timestamps in the keys count, not those of the rows.
    rows.Put(DeltaKeyOf("st", "k", 500, 1), kT1, I64(0));
    rows.Put(DeltaKeyOf("st", "k", 300, 7), kT1, I64(1));
    if (with_meta) rows.Put(MetaKeyOf("st", "k"), kT0, OldCountMetaValue(0));
    return DecodeRows(rows.Put(TtlKey("k"), ttl_ts, U64(kIndex)));
  };
  const DecodedRows stale = decode(299, false);
  CHECK(stale.files == Files{{SetPath("k"), SetText({"m"})}});
  CHECK(stale.findings() == Strings{"note redis_stale_ttl_index 1"});
  for (const uint64_t ts : {300U, 301U, 600U}) {
    const DecodedRows out = decode(ts, false);
    CHECK(out.files == Files{{SetPath("k"), SetText({"m"}, kIndex)}});
    CHECK(out.findings().empty());
  }
  CHECK(decode(299, true).files == Files{{SetPath("k"), SetText({"m"}, kIndex)}});
}

TEST_CASE("a stale TTL row of a list") {
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put(ItemKey("k", -1), kT0, "i")
                                         .Put(ListDeltaKey("k", 300), kT1, ListDeltaValue(-1, 1))
                                         .Put(TtlKey("k"), 299, U64(kIndex)));
  CHECK(out.files == Files{{ListPath("k"), ListText({"i"})}});
  CHECK(out.findings() == Strings{"note redis_stale_ttl_index 1"});
}

TEST_CASE("of a key of two types the winner's own meta decides") {
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put(FieldKey("k", "f"), kT0, "v")
                                         .Put(MetaKeyOf("hs", "k"), kT0, OldCountMetaValue(1))
                                         .Put(MetaKeyOf("st", "k"), kT0, CountMetaValue(0, kMeta))
                                         .Put(TtlKey("k"), kT0, U64(kIndex)));
  CHECK(out.files == Files{{HashPath("k"), HashText({{"f", "v"}}, kIndex)}});
  CHECK(out.findings() == Strings{"warning redis_type_conflict 1"});
}

TEST_CASE("orphan TTL rows are counted, and only those") {
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put(TtlKey("a"), kT0, U64(1))
                                         .Put(TtlKey("b"), kT0, U64(1))
                                         .Put(TtlKey("gone"), kT0, U64(1))
                                         .Delete(TtlKey("gone"), kT1)
                                         .Put(TtlKey("s"), kT0, U64(1))
                                         .Put(StrKey("s"), kT0, StringValue("v")));
  CHECK(out.files == Files{{StringPath("s"), "v"}});
  CHECK(out.findings() == Strings{"note redis_orphan_ttl 2"});
  CHECK(out.report.rows.derived_index == 5);  // every version of a derived row
  CHECK(out.report.complete());
}

TEST_CASE("of several versions of a TTL row the newest counts") {
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put(StrKey("k"), kT0, "v")
                                         .Put(TtlKey("k"), kT0, U64(1))
                                         .Put(TtlKey("k"), kT1, U64(2)));
  CHECK(out.files.at(InDb("strings_ttl.jsonl")) == TtlLine("k", 2));
  CHECK(DecodeRows(SnapshotBuilder()
                       .Put(StrKey("k"), kT0, "v")
                       .Put(TtlKey("k"), kT0, U64(1))
                       .Delete(TtlKey("k"), kT1))
            .files == Files{{StringPath("k"), "v"}});
}

TEST_CASE("sidecar lines ascend by raw key") {
  SnapshotBuilder rows;
  Strings keys = {"b", "a", "ab", std::string("a\0", 2), "a\xff", "Z", "~", ""};
  for (const std::string& key : keys) rows.Put(StrKey(key), kT0, StringValue(key, 3));
  std::sort(keys.begin(), keys.end());
  std::string expected;
  for (const std::string& key : keys) expected += TtlLine(key, 3);
  CHECK(DecodeRows(rows).files.at(InDb("strings_ttl.jsonl")) == expected);
}

}  // namespace
}  // namespace snaptree::test

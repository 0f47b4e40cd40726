// Which type a key has when rows of several say something about it: spec 02 sections 1.5 and 3.7.
#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

// One row of the table of section 1.5 for the key "k": its rows, and the file that they make alone.
struct TypeRows {
  const char* name;
  Pairs rows;
  std::string path;  // empty: no file
  std::string content;
  bool is_string = false;
};

// In the order of precedence. Values differ, so that content cannot come from the wrong row.
std::vector<TypeRows> Table() {
  const std::string entry = EntryKey("k", 5, 1);
  return {
      {"string", {{StrKey("k"), StringValue("S")}}, StringPath("k"), "S", true},
      {"hll", {{HllKey("k"), HllValue(SetBlob({"L"}))}}, HllPath("k"), SetBlob({"L"}), true},
      {"bare", {{"k", "B"}}, StringPath("k"), "B", true},
      {"list",
       {{ListMetaKey("k"), ListMetaValue(0, 1)}, {ItemKey("k", 0), "i"}},
       ListPath("k"),
       ListText({"i"})},
      {"hash", {{FieldKey("k", "f"), "v"}}, HashPath("k"), HashText({{"f", "v"}})},
      {"set", {{SetMemberKey("k", "m"), ""}}, SetPath("k"), SetText({"m"})},
      {"zset", {{ZSetMemberKey("k", "z"), U64(Bits(2))}}, ZSetPath("k"), ZSetText({{"z", "2"}})},
      {"hash blob",
       {{HashBlobKey("k"), HashBlob({{"bf", "bv"}})}},
       HashPath("k"),
       HashText({{"bf", "bv"}})},
      {"set blob", {{SetBlobKey("k"), SetBlob({"bm"})}}, SetPath("k"), SetText({"bm"})},
      {"zset blob",
       {{ZSetBlobKey("k"), ZSetBlob({{"bz", Bits(3)}})}},
       ZSetPath("k"),
       ZSetText({{"bz", "3"}})},
      {"stream",
       {{MetaKeyOf("stream", "k"), StreamMetaValue({1, 5, 1})}, {entry, EntryValue("5-1", {})}},
       StreamPath("k"),
       StreamText({{"5-1", {}}}, 5, 1)},
      {"stream blob", {{StreamBlobKey("k"), StreamBlob({{"1-0", {}}})}}, "", ""},
  };
}

void AddRows(const Pairs& rows, SnapshotBuilder* builder) {
  for (const auto& [key, value] : rows) builder->Put(key, kT0, value);
}

DecodedRows DecodeTypes(const std::vector<TypeRows>& types) {
  SnapshotBuilder builder;
  for (const TypeRows& type : types) AddRows(type.rows, &builder);
  DecodeRowsOptions options;
  options.bare_rows_as_redis = true;
  return DecodeRows(builder, options);
}

bool SameFamily(const std::string& a, const std::string& b) {
  return a == b || a + " blob" == b || b + " blob" == a;
}

TEST_CASE("every row of 1.5 alone") {
  for (const TypeRows& type : Table()) {
    INFO(type.name);
    const DecodedRows out = DecodeTypes({type});
    CHECK(out.files == (type.path.empty() ? Files{} : Files{{type.path, type.content}}));
    CHECK(out.report.records == (type.path.empty() ? 0 : 1));
    CHECK(out.report.rows.emitted == (type.path.empty() ? 0 : type.rows.size()));
    CHECK(out.finding("redis_type_conflict").empty());
    CHECK(out.finding("redis_bare_string_rows") ==
          (std::string(type.name) == "bare" ? "note 1" : ""));
  }
}

TEST_CASE("every pair of rows of 1.5: the first one wins") {
  const std::vector<TypeRows> table = Table();
  for (size_t i = 0; i < table.size(); ++i) {
    for (size_t j = i + 1; j < table.size(); ++j) {
      const TypeRows& winner = table[i];
      const TypeRows& loser = table[j];
      INFO(winner.name << " and " << loser.name);
      const DecodedRows out = DecodeTypes({winner, loser});
      Files expected{{winner.path, winner.content}};
      const bool string_and_hll = i == 0 && j == 1;  // both live, both dumped
      if (string_and_hll) expected[loser.path] = loser.content;
      CHECK(out.files == expected);
      CHECK(out.report.records == expected.size());
      const size_t lost = string_and_hll ? 0 : loser.rows.size();
      CHECK(out.report.rows.operational == lost);
      CHECK(out.report.rows.emitted == winner.rows.size() + loser.rows.size() - lost);
      const bool dead = std::string(loser.name) == "stream blob";
      const bool same = SameFamily(winner.name, loser.name);
      CHECK(out.finding("redis_type_conflict").empty() == (same || dead || string_and_hll));
      CHECK(out.finding("redis_legacy_stream_blob") == (dead ? "warning 1" : ""));
      CHECK(out.report.complete() == string_and_hll);
    }
  }
}

TEST_CASE("rows of all types at once: string and HLL") {
  const DecodedRows out = DecodeTypes(Table());
  CHECK(out.files == Files{{StringPath("k"), "S"}, {HllPath("k"), SetBlob({"L"})}});
  CHECK(out.report.rows.emitted == 2);
  CHECK(out.report.rows.Sum() == 14);
}

TEST_CASE("what counts as presence of a collection") {
  struct Case {
    std::string row;  // of the winner
    std::string value;
    std::string path;
    std::string content;  // of the winner's file; empty: a ghost, no file
  };
  const Case cases[] = {
      {ListMetaKey("k"), ListMetaValue(0, 0), ListPath("k"), ListText({})},
      {ListMetaKey("k"), "short", ListPath("k"), ListText({})},
      {ListDeltaKey("k", kT0), ListDeltaValue(0, 0), "", ""},
      {MetaKeyOf("hs", "k"), CountMetaValue(0), HashPath("k"), HashText({})},
      {MetaKeyOf("hs", "k"), "short", HashPath("k"), HashText({})},
      {DeltaKeyOf("hs", "k", kT0), I64(0), "", ""},
      {MetaKeyOf("st", "k"), CountMetaValue(0), SetPath("k"), SetText({})},
      {DeltaKeyOf("st", "k", kT0), I64(0), "", ""},
      {MetaKeyOf("zs", "k"), CountMetaValue(0), ZSetPath("k"), ZSetText({})},
      {DeltaKeyOf("zs", "k", kT0), I64(0), "", ""},
  };
  for (const Case& c : cases) {
    INFO(c.row << " " << c.value);
    // A stream comes after all of them.
    const DecodedRows out =
        DecodeRows(SnapshotBuilder()
                       .Put(c.row, kT0, c.value)
                       .Put(MetaKeyOf("stream", "k"), kT0, StreamMetaValue({})));
    Files files = out.files;
    files.erase("unknown/damaged/rows.jsonl");
    CHECK(files == (c.path.empty() ? Files{} : Files{{c.path, c.content}}));
    CHECK(out.finding("redis_type_conflict") == "warning 1");
    CHECK(out.finding("redis_ghost_collection") == (c.path.empty() ? "note 1" : ""));
  }
}

TEST_CASE("what is not presence: items, a malformed delta, entries, deleted rows") {
  const Pairs rows[] = {
      {{ItemKey("k", 0), "i"}},
      {{DeltaKeyOf("hs", "k", kT0), "short"}},
      {{ListDeltaKey("k", kT0), "short"}},
      {{EntryKey("k", 1, 0), EntryValue("1-0", {})}},
  };
  for (const Pairs& absent : rows) {
    SnapshotBuilder builder;
    AddRows(absent, &builder);
    builder.Put(HashBlobKey("k"), kT0, HashBlob({{"f", "v"}}));
    builder.Put(StrKey("k"), kT0, StringValue("old")).Delete(StrKey("k"), kT1);
    builder.Put(ListMetaKey("k"), kT0, ListMetaValue(0, 0)).Delete(ListMetaKey("k"), kT1);
    INFO(absent[0].first);
    const DecodedRows out = DecodeRows(builder);
    CHECK(out.files.count(HashPath("k")) == 1);
    CHECK(out.files.at(HashPath("k")) == HashText({{"f", "v"}}));
    CHECK(out.report.rows.tombstone == 2);
    CHECK(out.report.rows.older_version == 2);
    CHECK(out.finding("redis_type_conflict").empty());
  }
}

TEST_CASE("a string shadows even when it is expired, and even when it cannot be read") {
  const Pairs blob = {{HashBlobKey("k"), HashBlob({{"f", "v"}})}};
  SnapshotBuilder expired;
  expired.Put(StrKey("k"), kT0, StringValue("v", 5));
  AddRows(blob, &expired);
  CHECK(DecodeRows(expired).files ==
        Files{{StringPath("k"), "v"}, {InDb("strings_ttl.jsonl"), TtlLine("k", 5)}});

  SnapshotBuilder damaged;
  damaged.Put(StrKey("k"), kT0, "\xff\x01");
  AddRows(blob, &damaged);
  const DecodedRows out = DecodeRows(damaged);
  CHECK(out.files.count(StringPath("k")) == 0);
  CHECK(out.files.count(HashPath("k")) == 0);
  CHECK(out.damaged_codes() == Strings{"RedisInvalidStringValue"});
  CHECK(out.report.losses == 1);
}

TEST_CASE("a bare row beside a collection is raw KV's, and both are dumped") {
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put("k", kT0, "raw")
                                         .Put(FieldKey("k", "f"), kT0, "v")
                                         .Put(TtlKey("k"), kT0, U64(7)));
  CHECK(out.files == Files{{HashPath("k"), HashText({{"f", "v"}}, 7)},
                           {"rawkv/data.jsonl", "{\"key\":\"k\",\"value\":\"raw\"}\n"}});
  CHECK(out.report.complete());
}

TEST_CASE("other families of the losing type are losers too") {
  // The rows of a losing list and of a losing stream are one conflict, not orphans.
  const DecodedRows out =
      DecodeRows(SnapshotBuilder()
                     .Put(StrKey("k"), kT0, StringValue("S"))
                     .Put(ListMetaKey("k"), kT0, ListMetaValue(0, 2))
                     .Put(ItemKey("k", 0), kT0, "i")
                     .Put(ItemKey("k", 1), kT0, "j")
                     .Put(MetaKeyOf("stream", "k"), kT0, StreamMetaValue({1, 5, 1}))
                     .Put(EntryKey("k", 5, 1), kT0, EntryValue("5-1", {})));
  CHECK(out.files == Files{{StringPath("k"), "S"}});
  CHECK(out.findings() == Strings{"warning redis_type_conflict 5"});
  CHECK(out.report.rows.operational == 5);
}

}  // namespace
}  // namespace snaptree::test

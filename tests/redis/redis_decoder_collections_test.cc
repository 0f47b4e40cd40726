// Hashes, sets and zsets: elements, metas, deltas, blobs: spec 02 sections 2.3, 2.4, 3.2 and 3.5,
// section 6 items 3 to 7, 10 to 12.
#include <algorithm>
#include <functional>

#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

// The three types behave alike but for their names.
struct Kind {
  std::string family;   // of keys
  std::string invalid;  // code of a meta that cannot be read
  std::string mismatch;
  std::function<Pairs(const Strings&)> rows;        // of these elements
  std::function<std::string(const Strings&)> blob;  // of these elements
  std::function<std::string(const Strings&)> text;  // of the file
  std::function<std::string(Slice)> path;
  std::function<std::string(Slice)> blob_key;
};

std::vector<Kind> Kinds() {
  const auto hash = [](const Strings& names) {
    Pairs fields;
    for (const std::string& name : names) fields.emplace_back(name, "v" + name);
    return fields;
  };
  const auto fields = [hash](const Strings& names) {
    Pairs rows;
    for (const auto& [name, value] : hash(names)) rows.emplace_back(FieldKey("k", name), value);
    return rows;
  };
  const auto members = [](const Strings& names) {
    Pairs rows;
    for (const std::string& name : names) rows.emplace_back(SetMemberKey("k", name), "ignored");
    return rows;
  };
  const auto scored = [](const Strings& names) {
    Pairs rows;
    for (const std::string& name : names) rows.emplace_back(ZSetMemberKey("k", name), U64(Bits(1)));
    return rows;
  };
  const auto score_blob = [](const Strings& names) {
    Scores scores;
    for (const std::string& name : names) scores.emplace_back(name, Bits(1));
    return ZSetBlob(scores);
  };
  const auto score_text = [](const Strings& names) {
    Pairs scores;
    for (const std::string& name : names) scores.emplace_back(name, "1");
    return ZSetText(scores);
  };
  return {{"hs", "RedisInvalidHashMeta", "redis_hash_length_mismatch", fields,
           [hash](const Strings& n) { return HashBlob(hash(n)); },
           [hash](const Strings& n) { return HashText(hash(n)); }, HashPath, HashBlobKey},
          {"st", "RedisInvalidSetMeta", "redis_set_length_mismatch", members,
           [](const Strings& n) { return SetBlob(n); }, [](const Strings& n) { return SetText(n); },
           SetPath, SetBlobKey},
          {"zs", "RedisInvalidZSetMeta", "redis_zset_length_mismatch", scored, score_blob,
           score_text, ZSetPath, ZSetBlobKey}};
}

SnapshotBuilder RowsOf(const Kind& kind, const Strings& elements) {
  SnapshotBuilder rows;
  for (const auto& [key, value] : kind.rows(elements)) rows.Put(key, kT0, value);
  return rows;
}

TEST_CASE("elements stand in the order of their raw bytes") {
  // Encoded order differs: a name that goes on with fe or ff stands behind its own prefix only from
  // there on.
  const Strings names = {"",
                         std::string("\0", 1),
                         std::string("\0\0", 2),
                         "a",
                         std::string("a\0", 2),
                         "aa",
                         "a\xfd",
                         "a\xfe",
                         "a\xfe\xfe",
                         "a\xff",
                         "b",
                         "\xfe",
                         "\xff",
                         "\xff\xff"};
  for (const Kind& kind : Kinds()) {
    INFO(kind.family);
    SnapshotBuilder rows = RowsOf(kind, names);
    rows.Put(MetaKeyOf(kind.family, "k"), kT0, CountMetaValue(static_cast<int64_t>(names.size())));
    for (const size_t memory : {size_t{64} << 20, size_t{0}}) {
      DecodeRowsOptions options;
      options.sorter_bytes = memory;
      const DecodedRows out = DecodeRows(rows, options);
      CHECK(out.files == Files{{kind.path("k"), kind.text(names)}});
      CHECK(out.findings().empty());
      CHECK(out.report.rows.emitted == names.size() + 1);
      CHECK((out.scratch_folders_asked > 0) == (memory == 0));
    }
    CHECK(DecodeRows(SnapshotBuilder().Put(kind.blob_key("k"), kT0,
                                           kind.blob(Strings(names.rbegin(), names.rend()))))
              .files == Files{{kind.path("k"), kind.text(names)}});
  }
}

TEST_CASE("overwritten and deleted elements, versions of prefixes between one another") {
  constexpr uint64_t kNew = 0x01ff000000000000;  // inverted: fe 00 ff ...
  constexpr uint64_t kOld = 0x0100000000000000;  // inverted: fe ff ff ...
  for (const Kind& kind : Kinds()) {
    INFO(kind.family);
    const std::string gone = kind.rows({"gone"})[0].first;
    const std::string kept = kind.rows({"gone\xfe\x80"})[0].first;
    SnapshotBuilder rows;
    rows.Put(gone, kOld, "old").Delete(gone, kNew);
    for (const auto& [key, value] : kind.rows({"gone\xfe\x80"})) rows.Put(key, kOld, value);
    REQUIRE(rows.Rows()[0].key == RawKey(gone, kNew));
    REQUIRE(rows.Rows()[1].key == RawKey(kept, kOld));
    const DecodedRows out = DecodeRows(rows);
    CHECK(out.files == Files{{kind.path("k"), kind.text({"gone\xfe\x80"})}});
    CHECK(out.report.rows.older_version == 1);
    CHECK(out.report.rows.tombstone == 1);
  }
}

TEST_CASE("keys that are prefixes of one another keep their elements apart") {
  const Strings keys = {"",      "k",  std::string("k\0", 2),      "k\xfe",
                        "k\xff", "kk", std::string("\0\0\0\1k", 5)};
  SnapshotBuilder rows;
  Files expected;
  for (const std::string& key : keys) {
    rows.Put(FieldKey(key, "f"), kT0, key).Put(SetMemberKey(key, key), kT0, "");
    expected[HashPath(key)] = HashText({{"f", key}});
  }
  const DecodedRows out = DecodeRows(rows);  // a hash wins over a set
  CHECK(out.files == expected);
  CHECK(out.report.rows.operational == keys.size());
}

TEST_CASE("declared length: base and deltas, floored at 0") {
  for (const Kind& kind : Kinds()) {
    INFO(kind.family);
    const auto decode = [&](std::optional<int64_t> base, const std::vector<int64_t>& deltas) {
      SnapshotBuilder rows = RowsOf(kind, {"a", "b"});
      if (base) rows.Put(MetaKeyOf(kind.family, "k"), kT0, CountMetaValue(*base));
      for (size_t i = 0; i < deltas.size(); ++i) {
        rows.Put(DeltaKeyOf(kind.family, "k", kT0 + i, static_cast<uint32_t>(i)), kT0,
                 I64(deltas[i]));
      }
      const DecodedRows out = DecodeRows(rows);
      CHECK(out.files == Files{{kind.path("k"), kind.text({"a", "b"})}});
      CHECK(out.report.rows.emitted == rows.Rows().size());
      return out.findings();
    };
    const Strings mismatch = {"warning " + kind.mismatch + " 1"};
    CHECK(decode(2, {}).empty());
    CHECK(decode(std::nullopt, {}).empty());
    CHECK(decode(0, {1, 1}).empty());
    CHECK(decode(std::nullopt, {1, 2, -1}).empty());
    CHECK(decode(5, {-1, -2}).empty());
    CHECK(decode(1, {-3, 4}).empty());
    CHECK(decode(1, {}) == mismatch);
    CHECK(decode(3, {}) == mismatch);
    CHECK(decode(INT64_MAX, {}) == mismatch);
    CHECK(decode(std::nullopt, {1}) == mismatch);
    Strings negative = {mismatch[0], "warning redis_negative_length 1"};
    std::sort(negative.begin(), negative.end());
    CHECK(decode(2, {-9}) == negative);
    CHECK_FALSE(decode(INT64_MAX, {1}).empty());
    CHECK_FALSE(decode(1, {INT64_MIN, INT64_MIN}).empty());
  }
}

TEST_CASE("metas and deltas that cannot be read: elements are dumped all the same") {
  for (const Kind& kind : Kinds()) {
    const std::string meta = MetaKeyOf(kind.family, "k");
    const std::string delta = DeltaKeyOf(kind.family, "k", kT0);
    const struct {
      std::string key;
      std::string value;
      std::string code;
    } cases[] = {
        {meta, "", kind.invalid},
        {meta, std::string(7, '\0'), kind.invalid},
        {meta, std::string(9, '\0'), kind.invalid},
        {meta, std::string(17, '\0'), kind.invalid},
        {meta, I64(-1), kind.invalid},
        {meta, CountMetaValue(INT64_MIN), kind.invalid},
        {delta, "", kind.invalid},
        {delta, CountMetaValue(1), kind.invalid},
        {meta + "x", CountMetaValue(2), "RedisMalformedKey"},
        {meta.substr(0, meta.size() - 1), CountMetaValue(2), "RedisMalformedKey"},
        {delta + "x", I64(2), "RedisMalformedKey"},
        {delta.substr(0, delta.size() - 1), I64(2), "RedisMalformedKey"},
    };
    for (const auto& c : cases) {
      INFO(Bv(c.key) << " = " << Bv(c.value));
      const DecodedRows out = DecodeRows(RowsOf(kind, {"a", "b"}).Put(c.key, kT0, c.value));
      CHECK(out.files.at(kind.path("k")) == kind.text({"a", "b"}));
      CHECK(out.damaged_codes() == Strings{c.code});
      CHECK(out.findings().empty());
      CHECK(out.report.rows.emitted == 2);
      CHECK(out.report.rows.damaged == 1);
    }
  }
}

TEST_CASE("element keys that do not fit") {
  for (const Slice prefix : {"!hs|fld|", "!st|mem|", "!zs|mem|"}) {
    for (const std::string& rest :
         {std::string(), std::string("\0\0\0", 3), std::string("\0\0\0\2k", 5),
          std::string("\xff\xff\xff\xffk", 5)}) {
      const DecodedRows out =
          DecodeRows(SnapshotBuilder().Put(std::string(prefix) + rest, kT0, U64(0)));
      CHECK(out.damaged_codes() == Strings{"RedisMalformedKey"});
      CHECK(out.files.size() == 1);
    }
  }
}

TEST_CASE("empty collections and ghosts") {
  for (const Kind& kind : Kinds()) {
    INFO(kind.family);
    const std::string meta = MetaKeyOf(kind.family, "k");
    const Files empty = {{kind.path("k"), kind.text({})}};
    CHECK(DecodeRows(SnapshotBuilder().Put(meta, kT0, CountMetaValue(0))).files == empty);
    CHECK(DecodeRows(SnapshotBuilder().Put(meta, kT0, OldCountMetaValue(0))).files == empty);
    CHECK(DecodeRows(SnapshotBuilder().Put(kind.blob_key("k"), kT0, "")).files == empty);
    CHECK(DecodeRows(SnapshotBuilder().Put(kind.blob_key("k"), kT0, kind.blob({}))).files == empty);
    const DecodedRows deleted = DecodeRows(RowsOf(kind, {"a"})
                                               .Put(meta, kT0, CountMetaValue(0))
                                               .Delete(kind.rows({"a"})[0].first, kT1));
    CHECK(deleted.files == empty);
    const DecodedRows ghost = DecodeRows(SnapshotBuilder()
                                             .Put(DeltaKeyOf(kind.family, "k", 1), kT0, I64(1))
                                             .Put(DeltaKeyOf(kind.family, "k", 2), kT0, I64(-1)));
    CHECK(ghost.files.empty());
    CHECK(ghost.findings() == Strings{"note redis_ghost_collection 1"});
    CHECK(ghost.report.rows.operational == 2);
    CHECK(ghost.report.complete());
  }
}

TEST_CASE("a blob is the content when there are no elements, and shadowed when there are") {
  for (const Kind& kind : Kinds()) {
    INFO(kind.family);
    const std::string blob = kind.blob({"x", "y"});
    const std::string meta = MetaKeyOf(kind.family, "k");
    const DecodedRows with_meta = DecodeRows(
        SnapshotBuilder().Put(meta, kT0, CountMetaValue(2)).Put(kind.blob_key("k"), kT0, blob));
    CHECK(with_meta.files == Files{{kind.path("k"), kind.text({"x", "y"})}});
    CHECK(with_meta.findings().empty());
    CHECK(with_meta.report.rows.emitted == 2);
    const DecodedRows shadowed = DecodeRows(RowsOf(kind, {"a"}).Put(kind.blob_key("k"), kT0, blob));
    CHECK(shadowed.files == Files{{kind.path("k"), kind.text({"a"})}});
    CHECK(shadowed.findings() == Strings{"warning redis_legacy_blob_shadowed 1"});
    CHECK(shadowed.report.rows.operational == 1);
    const DecodedRows with_delta = DecodeRows(SnapshotBuilder()
                                                  .Put(DeltaKeyOf(kind.family, "k", 1), kT0, I64(2))
                                                  .Put(kind.blob_key("k"), kT0, blob));
    CHECK(with_delta.files == Files{{kind.path("k"), kind.text({"x", "y"})}});
  }
}

TEST_CASE("a damaged blob is never presented as an empty collection") {
  for (const Kind& kind : Kinds()) {
    const std::string good = kind.blob({"x", "y"});
    for (const std::string& bad :
         {std::string("x"), good.substr(0, 3), good.substr(1), good.substr(0, good.size() - 1),
          good + '\x0a', std::string("{"), std::string("{}x"), " " + good, "\xff" + good}) {
      for (const bool with_meta : {false, true}) {
        INFO(kind.family << " " << Bv(bad) << " " << with_meta);
        SnapshotBuilder rows;
        rows.Put(kind.blob_key("k"), kT0, bad);
        if (with_meta) rows.Put(MetaKeyOf(kind.family, "k"), kT0, CountMetaValue(2));
        const DecodedRows out = DecodeRows(rows);
        CHECK(out.files.size() == 1);
        CHECK(out.files.count("unknown/damaged/rows.jsonl") == 1);
        CHECK(out.damaged_codes() == Strings{"RedisInvalidBlob"});
        CHECK(out.report.losses == 1);
        CHECK(out.report.rows.operational == (with_meta ? 1 : 0));
        CHECK_FALSE(out.report.complete());
      }
    }
  }
}

TEST_CASE("blobs: the last of duplicates wins, text that is not UTF-8 is kept and told") {
  const DecodedRows hash = DecodeRows(SnapshotBuilder().Put(
      HashBlobKey("k"), kT0, HashBlob({{"b", "1"}, {"a", "2"}, {"b", "3"}, {"\xff", "4"}})));
  CHECK(hash.files == Files{{HashPath("k"), HashText({{"a", "2"}, {"b", "3"}, {"\xff", "4"}})}});
  CHECK(hash.findings() == Strings{"warning redis_blob_not_utf8 1"});
  const DecodedRows zset = DecodeRows(SnapshotBuilder().Put(
      ZSetBlobKey("k"), kT0,
      ZSetBlob({{"m", Bits(1)}, {"", Bits(-0.0)}, {"m", Bits(2)}, {"n", 0}})));
  CHECK(zset.files == Files{{ZSetPath("k"), ZSetText({{"", "-0"}, {"m", "2"}, {"n", "0"}})}});
  const DecodedRows set =
      DecodeRows(SnapshotBuilder().Put(SetBlobKey("k"), kT0, SetBlob({"b", "a", "b", "", "a"})));
  CHECK(set.files == Files{{SetPath("k"), SetText({"", "a", "b"})}});
  CHECK(set.findings().empty());
}

}  // namespace
}  // namespace snaptree::test

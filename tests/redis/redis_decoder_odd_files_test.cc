// Rows that stand where no node puts them: rows of other families and rows that are no rows inside
// a group.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

// A row of a key that is shorter than a family's prefix, with a timestamp whose inverted bytes go
// on with the prefix: the raw key begins like one of the family.
void PutAmong(const std::string& raw_key, size_t key_size, SnapshotBuilder* rows) {
  REQUIRE(raw_key.size() == key_size + 8);
  rows->Raw(raw_key, StoredValue("alien"));
}

struct Group {
  std::string first, last;  // keys
  std::string value;
  std::string meta, meta_value;        // empty: none
  std::string path, text, last_alone;  // the file, and the one without the first element
  std::string alien;                   // raw key between the two
  size_t alien_key_size;
};

std::vector<Group> Groups() {
  const std::string four("\0\0\0\1", 4);
  return {
      {FieldKey("k", "a"), FieldKey("k", "c"), "v", "", "", HashPath("k"),
       HashText({{"a", "v"}, {"c", "v"}}), HashText({{"c", "v"}}), "!hs|fld|" + four + "kbx", 7},
      {SetMemberKey("k", "a"), SetMemberKey("k", "c"), "", "", "", SetPath("k"),
       SetText({"a", "c"}), SetText({"c"}), "!st|mem|" + four + "kbx", 7},
      {ZSetMemberKey("k", "a"), ZSetMemberKey("k", "c"), U64(0), "", "", ZSetPath("k"),
       ZSetText({{"a", "0"}, {"c", "0"}}), ZSetText({{"c", "0"}}), "!zs|mem|" + four + "kbx", 7},
      {ItemKey("kkkkkk", -1), ItemKey("kkkkkk", 0), "v", ListMetaKey("kkkkkk"),
       ListMetaValue(-1, 2), ListPath("kkkkkk"), ListText({"v", "v"}), ListText({"v"}),
       "!lst|itm|kkkkkk\x80", 8},
      {EntryKey("k", 0x6161616161616161, 1), EntryKey("k", 0x6363636363636363, 1),
       EntryValue("", {}), MetaKeyOf("stream", "k"), StreamMetaValue({2, UINT64_MAX, 1}),
       StreamPath("k"),
       StreamText({{"7016996765293437281-1", {}}, {"7161677110969590627-1", {}}}, UINT64_MAX, 1),
       StreamText({{"7161677110969590627-1", {}}}, UINT64_MAX, 1), "!stream|entry|" + four + "kbb",
       13},
  };
}

TEST_CASE("a row of another family in the middle of a group") {
  for (const Group& group : Groups()) {
    INFO(group.path);
    SnapshotBuilder rows;
    rows.Put(group.first, kT0, group.value).Put(group.first, kT0 - 1, group.value);
    rows.Put(group.last, kT0, group.value).LastCommit(UINT64_MAX - 1);
    if (!group.meta.empty()) rows.Put(group.meta, kT0, group.meta_value);
    PutAmong(group.alien, group.alien_key_size, &rows);
    const std::vector<StoredRow> sorted = rows.Rows();
    const auto place = [&](const std::string& key) {
      const auto at = std::find_if(sorted.begin(), sorted.end(),
                                   [&](const StoredRow& row) { return row.key.starts_with(key); });
      return at - sorted.begin();
    };
    REQUIRE(place(group.first) < place(group.alien));
    REQUIRE(place(group.alien) < place(group.last));
    const DecodedRows out = DecodeRows(rows);
    REQUIRE(out.files.count(group.path) == 1);
    CHECK(out.files.at(group.path) == group.text);
    const bool bare = out.files.count("rawkv/data.jsonl") == 1;
    const bool unknown = out.files.count("unknown/rows.jsonl") == 1;
    CHECK(bare != unknown);
    CHECK(out.report.rows.older_version == 1);
    CHECK(out.report.rows.damaged == 0);
  }
}

// What a damaged version replaced stays gone: also when the damaged row is the first of its group,
// so that the group would seem to begin behind it.
TEST_CASE("rows that are no MVCC rows at the border of a group") {
  for (const Group& group : Groups()) {
    for (const bool short_value : {false, true}) {
      INFO(group.path << ", short value " << short_value);
      SnapshotBuilder rows;
      rows.LastCommit(kT1);
      rows.Put(group.first, kT0, group.value).Put(group.last, kT0, group.value);
      if (!group.meta.empty()) rows.Put(group.meta, kT0, group.meta_value);
      if (short_value) {
        rows.Raw(RawKey(group.first, kT1), "short");
      } else {
        rows.Put(group.first, kT1, "bad", 0, 0x08);
      }
      const DecodedRows out = DecodeRows(rows);
      REQUIRE(out.files.count(group.path) == 1);
      CHECK(out.files.at(group.path) == group.last_alone);
      CHECK(out.report.rows.older_version == 1);
      CHECK(out.damaged_codes() == Strings{short_value ? "RowValueShort" : "RowFlags"});
    }
  }
}

TEST_CASE("a damaged version that is newer than the newest commit decides nothing") {
  // No row was committed then, so the timestamp is damaged too.
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put(StrKey("k"), kT0, "v")
                                         .Raw(RawKey(StrKey("k"), kT1), "short")
                                         .Put(FieldKey("h", "f"), kT0, "v")
                                         .Raw(RawKey(FieldKey("h", "f"), kT1), "short"));
  CHECK(out.files.at(StringPath("k")) == "v");
  CHECK(out.files.at(HashPath("h")) == HashText({{"f", "v"}}));
  CHECK(out.report.rows.damaged == 2);
}

TEST_CASE("a damaged version, another list, and the version that it replaced") {
  constexpr uint64_t kNew = 0x01ff000000000000;  // inverted: fe 00 ff ...
  constexpr uint64_t kOld = 0x0100000000000000;  // inverted: fe ff ff ...
  const std::string other = "q" + SortableI64(0) + "\xfe\x80";
  SnapshotBuilder rows;
  rows.Put(ItemKey("q", 0), kOld, "old").Raw(RawKey(ItemKey("q", 0), kNew), "short");
  rows.Put(ItemKey("q", 1), kNew, "b").Put(ListMetaKey("q"), kNew, ListMetaValue(0, 2));
  rows.Put(ItemKey(other, 0), kNew, "x").Put(ListMetaKey(other), kNew, ListMetaValue(0, 1));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at(ListPath("q")) == ListText({"b"}));
  CHECK(out.files.at(ListPath(other)) == ListText({"x"}));
  CHECK(out.report.rows.damaged == 1);
}

TEST_CASE("keys that do not fit, in the middle of a group") {
  SnapshotBuilder rows;
  rows.Put(FieldKey("k", "a"), kT0, "v").Put(FieldKey("k", "b"), kT0, "v");
  // Keys of three bytes behind the prefix, with a timestamp that makes up for the rest.
  rows.Raw("!hs|fld|" + std::string("\0\0\0\1kammmm", 11), StoredValue("x"));
  rows.Raw("!hs|fld|" + std::string("\0\0\0\1kannnn", 11), StoredValue("x"));
  rows.LastCommit(UINT64_MAX - 1);
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at(HashPath("k")) == HashText({{"a", "v"}, {"b", "v"}}));
  CHECK(out.damaged_codes() == Strings{"RedisMalformedKey"});  // of two versions the newer one
  CHECK(out.report.rows.older_version == 1);
}

TEST_CASE("more bare rows between families than the family index holds") {
  // Redis rows and bare rows in turn: from the 1024th extent on the index runs over both.
  SnapshotBuilder rows;
  Files expected;
  std::string raw;
  for (int i = 1000; i < 4000; ++i) {
    const std::string n = std::to_string(i);
    rows.Put("bare" + n, kT0, n);
    raw += "{\"key\":\"bare" + n + "\",\"value\":\"" + n + "\"}\n";
    // A damaged row between two bare ones belongs to the bare family too; an unknown one does not.
    rows.Put("bare" + n + "!", kT0, "old").Delete("bare" + n + "!", kT1);
  }
  expected["rawkv/data.jsonl"] = raw;
  for (int i = 0; i < 50; ++i) {
    const std::string n = std::to_string(i);
    rows.Put(StrKey(n), kT0, StringValue(n)).Put(FieldKey(n + "h", n), kT0, n);
    expected[StringPath(n)] = n;
    expected[HashPath(n + "h")] = HashText({{n, n}});
  }
  CHECK((DecodeRows(rows).files == expected));
}

}  // namespace
}  // namespace snaptree::test

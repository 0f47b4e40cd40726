// Rows of a list K that stand between the items of a list whose key is K and 8 bytes and more, and
// between the versions of one item (spec 02 section 1.2, section 6 item 15).
#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

// Inverted, these two begin with fe 00 and fe ff: rows of a key that goes on with fe 80 stand
// between them.
constexpr uint64_t kNew = 0x01ff000000000000;
constexpr uint64_t kOld = 0x0100000000000000;

// A list whose items stand between the versions kNew and kOld of the item `seq` of the list `key`.
std::string Between(const std::string& key, int64_t seq) {
  return key + SortableI64(seq) + "\xfe\x80";
}

void PutList(const std::string& key, int64_t head, const Strings& items, SnapshotBuilder* rows) {
  int64_t seq = head;
  for (const std::string& item : items) rows->Put(ItemKey(key, seq++), kNew, item);
  rows->Put(ListMetaKey(key), kNew, ListMetaValue(head, static_cast<int64_t>(items.size())));
}

// The position of a raw row in the file.
size_t PlaceOf(const SnapshotBuilder& rows, const std::string& key, uint64_t ts) {
  const std::vector<StoredRow> all = rows.Rows();
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].key == RawKey(key, ts)) return i;
  }
  FAIL("no such row");
  return 0;
}

TEST_CASE("another list between two items") {
  SnapshotBuilder rows;
  const std::string other = "q" + SortableI64(0) + "\xff\xff";
  PutList("q", 0, {"a", "b", "c"}, &rows);
  PutList(other, 0, {"x", "y"}, &rows);
  REQUIRE(PlaceOf(rows, ItemKey("q", 0), kNew) < PlaceOf(rows, ItemKey(other, 0), kNew));
  REQUIRE(PlaceOf(rows, ItemKey(other, 1), kNew) < PlaceOf(rows, ItemKey("q", 1), kNew));
  CHECK(DecodeRows(rows).files ==
        Files{{ListPath("q"), ListText({"a", "b", "c"})}, {ListPath(other), ListText({"x", "y"})}});
}

TEST_CASE("a key of exactly 8 bytes more: its item could be taken for one of the shorter list") {
  SnapshotBuilder rows;
  const std::string other = "q" + SortableI64(1);
  PutList("q", 0, {"a", "b", "c"}, &rows);
  PutList(other, 0, {"x"}, &rows);
  CHECK(DecodeRows(rows).files ==
        Files{{ListPath("q"), ListText({"a", "b", "c"})}, {ListPath(other), ListText({"x"})}});
}

TEST_CASE("another list between two versions of an item: the older one stays gone") {
  for (const bool deleted : {false, true}) {
    for (const bool more : {false, true}) {
      INFO("deleted " << deleted << ", more items behind it " << more);
      SnapshotBuilder rows;
      const std::string other = Between("q", 0);
      rows.Put(ItemKey("q", 0), kOld, "old");
      if (deleted) {
        rows.Delete(ItemKey("q", 0), kNew);
      } else {
        rows.Put(ItemKey("q", 0), kNew, "new");
      }
      if (more) rows.Put(ItemKey("q", 1), kNew, "b").Put(ItemKey("q", 2), kNew, "c");
      rows.Put(ListMetaKey("q"), kNew, ListMetaValue(0, 3));
      PutList(other, 0, {"x"}, &rows);
      REQUIRE(PlaceOf(rows, ItemKey("q", 0), kNew) < PlaceOf(rows, ItemKey(other, 0), kNew));
      REQUIRE(PlaceOf(rows, ItemKey(other, 0), kNew) < PlaceOf(rows, ItemKey("q", 0), kOld));
      Strings expected;
      if (!deleted) expected.emplace_back("new");
      if (more) expected.insert(expected.end(), {"b", "c"});
      const DecodedRows out = DecodeRows(rows);
      CHECK(out.files ==
            Files{{ListPath("q"), ListText(expected)}, {ListPath(other), ListText({"x"})}});
      CHECK(out.report.rows.older_version == 1);
      CHECK(out.report.rows.tombstone == (deleted ? 1 : 0));
    }
  }
}

TEST_CASE("a list of deleted items only, and others between its versions") {
  SnapshotBuilder rows;
  for (int64_t seq = 0; seq < 4; ++seq) {
    rows.Put(ItemKey("q", seq), kOld, "old").Delete(ItemKey("q", seq), kNew);
    PutList(Between("q", seq), 0, {"x"}, &rows);
  }
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.size() == 4);
  CHECK(out.files.count(ListPath("q")) == 0);
  CHECK(out.findings().empty());
  CHECK(out.report.rows.operational == 0);
}

TEST_CASE("a version that is newer than --at, then another list, then the version that counts") {
  SnapshotBuilder rows;
  const std::string other = Between("q", 0);
  rows.Put(ItemKey("q", 0), kNew, "new").Put(ItemKey("q", 0), kOld, "old");
  rows.Put(ListMetaKey("q"), kOld, ListMetaValue(0, 1));
  rows.Put(ItemKey(other, 0), kOld, "x").Put(ListMetaKey(other), kOld, ListMetaValue(0, 1));
  DecodeRowsOptions options;
  options.at = kOld;
  const DecodedRows out = DecodeRows(rows, options);
  CHECK(out.files == Files{{ListPath("q"), ListText({"old"})}, {ListPath(other), ListText({"x"})}});
  CHECK(out.report.newer_than_at == 1);
}

TEST_CASE("lists nested in lists nested in lists") {
  SnapshotBuilder rows;
  Files expected;
  std::string key = "q";
  for (int depth = 0; depth < 8; ++depth) {
    for (const int64_t seq : {-1, 0, 1}) rows.Put(ItemKey(key, seq), kOld, "old");
    PutList(key, -1, {"a", std::to_string(depth), "c"}, &rows);
    expected[ListPath(key)] = ListText({"a", std::to_string(depth), "c"});
    key = Between(key, depth % 3 - 1);
  }
  CHECK(DecodeRows(rows).files == expected);
}

TEST_CASE("more runs than the decoder keeps apart") {
  constexpr int64_t kItems = 5000;  // above kMaxItemRuns
  SnapshotBuilder rows;
  Strings items;
  Files expected;
  for (int64_t seq = 0; seq < kItems; ++seq) {
    const std::string other = Between("q", seq);
    rows.Put(ItemKey("q", seq), kOld, "old");
    if (seq % 7 == 3) {
      rows.Delete(ItemKey("q", seq), kNew);
    } else {
      items.push_back(std::to_string(seq));
      rows.Put(ItemKey("q", seq), kNew, items.back());
    }
    PutList(other, seq, {"x" + std::to_string(seq)}, &rows);
    expected[ListPath(other)] = ListText({"x" + std::to_string(seq)});
  }
  rows.Put(ListMetaKey("q"), kNew, ListMetaValue(0, kItems));
  expected[ListPath("q")] = ListText(items);
  const DecodedRows out = DecodeRows(rows);
  CHECK((out.files == expected));  // too much to be printed
  CHECK(out.findings() == Strings{"warning redis_list_length_mismatch 1"});
}

}  // namespace
}  // namespace snaptree::test

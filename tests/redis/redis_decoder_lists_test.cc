// Lists: windows, deltas, holes, keys that begin with "d|", and lists whose rows stand between one
// another: spec 02 sections 1.2, 3.3 and 3.4, section 6 items 5, 12 and 15.
#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

constexpr int64_t kMin = INT64_MIN;
constexpr int64_t kMax = INT64_MAX;

// A list "q" with items at these positions, each with its position as its text.
SnapshotBuilder Items(std::initializer_list<int64_t> positions) {
  SnapshotBuilder rows;
  for (const int64_t seq : positions) rows.Put(ItemKey("q", seq), kT0, std::to_string(seq));
  return rows;
}

void CheckList(const DecodedRows& out, const Strings& items, const Strings& findings) {
  CHECK(out.files == Files{{ListPath("q"), ListText(items)}});
  CHECK(out.findings() == findings);
}

TEST_CASE("a window from the meta alone") {
  CheckList(DecodeRows(Items({5, 6, 7}).Put(ListMetaKey("q"), kT0, ListMetaValue(5, 3))),
            {"5", "6", "7"}, {});
  CheckList(DecodeRows(Items({-2, -1, 0}).Put(ListMetaKey("q"), kT0, ListMetaValue(-2, 3))),
            {"-2", "-1", "0"}, {});
  CheckList(DecodeRows(Items({-1, 0, 1}).Put(ListMetaKey("q"), kT0, OldListMetaValue(-1, 3))),
            {"-1", "0", "1"}, {});
  CheckList(DecodeRows(Items({}).Put(ListMetaKey("q"), kT0, ListMetaValue(9, 0))), {}, {});
}

TEST_CASE("the ends of the numbers") {
  CheckList(DecodeRows(Items({kMin, kMin + 1}).Put(ListMetaKey("q"), kT0, ListMetaValue(kMin, 2))),
            {std::to_string(kMin), std::to_string(kMin + 1)}, {});
  CheckList(
      DecodeRows(Items({kMax - 1, kMax}).Put(ListMetaKey("q"), kT0, ListMetaValue(kMax - 1, 1))),
      {std::to_string(kMax - 1)}, {"warning redis_list_items_outside_window 1"});
  // [min, -1): a window whose length is the greatest number.
  CheckList(
      DecodeRows(
          Items({kMin, -2, -1, 0, kMax}).Put(ListMetaKey("q"), kT0, ListMetaValue(kMin, kMax))),
      {std::to_string(kMin), "-2"},
      {"warning redis_list_items_outside_window 3", "warning redis_list_length_mismatch 1"});
}

TEST_CASE("deltas move both ends of the window") {
  const auto decode = [](std::initializer_list<int64_t> items, int64_t head, int64_t length,
                         const std::vector<std::pair<int64_t, int64_t>>& deltas) {
    SnapshotBuilder rows = Items(items);
    rows.Put(ListMetaKey("q"), kT0, ListMetaValue(head, length));
    uint32_t n = 0;
    for (const auto& [head_delta, length_delta] : deltas) {
      rows.Put(ListDeltaKey("q", kT0 + n % 3, n), kT0, ListDeltaValue(head_delta, length_delta));
      ++n;
    }
    const DecodedRows out = DecodeRows(rows);
    CHECK(out.report.rows.emitted + out.report.rows.operational == rows.Rows().size());
    return out;
  };
  CheckList(decode({0, 1, 2}, 0, 1, {{0, 1}, {0, 1}}), {"0", "1", "2"}, {});        // RPUSH
  CheckList(decode({-2, -1, 0}, 0, 1, {{-1, 1}, {-1, 1}}), {"-2", "-1", "0"}, {});  // LPUSH
  CheckList(decode({2}, 0, 3, {{1, -1}, {1, -1}}), {"2"}, {});                      // LPOP
  CheckList(decode({0}, 0, 3, {{0, -1}, {0, -1}}), {"0"}, {});                      // RPOP
  CheckList(decode({-1, 0}, 0, 1, {{-2, 2}, {1, -1}}), {"-1", "0"}, {});
  CheckList(decode({}, 4, 2, {{2, -2}}), {}, {});
  // The sum is what counts, and its floor is 0.
  CheckList(decode({}, 0, 1, {{0, -3}, {0, 1}}), {}, {"warning redis_negative_length 1"});
  CheckList(decode({0}, 0, 1, {{0, -3}, {0, 1}}), {},
            {"warning redis_list_items_outside_window 1", "warning redis_negative_length 1"});
  CheckList(decode({0}, 0, 1, {{0, -3}, {0, 3}}), {"0"}, {});
  // Sums that leave the numbers: an empty window, never a wrapped one.
  const DecodedRows overflow = decode({0}, 0, 1, {{0, kMax}, {0, 1}});
  CHECK(overflow.files == Files{{ListPath("q"), ListText({})}});
  CHECK_FALSE(overflow.report.complete());
}

TEST_CASE("holes are skipped, and the length tells") {
  const DecodedRows out =
      DecodeRows(Items({0, 3, 4}).Put(ListMetaKey("q"), kT0, ListMetaValue(0, 5)));
  CheckList(out, {"0", "3", "4"}, {"warning redis_list_length_mismatch 1"});
  CHECK(out.report.rows.emitted == 4);
}

TEST_CASE("items outside the window are no items of the list") {
  const SnapshotBuilder rows =
      Items({-1, 0, 1, 2, 9}).Put(ListMetaKey("q"), kT0, ListMetaValue(0, 2));
  const DecodedRows out = DecodeRows(rows);
  CheckList(out, {"0", "1"}, {"warning redis_list_items_outside_window 3"});
  CHECK(out.report.rows.emitted == 3);
  CHECK(out.report.rows.operational == 3);
  CHECK_FALSE(out.report.complete());
  DecodeRowsOptions salvage;
  salvage.salvage = true;
  const DecodedRows all = DecodeRows(rows, salvage);
  CHECK(all.files == Files{{ListPath("q"), ListText({"-1", "0", "1", "2", "9"})}});
  CHECK(all.report.rows.emitted == 6);
}

TEST_CASE("items without meta and delta are invisible") {
  const DecodedRows out = DecodeRows(Items({0, 1}));
  CHECK(out.files.empty());
  CHECK(out.findings() == Strings{"warning redis_list_items_outside_window 2"});
  CHECK(out.report.rows.operational == 2);
  DecodeRowsOptions salvage;
  salvage.salvage = true;
  CHECK(DecodeRows(Items({0, 1}), salvage).files == Files{{ListPath("q"), ListText({"0", "1"})}});
}

TEST_CASE("a list of deltas only") {
  const auto delta = [](SnapshotBuilder rows, int64_t head, int64_t length) {
    return DecodeRows(rows.Put(ListDeltaKey("q", kT0), kT0, ListDeltaValue(head, length)));
  };
  CheckList(delta(Items({-1}), -1, 1), {"-1"}, {});
  const DecodedRows drained = delta(Items({}), 0, 0);
  CHECK(drained.files.empty());
  CHECK(drained.findings() == Strings{"note redis_ghost_collection 1"});
  CHECK(drained.report.rows.operational == 1);
  CHECK(drained.report.complete());
  const DecodedRows outside = delta(Items({5}), 0, 1);
  CHECK(outside.files.empty());
  CHECK(outside.findings() ==
        Strings{"note redis_ghost_collection 1", "warning redis_list_items_outside_window 1"});
}

TEST_CASE("a meta that cannot be read gives no window: all items") {
  for (const std::string& meta :
       {std::string(23, '\0'), std::string(25, '\0'), std::string(31, '\0'), std::string(33, '\0'),
        std::string(), OldListMetaValue(0, -1), ListMetaValue(kMax, 1), ListMetaValue(2, kMax)}) {
    INFO(Bv(meta));
    const DecodedRows out = DecodeRows(Items({-5, 0, 7})
                                           .Put(ListMetaKey("q"), kT0, meta)
                                           .Put(ListDeltaKey("q", kT0), kT0, ListDeltaValue(0, 1)));
    CHECK(out.files.at(ListPath("q")) == ListText({"-5", "0", "7"}));
    CHECK(out.damaged_codes() == Strings{"RedisInvalidListMeta"});
    CHECK(out.findings().empty());
    CHECK(out.report.rows.emitted == 4);
    CHECK(out.report.rows.damaged == 1);
    CHECK_FALSE(out.report.complete());
  }
}

TEST_CASE("a meta whose tail is wrong: head and length count") {
  const DecodedRows out =
      DecodeRows(Items({0, 1, 2}).Put(ListMetaKey("q"), kT0, I64(0) + I64(9) + I64(2) + U64(0)));
  CheckList(out, {"0", "1"},
            {"warning redis_list_items_outside_window 1", "warning redis_list_meta_invariant 1"});
}

TEST_CASE("keys that begin with d|: the size of the value tells meta from delta") {
  const std::string key = "d|" + std::string("\0\0\0\1q", 5) + U64(kT0) + std::string(4, '\0');
  REQUIRE(ListMetaKey(key) == ListDeltaKey("q", kT0));
  // The same row key: a delta of "q" with 16 bytes, the meta of another list with 24 or 32.
  const DecodedRows delta = DecodeRows(Items({0}).Put(ListMetaKey(key), kT0, ListDeltaValue(0, 1)));
  CheckList(delta, {"0"}, {});
  const DecodedRows meta = DecodeRows(SnapshotBuilder()
                                          .Put(ListMetaKey(key), kT0, ListMetaValue(0, 1, 77))
                                          .Put(ItemKey(key, 0), kT0, "i"));
  CHECK(meta.files == Files{{ListPath(key), ListText({"i"}, 77)}});

  const struct {
    std::string key;
    std::string value;
    std::string code;
  } malformed[] = {
      {"!lst|meta|d|x", ListDeltaValue(0, 1), "RedisMalformedKey"},
      {"!lst|meta|d|", ListDeltaValue(0, 1), "RedisMalformedKey"},
      {ListDeltaKey("q", kT0) + "x", ListDeltaValue(0, 1), "RedisMalformedKey"},
      {"!lst|meta|d|" + std::string("\xff\xff\xff\xffq", 5) + std::string(12, '\0'),
       ListDeltaValue(0, 1), "RedisMalformedKey"},
      {"!lst|meta|d|x", "", "RedisMalformedKey"},
      {ListDeltaKey("q", kT0), "", "RedisInvalidListMeta"},
      {ListDeltaKey("q", kT0), I64(1), "RedisInvalidListMeta"},
      {ListDeltaKey("q", kT0), std::string(17, '\0'), "RedisInvalidListMeta"},
  };
  for (const auto& c : malformed) {
    INFO(Bv(c.key) << " = " << Bv(c.value));
    const DecodedRows out = DecodeRows(SnapshotBuilder().Put(c.key, kT0, c.value));
    CHECK(out.files.size() == 1);  // the file of damaged rows
    CHECK(out.damaged_codes() == Strings{c.code});
    CHECK(out.report.rows.damaged == 1);
  }
}

TEST_CASE("claims and fences are operational, whatever they look like") {
  const DecodedRows out = DecodeRows(Items({0})
                                         .Put(ListMetaKey("q"), kT0, ListMetaValue(0, 1))
                                         .Put(ClaimKey("q", 0), kT0, "")
                                         .Put(ClaimKey("nobody", 1), kT0, "x")
                                         .Put("!lst|claim|short", kT0, "")
                                         .Put(FenceKey("hash", "q"), kT0, "")
                                         .Put(FenceKey("list", "q"), kT0, "")
                                         .Put(FenceKey("set", ""), kT0, "")
                                         .Put(FenceKey("zset", "nobody"), kT0, ""));
  CheckList(out, {"0"}, {});
  CHECK(out.report.rows.operational == 7);
  CHECK(out.report.complete());
}

TEST_CASE("an item key that is shorter than a position is damaged") {
  const DecodedRows out = DecodeRows(
      Items({0}).Put(ListMetaKey("q"), kT0, ListMetaValue(0, 1)).Put("!lst|itm|1234567", kT0, "x"));
  CHECK(out.files.at(ListPath("q")) == ListText({"0"}));
  CHECK(out.damaged_codes() == Strings{"RedisMalformedKey"});
  // Eight bytes are a position: the item of the list with the empty key.
  const DecodedRows empty = DecodeRows(SnapshotBuilder()
                                           .Put(ItemKey("", 3), kT0, "x")
                                           .Put(ListMetaKey(""), kT0, ListMetaValue(3, 1)));
  CHECK(empty.files == Files{{ListPath(""), ListText({"x"})}});
}

}  // namespace
}  // namespace snaptree::test

// Reading at a timestamp, and the limits of that.
#include <catch2/catch.hpp>

#include "tests/support/decode_run.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

// One key that is written at 100 and 200, deleted at 300 and written again at 400; another from 200
// on.
SnapshotBuilder History() {
  SnapshotBuilder rows;
  rows.Put(StrKey("k"), 100, "one").Put(StrKey("k"), 200, "two").Delete(StrKey("k"), 300);
  rows.Put(StrKey("k"), 400, "four").Put(StrKey("other"), 200, "o");
  rows.Put("raw", 250, "r", 350).Put(TtlKey("other"), 300, U64(7));
  return rows;
}

DecodeReport RunAt(DecodeRun* run, uint64_t at) {
  run->options.at = at;
  return run->Run();
}

TEST_CASE("the view at each time") {
  const std::string ttl = InDb("strings_ttl.jsonl");
  const std::string raw = "rawkv/data.jsonl";
  const std::string raw_line = "{\"key\":\"raw\",\"value\":\"r\",\"expire_at_hlc\":350}\n";
  const struct {
    uint64_t at;
    Files files;
    uint64_t newer, older, tombstone, expired;
  } cases[] = {
      {99, {}, 6, 0, 0, 0},
      {100, {{StringPath("k"), "one"}}, 5, 0, 0, 0},
      {199, {{StringPath("k"), "one"}}, 5, 0, 0, 0},
      {200, {{StringPath("k"), "two"}, {StringPath("other"), "o"}}, 3, 1, 0, 0},
      {299, {{StringPath("k"), "two"}, {StringPath("other"), "o"}, {raw, raw_line}}, 2, 1, 0, 0},
      {300, {{StringPath("other"), "o"}, {ttl, TtlLine("other", 7)}, {raw, raw_line}}, 1, 2, 1, 0},
      {349, {{StringPath("other"), "o"}, {ttl, TtlLine("other", 7)}, {raw, raw_line}}, 1, 2, 1, 0},
      {350, {{StringPath("other"), "o"}, {ttl, TtlLine("other", 7)}}, 1, 2, 1, 1},
      {400,
       {{StringPath("k"), "four"}, {StringPath("other"), "o"}, {ttl, TtlLine("other", 7)}},
       0,
       3,
       0,
       1},
  };
  for (const auto& c : cases) {
    INFO("at " << c.at);
    DecodeRun run(History());
    const DecodeReport report = RunAt(&run, c.at);
    CHECK(run.Data() == c.files);
    CHECK(report.read_ts == c.at);
    CHECK(report.last_commit_ts == 400);
    CHECK(report.newer_than_at == c.newer);
    CHECK(report.rows.excluded == c.newer);
    CHECK(report.rows.older_version == c.older);
    // The deletion itself is older than the version of 400.
    CHECK(report.rows.tombstone == c.tombstone);
    CHECK(report.rows.expired == c.expired);
    CHECK(JsonNumber(run.Manifest(), "last_commit_ts") == 400);
    CHECK(JsonNumber(run.Manifest(), "read_ts") == c.at);
  }
  DecodeRun newest(History());
  CHECK(newest.Run().read_ts == 400);
  CHECK(newest.Data() == cases[8].files);
}

TEST_CASE("a time after the last commit is the newest state, with a note") {
  DecodeRun run(History());
  const DecodeReport report = RunAt(&run, 5000);
  CHECK(run.Data().at(StringPath("k")) == "four");
  REQUIRE(FindingOf(report, "at_after_last_commit") != nullptr);
  CHECK(FindingOf(report, "at_after_last_commit")->severity == Severity::kNote);
  CHECK(report.complete());
}

TEST_CASE("a time before the retention window is refused, or read with a warning") {
  for (const char* row : {"_meta_min_retained_ts", "_meta_pending_min_retained_ts"}) {
    SnapshotBuilder rows = History();
    rows.Metadata(row, 250);
    DecodeRun run(rows);
    run.options.at = 249;
    const Status status = run.Fail();
    CHECK(status.code() == "AtBeforeRetention");
    CHECK(status.kind() == ErrorKind::kData);
    run.options.force = true;
    const DecodeReport forced = run.Run();
    CHECK(run.Data().at(StringPath("k")) == "two");
    REQUIRE(FindingOf(forced, "at_before_retention") != nullptr);
    CHECK(FindingOf(forced, "at_before_retention")->severity == Severity::kWarning);
    CHECK_FALSE(forced.complete());
    DecodeRun inside(rows);
    CHECK(RunAt(&inside, 250).complete());
    DecodeRun newest(rows);
    CHECK(newest.Run().complete());
  }
}

TEST_CASE("a time before all records is a warning: nothing is written") {
  DecodeRun run(History());
  const DecodeReport report = RunAt(&run, 2);
  CHECK(report.rows.emitted == 0);
  REQUIRE(FindingOf(report, "nothing_at") != nullptr);
  CHECK_FALSE(report.complete());
  DecodeRun later(History());
  CHECK(FindingOf(RunAt(&later, 400), "nothing_at") == nullptr);
}

TEST_CASE("of a file that lost its end nobody knows the retention window") {
  SnapshotBuilder rows = History();
  rows.Header1(1).Metadata("_meta_min_retained_ts", 250);
  // Without the retention row, the row "raw" behind it, and the footer.
  const std::vector<size_t> offsets = rows.RowOffsets();
  const std::string without_end = rows.Bytes().substr(0, offsets[offsets.size() - 3]);
  DecodeRun cut(without_end);
  cut.options.salvage = true;
  const DecodeReport report = RunAt(&cut, 249);
  REQUIRE(FindingOf(report, "retention_unknown") != nullptr);
  CHECK_FALSE(report.complete());
  DecodeRun newest(without_end);
  newest.options.salvage = true;
  CHECK(FindingOf(newest.Run(), "retention_unknown") == nullptr);
}

TEST_CASE("the greater of both retention rows counts") {
  SnapshotBuilder rows = History();
  rows.Metadata("_meta_min_retained_ts", 150).Metadata("_meta_pending_min_retained_ts", 350);
  DecodeRun run(rows);
  run.options.at = 300;
  CHECK(run.Fail().code() == "AtBeforeRetention");
}

TEST_CASE("time 0 is a usage error") {
  DecodeRun run(History());
  run.options.at = 0;
  CHECK(run.Fail().kind() == ErrorKind::kUsage);
}

TEST_CASE("the newest commit may stand in the header or in the metadata row only") {
  DecodeRun header(History().LastCommit(900));
  CHECK(header.Run().last_commit_ts == 900);
  DecodeRun metadata(History().Metadata("_meta_last_commit_ts", 901));
  const DecodeReport report = metadata.Run();
  CHECK(report.last_commit_ts == 901);
  CHECK(FindingOf(report, "last_commit_mismatch") != nullptr);
  // What expires by then is gone.
  DecodeRun expiring(SnapshotBuilder().Put("k", 100, "v", 500).LastCommit(500));
  CHECK(expiring.Run().rows.expired == 1);
}

TEST_CASE("collections at a time: fields, deltas and windows of then") {
  SnapshotBuilder rows;
  rows.Put(FieldKey("h", "a"), 100, "1")
      .Put(FieldKey("h", "b"), 200, "2")
      .Delete(FieldKey("h", "a"), 200);
  rows.Put(MetaKeyOf("hs", "h"), 100, CountMetaValue(1))
      .Put(DeltaKeyOf("hs", "h", 200), 200, I64(0));
  rows.Put(ListMetaKey("l"), 100, ListMetaValue(0, 1))
      .Put(ListMetaKey("l"), 200, ListMetaValue(1, 1));
  rows.Put(ItemKey("l", 0), 100, "x").Delete(ItemKey("l", 0), 200).Put(ItemKey("l", 1), 200, "y");
  DecodeRun then(rows);
  CHECK(RunAt(&then, 199).complete());
  CHECK(then.Data() ==
        Files{{HashPath("h"), HashText({{"a", "1"}})}, {ListPath("l"), ListText({"x"})}});
  DecodeRun now(rows);
  CHECK(RunAt(&now, 200).complete());
  CHECK(now.Data() ==
        Files{{HashPath("h"), HashText({{"b", "2"}})}, {ListPath("l"), ListText({"y"})}});
}

}  // namespace
}  // namespace snaptree::test

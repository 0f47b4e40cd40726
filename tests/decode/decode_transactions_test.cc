// Transactions that a snapshot caught in the middle: spec 06 chapter 5 (vectors V9), spec 01
// chapter 9.
#include <catch2/catch.hpp>

#include "tests/support/decode_run.h"
#include "tests/support/redis_rows.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kStart = 0x018bcfe568000001;
constexpr uint64_t kCommit = 0x018bcfe568000009;

std::string Lock(uint64_t start_ts, Slice primary, bool is_primary) {
  return "\x01" + U64(start_ts) + U64(start_ts + (uint64_t{30000} << 16)) +
         std::string(1, is_primary ? '\1' : '\0') + U64(primary.size()) + std::string(primary);
}
std::string Put(uint64_t start_ts, Slice value) {
  return "\x01" + U64(start_ts) + std::string(1, '\0') + U64(value.size()) + std::string(value);
}
std::string Delete(uint64_t start_ts) {
  return "\x01" + U64(start_ts) + std::string(1, '\1') + U64(0);
}

// A lock on `key` with the intent to put `value`.
void AddPut(SnapshotBuilder* rows, Slice key, Slice primary, uint64_t start_ts, Slice value) {
  rows->Put("!txn|lock|" + std::string(key), start_ts, Lock(start_ts, primary, key == primary));
  rows->Put("!txn|int|" + std::string(key), start_ts, Put(start_ts, value));
}
void AddCommit(SnapshotBuilder* rows, Slice primary, uint64_t start_ts, uint64_t commit_ts) {
  rows->Put("!txn|cmt|" + std::string(primary) + U64(start_ts), commit_ts, "\x01" + U64(commit_ts));
}
void AddRollback(SnapshotBuilder* rows, Slice primary, uint64_t start_ts) {
  rows->Put("!txn|rb|" + std::string(primary) + U64(start_ts), start_ts + 5, "\x01");
}
// A route of the catalog: only the group id counts here.
void AddRoute(SnapshotBuilder* rows, uint64_t id, uint64_t group) {
  rows->Put("!dist|route|" + U64(id), 1, "\x02" + U64(id) + U64(group) + std::string(26, '\0'));
}

std::string Line(const std::string& key, const std::string& value) {
  return "{\"key\":\"" + key + "\",\"value\":\"" + value + "\"}\n";
}
std::string Bare(const DecodeRun& run) { return run.Data()["rawkv/data.jsonl"]; }

uint64_t CountOf(const DecodeReport& report, const std::string& code) {
  const Finding* finding = FindingOf(report, code);
  return finding == nullptr ? 0 : finding->count;
}

// Two inputs in one run.
class TwoGroups : public DecodeRun {
 public:
  TwoGroups(const SnapshotBuilder& one, const SnapshotBuilder& two) : DecodeRun(one) {
    const std::string second = folder() + "/two.fsm";
    two.Write(second);
    options.inputs.push_back(second);
  }
};

TEST_CASE("V9: a committed intent becomes the value of its key") {
  SnapshotBuilder rows;
  rows.Put(Unhex("2174786e7c6c6f636b7c6b32"), kStart,
           Unhex("01018bcfe568000001018bcfe5dd3000000000000000000000026b31"));
  rows.Put(Unhex("2174786e7c696e747c6b32"), kStart,
           Unhex("01018bcfe5680000010000000000000000036e6577"));
  rows.Put(Unhex("2174786e7c636d747c6b31018bcfe568000001"), kCommit, Unhex("01018bcfe568000009"));
  rows.Put("k1", kCommit, "first");
  DecodeRun run(rows);
  const DecodeReport report = run.Run();
  CHECK(Bare(run) == Line("k1", "first") + Line("k2", "new"));
  CHECK(CountOf(report, "txn_rolled_forward") == 1);
  CHECK(report.rows.total == 4);
  CHECK(report.rows.transactional == 3);
  CHECK(report.rows.emitted == 1);  // the other one stands in no row of the input
  CHECK(report.complete());
}

TEST_CASE("V9d: a rolled-back intent is not applied") {
  SnapshotBuilder rows;
  rows.Put("k2", kStart - 9, "old");
  AddPut(&rows, "k2", "k1", kStart, "new");
  rows.Put(Unhex("2174786e7c72627c6b31018bcfe568000001"), kCommit, Unhex("01"));
  DecodeRun run(rows);
  const DecodeReport report = run.Run();
  CHECK(Bare(run) == Line("k2", "old"));
  CHECK(CountOf(report, "txn_aborted") == 1);
  CHECK(report.complete());
}

TEST_CASE("an overwrite and a deletion are rolled forward, and what they replace is older") {
  SnapshotBuilder rows;
  rows.Put("a", kStart - 9, "old").Put("b", kStart - 9, "old").Put("p", kCommit, "p");
  AddPut(&rows, "a", "p", kStart, "new");
  rows.Put("!txn|lock|b", kStart, Lock(kStart, "p", false))
      .Put("!txn|int|b", kStart, Delete(kStart));
  AddCommit(&rows, "p", kStart, kCommit);
  DecodeRun run(rows);
  const DecodeReport report = run.Run();
  CHECK(Bare(run) == Line("a", "new") + Line("p", "p"));
  CHECK(report.rows.older_version == 2);
  CHECK(report.rows.tombstone == 0);  // no row of the input is one
  CHECK(report.rows.emitted == 1);
}

TEST_CASE("the read timestamp goes as far as the newest commit that is applied") {
  SnapshotBuilder rows;
  rows.Put("p", kCommit - 3, "p");
  AddPut(&rows, "k", "p", kStart, "v");
  rows.Put("!txn|cmt|p" + U64(kStart), kCommit - 3, "\x01" + U64(kCommit));
  DecodeRun run(rows);
  CHECK(run.Run().read_ts == kCommit);
  CHECK(JsonNumber(run.Manifest(), "last_commit_ts") == kCommit);
  CHECK(Bare(run) == Line("k", "v") + Line("p", "p"));
}

TEST_CASE("a view between start and commit does not see the value") {
  SnapshotBuilder rows;
  rows.Put("k", kStart - 9, "old").Put("p", kCommit, "p");
  AddPut(&rows, "k", "p", kStart, "new");
  AddCommit(&rows, "p", kStart, kCommit);
  DecodeRun run(rows);
  run.options.at = kCommit - 1;
  const DecodeReport report = run.Run();
  CHECK(Bare(run) == Line("k", "old"));
  CHECK(CountOf(report, "txn_after_at") == 1);
}

TEST_CASE("what was applied already is not applied again") {
  SnapshotBuilder rows;
  AddPut(&rows, "k", "p", kStart, "new");
  rows.Delete("!txn|lock|k", kCommit).Delete("!txn|int|k", kCommit);
  AddCommit(&rows, "p", kStart, kCommit);
  rows.Delete("k", kCommit + 5);  // and deleted later; the version at kCommit is compacted away
  DecodeRun run(rows);
  const DecodeReport report = run.Run();
  CHECK(Bare(run).empty());
  CHECK(CountOf(report, "txn_rolled_forward") == 0);
}

TEST_CASE("stacked locks: the newest committed one counts, whatever stands above it") {
  SnapshotBuilder rows;
  AddPut(&rows, "k", "p", kStart, "first");
  AddPut(&rows, "k", "p", kStart + 20, "second");
  AddPut(&rows, "k", "p", kStart + 40, "rolled back");
  AddCommit(&rows, "p", kStart, kCommit);
  AddCommit(&rows, "p", kStart + 20, kStart + 30);
  AddRollback(&rows, "p", kStart + 40);
  DecodeRun run(rows);
  const DecodeReport report = run.Run();
  CHECK(Bare(run) == Line("k", "second"));
  CHECK(CountOf(report, "txn_rolled_forward") == 2);
  CHECK(CountOf(report, "txn_aborted") == 1);
}

TEST_CASE("locks of keys that are prefixes of one another keep apart") {
  SnapshotBuilder rows;
  AddPut(&rows, "a:1", "p", kStart, "one");
  AddPut(&rows, "a:10", "p", kStart, "ten");
  const std::string between = "a:1" + Unhex("fe7430");
  AddPut(&rows, between, "p", kStart, "between");
  rows.Delete("!txn|lock|" + between, kCommit).Delete("!txn|int|" + between, kCommit);
  AddCommit(&rows, "p", kStart, kCommit);
  DecodeRun run(rows);
  run.Run();
  CHECK(Bare(run) == Line("a:1", "one") + Line("a:10", "ten"));
}

TEST_CASE("an undecided transaction is pending while its primary is locked") {
  SnapshotBuilder rows;
  AddPut(&rows, "p", "p", kStart, "v");
  AddPut(&rows, "q", "p", kStart, "w");
  DecodeRun run(rows);
  const DecodeReport report = run.Run();
  CHECK(run.Data().empty());
  CHECK(CountOf(report, "txn_pending") == 2);
  CHECK(report.complete());
}

TEST_CASE("a decision that is in no input is listed, and makes the run incomplete") {
  SnapshotBuilder rows;
  rows.Put("k", kStart - 9, "old");
  AddPut(&rows, "k", "elsewhere", kStart, "new");
  rows.Put("!txn|lock|d", kStart, Lock(kStart, Unhex("ff"), false));
  rows.Put("!txn|int|d", kStart, Delete(kStart));
  const std::string listed =
      "{\"key\":\"d\",\"op\":\"delete\",\"start_ts\":111411200000000001,\"primary\":{\"base64\":"
      "\"_w\"}}\n"
      "{\"key\":\"k\",\"op\":\"put\",\"value\":\"new\",\"start_ts\":111411200000000001,"
      "\"primary\":\"elsewhere\"}\n";
  SECTION("not applied") {
    DecodeRun run(rows);
    const DecodeReport report = run.Run();
    CHECK(Bare(run) == Line("k", "old"));
    CHECK(run.Data()["_internal/txn_unresolved.jsonl"] == listed);
    CHECK(CountOf(report, "txn_unresolved") == 2);
    CHECK_FALSE(report.complete());
    CHECK(run.Manifest().find("\"_internal\"") != std::string::npos);
  }
  SECTION("applied when asked to") {
    DecodeRun run(rows);
    run.options.apply_unresolved = true;
    const DecodeReport report = run.Run();
    CHECK(Bare(run) == Line("k", "new"));
    CHECK(report.read_ts == kStart + 1);
    CHECK(CountOf(report, "txn_unresolved") == 0);
  }
  SECTION("aborted when all groups are given") {
    AddRoute(&rows, 1, 1);
    DecodeRun run(rows);
    const DecodeReport report = run.Run();
    CHECK(Bare(run) == Line("k", "old"));
    CHECK(CountOf(report, "txn_aborted") == 2);
    CHECK(report.complete());
  }
  SECTION("not all groups are given") {
    AddRoute(&rows, 1, 1);
    AddRoute(&rows, 2, 2);
    DecodeRun run(rows);
    const DecodeReport report = run.Run();
    CHECK(CountOf(report, "txn_unresolved") == 2);
    CHECK(CountOf(report, "other_groups") == 1);
  }
  SECTION("the decision is in the other input") {
    SnapshotBuilder other;
    other.Put("elsewhere", kCommit, "p");
    AddCommit(&other, "elsewhere", kStart, kCommit);
    rows.Put("newer", kCommit + 1, "n");
    TwoGroups run(rows, other);
    const DecodeReport report = run.Run();
    CHECK(Bare(run) == Line("elsewhere", "p") + Line("k", "new"));
    CHECK(report.read_ts == kCommit);
    CHECK(report.inputs.size() == 2);
    CHECK(CountOf(report, "txn_unresolved") == 1);  // that of d
  }
}

TEST_CASE("several groups are read at the newest time that all cover, or each at its end") {
  SnapshotBuilder one = SnapshotBuilder().Put("a", kT0, "old").Put("a", kT1, "new");
  SnapshotBuilder two = SnapshotBuilder().Put("z", kT0 + 1, "z");
  TwoGroups run(one, two);
  SECTION("common") {
    const DecodeReport report = run.Run();
    CHECK(Bare(run) == Line("a", "old") + Line("z", "z"));
    CHECK(report.read_ts == kT0 + 1);
    CHECK(report.rows.total == 3);
    CHECK(report.newer_than_at == 1);
    CHECK(JsonNumber(run.Manifest(), "read_ts") == kT0 + 1);
    CHECK(run.Manifest().find("read_latest") == std::string::npos);
    CHECK(run.Manifest().find("two.fsm") != std::string::npos);
  }
  SECTION("--latest") {
    run.options.latest = true;
    run.Run();
    CHECK(Bare(run) == Line("a", "new") + Line("z", "z"));
    CHECK(run.Manifest().find("\"read_latest\": true") != std::string::npos);
  }
  SECTION("--at") {
    run.options.at = kT1;
    run.Run();
    CHECK(Bare(run) == Line("a", "new") + Line("z", "z"));
  }
}

TEST_CASE("a common time before a group's retention window is refused with a way out") {
  SnapshotBuilder one;
  one.Put("a", kT1, "new")
      .Metadata("_meta_last_commit_ts", kT1)
      .Metadata("_meta_min_retained_ts", kT0 + 9);
  SnapshotBuilder two = SnapshotBuilder().Put("z", kT0, "z");
  TwoGroups run(one, two);
  const Status status = run.Fail();
  CHECK(status.code() == "AtBeforeRetention");
  CHECK(status.info().next.find("--latest") != std::string::npos);
  run.options.latest = true;
  run.Run();
  CHECK(Bare(run) == Line("a", "new") + Line("z", "z"));
}

TEST_CASE("the timestamp group is passed over among others") {
  SnapshotBuilder one = SnapshotBuilder().Put("a", kT0, "v");
  DecodeRun run(one);
  const std::string tso = run.folder() + "/tso.fsm";
  WriteWholeFile(tso, Unhex("0000018bcfe56800"));
  run.options.inputs.insert(run.options.inputs.begin(), tso);
  const DecodeReport report = run.Run();
  CHECK(CountOf(report, "timestamp_group_skipped") == 1);
  CHECK(Bare(run) == Line("a", "v"));
  run.options.inputs = {tso};
  run.options.output += "2";
  CHECK(run.Fail().code() == "NoRows");
}

TEST_CASE("rows of transactions that cannot be read are damaged rows") {
  const auto damaged = [](const std::string& key, uint64_t ts, const std::string& value) {
    SnapshotBuilder rows;
    rows.Put("k", kT0, "v").Put(key, ts, value);
    DecodeRun run(rows);
    const DecodeReport report = run.Run();
    CHECK(report.rows.damaged == 1);
    CHECK(report.rows.transactional == 0);
    CHECK_FALSE(report.complete());
    CHECK(Bare(run) == Line("k", "v"));
    return run.Data()["unknown/damaged/rows.jsonl"];
  };
  const auto why = [&](const std::string& key, uint64_t ts, const std::string& value) {
    const std::string line = damaged(key, ts, value);
    CHECK(line.find("\"code\":\"TxnInvalidRow\"") != std::string::npos);
    const size_t at = line.find("\"reason\":\"") + 10;
    return line.substr(at, line.find('"', at) - at);
  };
  const std::string lock = Lock(kStart, "p", false);
  CHECK(why("!txn|lock|k", kStart, lock) == "a lock without its intent");
  CHECK(why("!txn|lock|k", kStart, lock.substr(0, 20)) == "a lock has a wrong length");
  CHECK(why("!txn|lock|k", kStart, lock + "x") == "a lock's length does not fit its primary key");
  CHECK(why("!txn|lock|k", kStart, "\x02" + lock.substr(1)) == "a lock of an unknown version");
  CHECK(why("!txn|lock|k", kStart + 1, lock) == "a lock stands at another time than it says");
  CHECK(why("!txn|cmt|p", kStart, "\x01" + U64(kCommit)) ==
        "a record of a decision cannot be read");
  CHECK(why("!txn|cmt|p" + U64(kStart), kStart, "\x01") == "a record of a decision cannot be read");
  CHECK(why("!txn|rb|p" + U64(kStart), kStart, "") == "a record of a decision cannot be read");
}

TEST_CASE("an intent that does not fit its lock is a damaged row") {
  for (const std::string& intent : {Put(kStart + 1, "v"), Put(kStart, "v").substr(0, 17),
                                    Put(kStart, "v") + "x", "\x02" + Put(kStart, "v").substr(1)}) {
    SnapshotBuilder rows;
    rows.Put("!txn|lock|k", kStart, Lock(kStart, "p", false)).Put("!txn|int|k", kStart, intent);
    AddCommit(&rows, "p", kStart, kCommit);
    DecodeRun run(rows);
    const DecodeReport report = run.Run();
    CHECK(report.rows.damaged == 1);
    CHECK(Bare(run).empty());
  }
}

TEST_CASE("what the common time leaves out is told, loudly when it is more than a minute") {
  const uint64_t minute = uint64_t{60000} << 16;
  SnapshotBuilder one = SnapshotBuilder().Put("a", kT0 + 2 * minute, "new");
  SnapshotBuilder idle = SnapshotBuilder().Put("z", kT0, "z");
  TwoGroups run(one, idle);
  const DecodeReport report = run.Run();
  REQUIRE(FindingOf(report, "newer_than_common") != nullptr);
  CHECK(FindingOf(report, "newer_than_common")->severity == Severity::kWarning);
  CHECK(FindingOf(report, "newer_than_common")->count == 1);
  CHECK_FALSE(report.complete());
}

TEST_CASE("a group that keeps the catalog and has no data counts as one of the groups") {
  // Groups 2 and 3 have the data; the inputs are those of groups 1 and 2.
  SnapshotBuilder keeper;
  AddRoute(&keeper, 1, 2);
  AddRoute(&keeper, 2, 3);
  SnapshotBuilder data;
  data.Put("k", kStart + 9, "old");
  AddPut(&data, "k", "elsewhere", kStart, "new");
  TwoGroups run(keeper, data);
  run.options.latest = true;
  const DecodeReport report = run.Run();
  CHECK(CountOf(report, "txn_unresolved") == 1);
  CHECK(CountOf(report, "txn_aborted") == 0);
}

TEST_CASE("while a range moves between groups the newest version of a key counts") {
  SnapshotBuilder one = SnapshotBuilder().Put("k", kT0, "left behind");
  one.Put("!dist|route|" + U64(1), 1,
          "\x02" + U64(1) + U64(1) + "\x02" + U64(0) + U64(0) + std::string(1, '\0'));
  one.Put("!dist|route|" + U64(2), 1,
          "\x02" + U64(2) + U64(2) + "\x03" + U64(0) + U64(0) + std::string(1, '\0'));
  SnapshotBuilder two = SnapshotBuilder().Put("k", kT1, "newest");
  TwoGroups run(one, two);
  run.options.latest = true;
  const DecodeReport report = run.Run();
  CHECK(Bare(run) == Line("k", "newest"));
  CHECK(CountOf(report, "split_in_progress") == 1);
}

TEST_CASE("damaged rows of several inputs are told with their files and offsets") {
  const std::string big(70000, '\xfe');
  SnapshotBuilder one = SnapshotBuilder().Put("a", kT0, "a").Put(HashBlobKey("h"), kT0, big);
  REQUIRE(one.Rows()[0].key == RawKey(HashBlobKey("h"), kT0));
  DecodeRun alone(one);
  const DecodeReport single = alone.Run();
  REQUIRE(single.damaged.size() == 1);
  CHECK(single.damaged[0].offset == one.RowOffsets()[0]);
  CHECK(single.damaged[0].input.empty());
  SnapshotBuilder apart = SnapshotBuilder().Put(HashBlobKey("other"), kT0, big).Put("b", kT0, "");
  TwoGroups run(one, apart);
  const DecodeReport both = run.Run();
  REQUIRE(both.damaged.size() == 2);
  CHECK(both.damaged[0].offset == one.RowOffsets()[0]);
  CHECK(both.damaged[0].input.ends_with("in.fsm"));
  CHECK(both.damaged[1].offset == apart.RowOffsets()[0]);
  CHECK(both.damaged[1].input.ends_with("two.fsm"));
}

TEST_CASE("two large invalid intents of one key are both kept") {
  SnapshotBuilder rows;
  for (const uint64_t start : {kStart, kStart + 50}) {
    rows.Put("!txn|lock|k", start, Lock(start, "p", false));
    rows.Put("!txn|int|k", start, Put(start + 1, std::string(70000, 'v')));
  }
  DecodeRun run(rows);
  const DecodeReport report = run.Run();
  CHECK(report.rows.damaged == 2);
  CHECK(run.Data().size() == 3);
}

TEST_CASE("a large value is rolled forward whole") {
  const std::string value(3000000, 'v');
  SnapshotBuilder rows;
  AddPut(&rows, "k", "p", kStart, value);
  AddCommit(&rows, "p", kStart, kCommit);
  DecodeRun run(rows);
  run.Run();
  const Files files = run.Data();
  REQUIRE(files.size() == 2);
  CHECK(std::any_of(files.begin(), files.end(), [&](const auto& f) { return f.second == value; }));
}

}  // namespace
}  // namespace snaptree::test

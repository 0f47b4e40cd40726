// Side records (spec 05 section 5.6) and selection by address.
#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/redis_text.h"
#include "tests/support/sqs_rows.h"

namespace snaptree::test {
namespace {

constexpr const char* kSide = "sqs/q/_internals/side_records.jsonl";

std::string SideLine(const std::string& prefix, const std::string& key, const std::string& value) {
  return "{\"prefix\":\"" + prefix + "\",\"key_hex\":\"" + Hex(key) + "\",\"value_b64\":\"" +
         Base64Url(value) + "\"}\n";
}

DecodeRowsOptions WithSideRecords() {
  DecodeRowsOptions options;
  options.include_sqs_side_records = true;
  return options;
}

SnapshotBuilder SideRows() {
  SnapshotBuilder rows;
  rows.Put(QueueGenKey("q"), kT0, "2");
  rows.Put(QueueSeqKey("q"), kT0, "9");
  rows.Put(QueueTombstoneKey("q", 1), kT0, "\x01");
  rows.Put(VisKey("q", 2, 5, "m"), kT0, "m");
  rows.Put(VisKey("q", 1, 5, "old"), kT0, "old");
  rows.Put(VisKey("q", 2, 5, "m", 3), kT0, std::string("\xff\xfe", 2));
  rows.Put(ByAgeKey("q", 2, 4, "m"), kT0, "m").Delete(ByAgeKey("q", 2, 4, "m"), kT1);
  rows.Put(ByAgeKey("q", 2, 5, "m"), kT0, "m");
  rows.Put(DedupKey("q", 2, "", "d"), kT0, "{}");
  rows.Put(DedupKey("q", 2, "g", "d", 3), kT0, "");
  rows.Put(GroupKey("q", 2, "\xff"), kT0, "{}");
  return rows;
}

std::string SideLines() {
  const std::string vis = "!sqs|msg|vis|";
  const std::string classic_and_partitioned[] = {
      SideLine(vis, VisKey("q", 2, 5, "m", 3), std::string("\xff\xfe", 2)),
      SideLine(vis, VisKey("q", 1, 5, "old"), "old"), SideLine(vis, VisKey("q", 2, 5, "m"), "m")};
  return SideLine("!sqs|msg|byage|", ByAgeKey("q", 2, 5, "m"), "m") +
         SideLine("!sqs|msg|dedup|", DedupKey("q", 2, "", "d"), "{}") +
         SideLine("!sqs|msg|dedup|", DedupKey("q", 2, "g", "d", 3), "") +
         SideLine("!sqs|msg|group|", GroupKey("q", 2, "\xff"), "{}") + classic_and_partitioned[1] +
         classic_and_partitioned[2] + classic_and_partitioned[0] +
         SideLine("!sqs|queue|seq|", QueueSeqKey("q"), "9") +
         SideLine("!sqs|queue|tombstone|", QueueTombstoneKey("q", 1), "\x01");
}

TEST_CASE("side records, in key order") {
  // B("q") is "cQ", which stands before "p|".
  SnapshotBuilder rows = SideRows();
  rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 2));
  for (const size_t memory : {size_t{64} << 20, size_t{0}}) {
    DecodeRowsOptions options = WithSideRecords();
    options.sorter_bytes = memory;
    const DecodedRows out = DecodeRows(rows, options);
    CHECK(out.files.at(kSide) == SideLines());
    CHECK(out.report.rows.derived_index == 6);  // vis and byage, all versions
    CHECK(out.report.rows.operational == 6);
    CHECK(out.findings().empty());
  }
  CHECK(DecodeRows(rows).files.count(kSide) == 0);
}

TEST_CASE("the same of a deleted queue") {
  const DecodedRows out = DecodeRows(SideRows(), WithSideRecords());
  CHECK(out.files == Files{{"sqs/cQ.orphan/_internals/side_records.jsonl", SideLines()}});
}

TEST_CASE("side records that differ in the end of their keys only") {
  // The version takes part in the order of rows: "a" and "ab" come the other way round there.
  SnapshotBuilder rows;
  rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1));
  std::string expected;
  for (const char* id : {"abc", "abcd", "abcdef", "abcdefghi"}) {
    rows.Put(VisKey("q", 1, 5, id), kT0, id);
    expected += SideLine("!sqs|msg|vis|", VisKey("q", 1, 5, id), id);
  }
  CHECK(DecodeRows(rows, WithSideRecords()).files.at(kSide) == expected);
}

TEST_CASE("a side record of any size") {
  const std::string value(1000000, '\xfe');
  SnapshotBuilder rows;
  rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1)).Put(VisKey("q", 1, 5, "m"), kT0, value);
  CHECK((DecodeRows(rows, WithSideRecords()).files.at(kSide) ==
         SideLine("!sqs|msg|vis|", VisKey("q", 1, 5, "m"), value)));
}

TEST_CASE("side rows that belong to no queue are told") {
  SnapshotBuilder rows;
  rows.Put("!sqs|msg|vis|x", kT0, "").Put("!sqs|queue|tombstone|x", kT0, "");
  CHECK(DecodeRows(rows, WithSideRecords()).findings() ==
        Strings{"warning sqs_side_record_malformed 2"});
  CHECK(DecodeRows(rows).findings().empty());
}

// Three queues with messages, one of them without configuration, and an empty one.
SnapshotBuilder Queues() {
  SnapshotBuilder rows;
  for (const char* queue : {"a", "b", "e"}) {
    rows.Put(QueueMetaKey(queue), kT0, StoredQueue(queue, 2));
    rows.Put(QueueGenKey(queue), kT0, "2");
  }
  for (const char* queue : {"a", "b", "lost"}) {
    MessageFields m{"m"};
    m.generation = 2;
    rows.Put(MessageKey(queue, 2, "m"), kT0, StoredMessage(m));
    rows.Put(MessageKey(queue, 1, "stale"), kT0, StoredMessage({"stale"}));
    rows.Put(VisKey(queue, 2, 8, "m"), kT0, "m");
  }
  return rows;
}

Strings Selected(const Strings& include, const Strings& exclude, DecodedRows* out) {
  DecodeRowsOptions options = WithSideRecords();
  options.filter.include = include;
  options.filter.exclude = exclude;
  *out = DecodeRows(Queues(), options);
  Strings paths;
  for (const auto& [path, text] : out->files) paths.push_back(path);
  return paths;
}

TEST_CASE("selection") {
  DecodedRows out;
  const Strings a = {"sqs/a/_queue.json", "sqs/a/_queue_ext.json", "sqs/a/messages.jsonl"};
  CHECK(Selected({"sqs/a/messages.jsonl"}, {}, &out) == a);
  CHECK(out.report.rows.emitted == 2);
  CHECK(out.report.rows.operational == 4);  // three counters, one stale message
  CHECK(out.report.rows.excluded == 6);     // b: 3, e: 1, lost: 2
  CHECK(out.report.adapters[static_cast<size_t>(AdapterId::kSqs)].scopes == Strings{"a"});

  CHECK(Selected({"sqs/a"}, {}, &out) ==
        Strings{"sqs/a/_internals/side_records.jsonl", a[0], a[1], a[2]});
  CHECK(Selected({"sqs/e/_queue.json"}, {}, &out) == Strings{"sqs/e/_queue.json"});
  CHECK(Selected({"sqs/e/_queue_ext.json"}, {}, &out) == Strings{"sqs/e/_queue_ext.json"});
  CHECK(out.report.rows.emitted == 1);
  CHECK(Selected({"sqs/bG9zdA.orphan/messages.jsonl"}, {}, &out) ==
        Strings{"sqs/bG9zdA.orphan/messages.jsonl"});
  CHECK(Selected({"redis"}, {}, &out).empty());
  CHECK(out.report.rows.excluded == 12);  // nobody looks at what they are
  CHECK(out.findings() == Strings{"warning nothing_matched 1"});
  CHECK(Selected({"sqs/a"}, {"*/messages.jsonl", "*/_internals/*"}, &out) ==
        Strings{"sqs/a/_queue.json", "sqs/a/_queue_ext.json"});
  CHECK(out.report.rows.excluded == 7);
}

}  // namespace
}  // namespace snaptree::test

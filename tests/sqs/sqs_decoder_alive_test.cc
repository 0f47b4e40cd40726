// Which rows are messages, and where the others go: spec 05 chapter 3.
#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/redis_text.h"
#include "tests/support/sqs_rows.h"

namespace snaptree::test {
namespace {

constexpr const char* kMessages = "sqs/q/messages.jsonl";
constexpr const char* kPartitioned =
    R"(,"partition_count":2,"fifo_throughput_limit":"perMessageGroupId")";
constexpr const char* kPerQueue = R"(,"partition_count":2,"fifo_throughput_limit":"perQueue")";

MessageFields OfGeneration(const std::string& id, uint64_t generation) {
  MessageFields m{id};
  m.generation = generation;
  return m;
}

SnapshotBuilder& PutMessage(SnapshotBuilder& rows, const MessageFields& m, Partition p = {}) {
  return rows.Put(MessageKey("q", m.generation, m.id, p), kT0, StoredMessage(m));
}

// The unknown/rows.jsonl line of a row.
std::string UnknownLine(const std::string& key, const std::string& value) {
  return "{\"key\":" + Bv(key) + ",\"value\":" + Bv(value) +
         ",\"commit_ts\":" + std::to_string(kT0) + "}\n";
}

TEST_CASE("a configuration without generation takes it from the counter") {
  for (const char* counter : {"2", "0"}) {
    SnapshotBuilder rows;
    PutMessage(rows, OfGeneration("old", 1));
    PutMessage(rows, OfGeneration("new", 2));
    PutMessage(rows, OfGeneration("zero", 0));
    rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 0)).Put(QueueGenKey("q"), kT0, counter);
    const DecodedRows out = DecodeRows(rows);
    const bool two = *counter == '2';
    CHECK(out.files.at(kMessages) == MessageLine(OfGeneration(two ? "new" : "zero", two ? 2 : 0)));
    CHECK(out.files.count("sqs/q/_queue_ext.json") == (two ? 1U : 0U));
    if (two) CHECK(out.files.at("sqs/q/_queue_ext.json") == QueueExtFile(2));
    CHECK(out.report.rows.unknown == (two ? 0U : 2U));
    CHECK(out.report.rows.operational == (two ? 3U : 1U));
  }
}

TEST_CASE("without any word of the generation all messages are written") {
  for (const bool broken_counter : {false, true}) {
    SnapshotBuilder rows;
    PutMessage(rows, OfGeneration("a", 1));
    PutMessage(rows, OfGeneration("b", 2));
    rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 0));
    if (broken_counter) rows.Put(QueueGenKey("q"), kT0, "-1");
    const DecodedRows out = DecodeRows(rows);
    CHECK(out.files.at(kMessages) ==
          MessageLine(OfGeneration("a", 1)) + MessageLine(OfGeneration("b", 2)));
    CHECK(out.finding("sqs_generation_unknown") == "warning 1");
    CHECK(out.files.count("sqs/q/_queue_ext.json") == 0);  // nothing to say
    CHECK(out.damaged_codes() == (broken_counter ? Strings{"SqsInvalidCounter"} : Strings{}));
  }
}

TEST_CASE("configuration and counter disagree: the configuration counts") {
  SnapshotBuilder rows;
  PutMessage(rows, OfGeneration("a", 1));
  PutMessage(rows, OfGeneration("b", 2));
  rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 2)).Put(QueueGenKey("q"), kT0, "1");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at(kMessages) == MessageLine(OfGeneration("b", 2)));
  CHECK(out.findings() == Strings{"warning sqs_generation_row_mismatch 1",
                                  "note sqs_stale_generation_messages_dropped 1"});
}

TEST_CASE("a generation that was never given is unreachable, and kept") {
  SnapshotBuilder rows;
  const MessageFields next = OfGeneration("b", 3);
  PutMessage(rows, next);
  rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 2));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.count(kMessages) == 0);
  CHECK(out.files.at("unknown/rows.jsonl") ==
        UnknownLine(MessageKey("q", 3, "b"), StoredMessage(next)));
  CHECK(out.findings() == Strings{"warning sqs_unreachable_messages 1"});
  CHECK(out.report.rows.unknown == 1);
}

TEST_CASE("the key's generation decides") {
  MessageFields m = OfGeneration("a", 5);
  SnapshotBuilder rows;
  rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1));
  rows.Put(MessageKey("q", 1, "a"), kT0, StoredMessage(m));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at(kMessages) == MessageLine(m));
  CHECK(out.findings() == Strings{"warning sqs_generation_mismatch 1"});
}

TEST_CASE("rows of the other layout and of partitions that a queue does not have") {
  const MessageFields m = OfGeneration("m", 1);
  struct Case {
    const char* more;
    Partition partition;
    bool alive;
  };
  const Case cases[] = {{"", {}, true},
                        {"", 0, false},
                        {R"(,"partition_count":1)", {}, true},
                        {R"(,"partition_count":1)", 0, false},
                        {kPartitioned, {}, false},
                        {kPartitioned, 0, true},
                        {kPartitioned, 1, true},
                        {kPartitioned, 2, false},
                        {kPartitioned, 0xffffffff, false},
                        {kPerQueue, 0, true},
                        {kPerQueue, 1, false}};
  for (const Case& c : cases) {
    INFO(c.more << " " << c.partition.value_or(99));
    SnapshotBuilder rows;
    PutMessage(rows, m, c.partition);
    rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1, c.more));
    const DecodedRows out = DecodeRows(rows);
    CHECK(out.files.count(kMessages) == (c.alive ? 1U : 0U));
    CHECK(out.files.count("unknown/rows.jsonl") == (c.alive ? 0U : 1U));
    CHECK(out.report.rows.unknown == (c.alive ? 0U : 1U));
    CHECK(out.finding("sqs_unreachable_messages") == (c.alive ? "" : "warning 1"));
    if (c.alive) CHECK(out.files.at(kMessages) == MessageLine(m, c.partition));
  }
}

TEST_CASE(
    "a queue that was created again with another layout has stale rows, not unreachable ones") {
  SnapshotBuilder rows;
  PutMessage(rows, OfGeneration("old", 1));
  PutMessage(rows, OfGeneration("new", 3), 1);
  PutMessage(rows, OfGeneration("new", 3), 0);
  rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 3, kPartitioned));
  const DecodedRows out = DecodeRows(rows);
  // Section 6 item 6: one id in two partitions is two messages.
  CHECK(out.files.at(kMessages) ==
        MessageLine(OfGeneration("new", 3), 0) + MessageLine(OfGeneration("new", 3), 1));
  CHECK(out.findings() == Strings{"note sqs_stale_generation_messages_dropped 1"});
}

TEST_CASE("unknown rows of all kinds stand in one file, sorted") {
  const MessageFields m = OfGeneration("m", 1);
  SnapshotBuilder rows;
  PutMessage(rows, m, 3);
  rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1));
  rows.Put("!sqs|msg|new|x", kT0, "1").Put("!redis|new|x", kT0, "2");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at("unknown/rows.jsonl") ==
        UnknownLine("!redis|new|x", "2") +
            UnknownLine(MessageKey("q", 1, "m", 3), StoredMessage(m)) +
            UnknownLine("!sqs|msg|new|x", "1"));
  CHECK(out.finding("unknown_rows") == "warning 2");
  CHECK(out.report.rows.unknown == 3);
}

TEST_CASE("deleted or elsewhere: which rows tell") {
  const auto decode = [](const std::string& key, const std::string& value) {
    SnapshotBuilder rows;
    PutMessage(rows, OfGeneration("m", 1));
    if (!key.empty()) rows.Put(key, kT0, value);
    return DecodeRows(rows).files.count("sqs/cQ.orphan/messages.jsonl") == 0 ? "deleted"
                                                                             : "elsewhere";
  };
  CHECK(decode("", "") == std::string("elsewhere"));
  CHECK(decode(QueueGenKey("q"), "2") == std::string("deleted"));
  CHECK(decode(QueueGenKey("q"), "no number") == std::string("deleted"));
  CHECK(decode(QueueTombstoneKey("q", 1), "\x01") == std::string("deleted"));
  CHECK(decode(QueueGenKey("other"), "2") == std::string("elsewhere"));
  CHECK(decode(QueueSeqKey("q"), "2") == std::string("elsewhere"));
  // Nobody knows what a queue is whose configuration cannot be read: nothing is dropped.
  CHECK(decode(QueueMetaKey("q"), "broken") == std::string("elsewhere"));
}

TEST_CASE("a configuration that cannot be read does not make its queue deleted") {
  for (const bool unreadable_row : {false, true}) {
    SnapshotBuilder rows;
    PutMessage(rows, OfGeneration("m", 1));
    rows.Put(QueueGenKey("q"), kT0, "1");
    rows.Put(QueueMetaKey("q"), kT0, "broken", 0, unreadable_row ? 0x80 : 0);
    const DecodedRows out = DecodeRows(rows);
    CHECK(out.files.at("sqs/cQ.orphan/messages.jsonl") == MessageLine(OfGeneration("m", 1)));
    CHECK(out.files.count("sqs/q/_queue.json") == 0);
    CHECK(out.damaged_codes() == Strings{unreadable_row ? "RowFlags" : "SqsInvalidQueueMeta"});
    CHECK(out.report.losses == 1);
  }
}

TEST_CASE("messages that live elsewhere, of all layouts and generations, in one file") {
  SnapshotBuilder rows;
  MessageFields high = OfGeneration("h", uint64_t{0xff} << 56);
  high.sent_ms = 3;
  MessageFields low = OfGeneration("l", 1);
  low.sent_ms = 2;
  MessageFields partitioned = OfGeneration("p", 1);
  partitioned.sent_ms = 1;
  PutMessage(rows, high);
  PutMessage(rows, low);
  PutMessage(rows, partitioned, 0);
  // Its rows stand between those of "q".
  rows.Put(MessageKey("q\x01zz", 1, "x"), kT0, StoredMessage(OfGeneration("x", 1)));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files ==
        Files{{"sqs/cQ.orphan/messages.jsonl",
               MessageLine(partitioned, 0) + MessageLine(low) + MessageLine(high)},
              {"sqs/cQF6eg.orphan/messages.jsonl", MessageLine(OfGeneration("x", 1))}});
}

TEST_CASE("folders of messages without a queue do not meet those of queues") {
  // Names that no client can give, made to collide.
  SnapshotBuilder rows;
  PutMessage(rows, OfGeneration("m", 1));
  for (const char* name : {"cQ.orphan", "cQ.orphan.orphan"}) {
    rows.Put(QueueMetaKey(name), kT0, StoredQueue(name, 1));
    rows.Put(MessageKey(name, 1, "n"), kT0, StoredMessage(OfGeneration("n", 1)));
  }
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at("sqs/cQ.orphan/messages.jsonl") == MessageLine(OfGeneration("n", 1)));
  CHECK(out.files.at("sqs/cQ.orphan.orphan/messages.jsonl") == MessageLine(OfGeneration("n", 1)));
  CHECK(out.files.at("sqs/cQ.orphan.orphan.orphan/messages.jsonl") ==
        MessageLine(OfGeneration("m", 1)));
}

TEST_CASE("a queue that is called like the end of an orphan folder, and no more") {
  const std::string names[] = {".orphan", std::string("a\0.orphan", 9), "a b.orphan"};
  SnapshotBuilder rows;
  for (const std::string& name : names) {
    rows.Put(QueueMetaKey(name), kT0, StoredQueue("x", 1));
    rows.Put(MessageKey(name, 1, "n"), kT0, StoredMessage(OfGeneration("n", 1)));
  }
  rows.Put(QueueMetaKey("a"), kT0, StoredQueue("a", 1));
  rows.Put(MessageKey("a", 1, "n"), kT0, StoredMessage(OfGeneration("n", 1)));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.report.records == 4);
  CHECK(out.files.at("sqs/.orphan/messages.jsonl") == MessageLine(OfGeneration("n", 1)));
  CHECK(out.files.at("sqs/a/messages.jsonl") == MessageLine(OfGeneration("n", 1)));
}

TEST_CASE("a queue of a very long name has folders that a file system takes") {
  const std::string name(5000, 'n');
  SnapshotBuilder rows;
  rows.Put(MessageKey(name, 1, "m"), kT0, StoredMessage(OfGeneration("m", 1)));
  rows.Put(QueueMetaKey(name + "2"), kT0, StoredQueue(name + "2", 1));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.size() == 3);
  for (const auto& [path, text] : out.files) CHECK(path.size() < 270);
}

TEST_CASE("partitions of which there is nothing here") {
  const auto warning = [](const char* more, std::initializer_list<uint32_t> partitions) {
    SnapshotBuilder rows;
    for (const uint32_t p : partitions) PutMessage(rows, OfGeneration("m", 1), p);
    rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1, more));
    const DecodedRows out = DecodeRows(rows);
    const auto& codes = out.report.findings.by_code();
    const auto found = codes.find("sqs_partitions_maybe_elsewhere");
    return found == codes.end() ? "" : std::string(found->second.example());
  };
  CHECK(warning(kPartitioned, {0, 1}).empty());
  CHECK(warning(kPartitioned, {1}) == "q, partitions 0");
  CHECK(warning(R"(,"partition_count":4)", {2}) == "q, partitions 0, 1, 3");
  CHECK(warning(kPerQueue, {}).empty());
  CHECK(warning("", {}).empty());
  CHECK(warning(R"(,"partition_count":4294967295)", {0, 31}).size() < 200);
}

TEST_CASE("only the newest version counts, and deleted messages stay deleted") {
  const MessageFields old = OfGeneration("m", 1);
  MessageFields received = old;
  received.body = "received";
  SnapshotBuilder rows;
  rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1));
  rows.Put(MessageKey("q", 1, "m"), kT0, StoredMessage(old));
  rows.Put(MessageKey("q", 1, "m"), kT1, StoredMessage(received));
  rows.Put(MessageKey("q", 1, "gone"), kT0, StoredMessage(OfGeneration("gone", 1)));
  rows.Delete(MessageKey("q", 1, "gone"), kT1);
  rows.Put(QueueMetaKey("r"), kT0, StoredQueue("r", 1)).Delete(QueueMetaKey("r"), kT1);
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at(kMessages) == MessageLine(received));
  CHECK(out.files.size() == 3);
  DecodeRowsOptions earlier;
  earlier.at = kT0;
  const DecodedRows then = DecodeRows(rows, earlier);
  CHECK(then.files.at(kMessages) == MessageLine(OfGeneration("gone", 1)) + MessageLine(old));
  CHECK(then.files.count("sqs/r/_queue.json") == 1);
}

TEST_CASE("queues whose segments begin alike keep their messages") {
  SnapshotBuilder rows;
  const Strings names = {"a", "ab", "abc", "abcd", "abcde", "p", "pz", "q.fifo", "\xc3\xa9"};
  for (const std::string& name : names) {
    rows.Put(QueueMetaKey(name), kT0, StoredQueue(name, 1));
    for (const char* id : {"1", "2"}) {
      MessageFields m{id, "of " + name};
      rows.Put(MessageKey(name, 1, id), kT0, StoredMessage(m));
    }
  }
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.report.records == 2 * names.size());
  for (const std::string& name : names) {
    const std::string folder = name == "\xc3\xa9" ? "%C3%A9" : name;
    CHECK(out.files.at("sqs/" + folder + "/messages.jsonl") ==
          MessageLine({"1", "of " + name}) + MessageLine({"2", "of " + name}));
  }
}

// More than are kept in memory at a time; queues before and behind it are decoded side by side.
TEST_CASE("a queue with a message in each of many generations") {
  constexpr uint64_t kGenerations = 70000;
  SnapshotBuilder rows;
  for (const char* queue : {"a", "z"}) {
    rows.Put(QueueMetaKey(queue), kT0, StoredQueue(queue, 1));
    rows.Put(MessageKey(queue, 1, "1"), kT0, StoredMessage({"1"}));
  }
  rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", kGenerations));
  for (uint64_t g = 1; g <= kGenerations; ++g) PutMessage(rows, OfGeneration("m", g));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at(kMessages) == MessageLine(OfGeneration("m", kGenerations)));
  CHECK(out.finding("sqs_stale_generation_messages_dropped") ==
        "note " + std::to_string(kGenerations - 1));
  CHECK(out.report.records == 3);
  const std::vector<std::string> queues = {"a", "q", "z"};
  CHECK(out.report.adapters[static_cast<size_t>(AdapterId::kSqs)].scopes == queues);
}

}  // namespace
}  // namespace snaptree::test

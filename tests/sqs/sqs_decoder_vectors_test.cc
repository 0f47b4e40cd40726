// Vectors V8 to V17 of spec 05 chapter 9, rows to tree.
#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/redis_text.h"
#include "tests/support/sqs_rows.h"

namespace snaptree::test {
namespace {

constexpr const char* kId = "00112233445566778899aabbccddeeff";
constexpr const char* kV8 =
    R"({"message_id":"00112233445566778899aabbccddeeff","body":"YTxiJmM+","md5_of_body":"df66258658cd02e3d25b8c5410439771","md5_of_message_attributes":"20ca9041878c8c65d5a4bf6eaf446c21","message_attributes":{"color":{"DataType":"String","StringValue":"red"}},"send_timestamp_millis":1700000000000,"available_at_millis":1700000005000,"visible_at_millis":1700000030000,"receive_count":2,"first_receive_millis":1700000006000,"current_receipt_token":"AAECAwQFBgcICQoLDA0ODw==","queue_generation":7,"message_group_id":"g1","message_deduplication_id":"d-1","sequence_number":9})";
constexpr const char* kV9Begin =
    R"({"message_id":"00112233445566778899aabbccddeeff","body":"a\u003cb\u0026c\u003e","md5_of_body":"df66258658cd02e3d25b8c5410439771","md5_of_message_attributes":"20ca9041878c8c65d5a4bf6eaf446c21","message_attributes":{"color":{"DataType":"String","StringValue":"red"}},"send_timestamp_millis":1700000000000,"available_at_millis":1700000005000,)";
constexpr const char* kV9End =
    R"("queue_generation":7,"message_group_id":"g1","message_deduplication_id":"d-1","sequence_number":9})"
    "\n";

SnapshotBuilder V8() {
  SnapshotBuilder rows;
  rows.Put(Unhex("217371737c71756575657c6d6574617c62334a6b5a584a7a4c6d5a705a6d38"), kT0,
           StoredQueue("orders.fifo", 7, ",\"is_fifo\":true"));
  rows.Put(Unhex("217371737c71756575657c67656e7c62334a6b5a584a7a4c6d5a705a6d38"), kT0, "7");
  rows.Put(Unhex("217371737c71756575657c7365717c62334a6b5a584a7a4c6d5a705a6d38"), kT0, "9");
  rows.Put(Unhex("217371737c6d73677c646174617c62334a6b5a584a7a4c6d5a705a6d380000000000000007"
                 "4d4441784d5449794d7a4d304e4455314e6a59334e7a67344f546c6859574a6959324e6b5a47566c"
                 "5a6d59"),
           kT0, MessageValue(kV8));
  return rows;
}

TEST_CASE("V8, V9: a message as if nobody had received it, and as it is") {
  const DecodedRows out = DecodeRows(V8());
  CHECK(out.files.at("sqs/orders.fifo/messages.jsonl") ==
        std::string(kV9Begin) + R"("visible_at_millis":0,"receive_count":0,)" + kV9End);
  CHECK(out.files.at("sqs/orders.fifo/_queue_ext.json") ==
        QueueExtFile(7, ",\n  \"fifo_sequence\": 9"));
  CHECK(out.files.size() == 3);
  CHECK(out.report.records == 1);
  CHECK(out.report.rows.emitted == 2);      // configuration and message
  CHECK(out.report.rows.operational == 2);  // counters
  CHECK(out.findings().empty());
  CHECK(out.report.complete());

  DecodeRowsOptions options;
  options.preserve_sqs_visibility = true;
  CHECK(
      DecodeRows(V8(), options).files.at("sqs/orders.fifo/messages.jsonl") ==
      std::string(kV9Begin) +
          R"("visible_at_millis":1700000030000,"receive_count":2,"first_receive_millis":1700000006000,"current_receipt_token":"AAECAwQFBgcICQoLDA0ODw==",)" +
          kV9End);
}

TEST_CASE("V10: bodies that are no text") {
  MessageFields bytes{kId, Unhex("80ff01")};
  MessageFields text{kId, "hello"};
  const auto body_of = [](const MessageFields& m) {
    const DecodedRows out = DecodeRows(SnapshotBuilder()
                                           .Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1))
                                           .Put(MessageKey("q", 1, m.id), kT0, StoredMessage(m)));
    const std::string& line = out.files.at("sqs/q/messages.jsonl");
    const size_t begin = line.find("\"body\":");
    return line.substr(begin, line.find(",\"send", begin) - begin);
  };
  CHECK(body_of(bytes) == R"("body":{"base64":"gP8B"})");
  CHECK(body_of(text) == R"("body":"hello")");
  text.body = "";
  CHECK(body_of(text) == R"("body":"")");
  text.body = std::string("\0\t\x7f<\xe2\x80\xa8\xf0\x9f\x98\x80", 11);
  CHECK(body_of(text) == "\"body\":\"\\u0000\\t\x7f\\u003c\\u2028\xf0\x9f\x98\x80\"");
}

TEST_CASE("V13: names of folders") {
  for (const auto& [name, folder] : kQueueFolders) {
    INFO(name);
    const DecodedRows out =
        DecodeRows(SnapshotBuilder().Put(QueueMetaKey(name), kT0, StoredQueue(name, 1)));
    CHECK(out.files == Files{{std::string("sqs/") + folder + "/_queue.json", QueueFile(name)},
                             {std::string("sqs/") + folder + "/_queue_ext.json", QueueExtFile(1)}});
    CHECK(out.report.adapters[static_cast<size_t>(AdapterId::kSqs)].scopes == Strings{name});
    CHECK(out.report.complete());
  }
}

TEST_CASE("V15: a FIFO queue with partitions") {
  const DecodedRows out = DecodeRows(SnapshotBuilder().Put(
      QueueMetaKey("orders.fifo"), kT0,
      MetaValue(
          R"({"name":"orders.fifo","generation":1,"is_fifo":true,"visibility_timeout_seconds":30,"message_retention_seconds":345600,"delay_seconds":0,"receive_message_wait_seconds":0,"maximum_message_size":262144,"partition_count":4,"fifo_throughput_limit":"perMessageGroupId","deduplication_scope":"messageGroup"})")));
  CHECK(out.files.at("sqs/orders.fifo/_queue.json") == R"({
  "format_version": 1,
  "name": "orders.fifo",
  "fifo": true,
  "visibility_timeout_seconds": 30,
  "message_retention_seconds": 345600,
  "delay_seconds": 0,
  "maximum_message_size": 262144,
  "partition_count": 4,
  "fifo_throughput_limit": "perMessageGroupId",
  "deduplication_scope": "messageGroup"
})");
}

TEST_CASE("V16: which generation is alive") {
  MessageFields a{"a"};
  a.generation = 2;
  MessageFields b{"b"};
  b.generation = 3;
  const auto messages = [&](Partition partition) {
    SnapshotBuilder rows;
    rows.Put(MessageKey("q", 2, "a", partition), kT0, StoredMessage(a));
    rows.Put(MessageKey("q", 3, "b", partition), kT0, StoredMessage(b));
    return rows;
  };
  const DecodedRows purged = DecodeRows(messages({})
                                            .Put(QueueMetaKey("q"), kT0, StoredQueue("q", 3))
                                            .Put(QueueGenKey("q"), kT0, "3"));
  CHECK(purged.files.at("sqs/q/messages.jsonl") == MessageLine(b));
  CHECK(purged.findings() == Strings{"note sqs_stale_generation_messages_dropped 1"});
  CHECK(purged.report.findings.by_code().begin()->second.example() == "q, active generation 3");
  CHECK(purged.report.rows.operational == 2);
  CHECK(purged.report.complete());

  const DecodedRows deleted = DecodeRows(messages({}).Put(QueueGenKey("q"), kT0, "4"));
  CHECK(deleted.files.empty());
  CHECK(deleted.findings() == Strings{"note sqs_orphan_messages 2"});
  CHECK(deleted.report.rows.operational == 3);

  const DecodedRows elsewhere = DecodeRows(messages(1));
  CHECK(elsewhere.files ==
        Files{{"sqs/cQ.orphan/messages.jsonl", MessageLine(a, 1) + MessageLine(b, 1)}});
  CHECK(elsewhere.findings() == Strings{"warning sqs_orphan_messages 2"});
  CHECK(elsewhere.report.rows.emitted == 2);
  CHECK(elsewhere.report.extensions == Strings{"sqs/*.orphan/messages.jsonl"});
  CHECK_FALSE(elsewhere.report.complete());
}

TEST_CASE("V17: the order of lines") {
  const MessageFields messages[] = {{"a", "body", 90, 1},
                                    {"b", "body", 100, 2},
                                    {"c", "body", 100, 3},
                                    {"tieA", "body", 200, 5},
                                    {"tieB", "body", 200, 5}};
  SnapshotBuilder rows;
  rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1));
  std::string expected;
  for (const MessageFields& m : messages) {
    rows.Put(MessageKey("q", 1, m.id), kT0, StoredMessage(m));
    expected += MessageLine(m);
  }
  CHECK(DecodeRows(rows).files.at("sqs/q/messages.jsonl") == expected);
}

TEST_CASE("times are signed, sequence numbers are not, ids are bytes") {
  const MessageFields messages[] = {{"a", "body", INT64_MIN},
                                    {"z", "body", -1, UINT64_MAX},
                                    {"y", "body", 0},
                                    {"i", "body", 0, 1},
                                    {"h", "body", 0, uint64_t{1} << 63},
                                    {"b", "body", 5, 3},
                                    {"b1", "body", 5, 3},
                                    {"ba", "body", 5, 3},
                                    {"x", "body", INT64_MAX}};
  SnapshotBuilder rows;
  rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1));
  std::string expected;
  for (const MessageFields& m : messages) {
    rows.Put(MessageKey("q", 1, m.id), kT0, StoredMessage(m));
    expected += MessageLine(m);
  }
  for (const size_t memory : {size_t{64} << 20, size_t{0}}) {
    DecodeRowsOptions options;
    options.sorter_bytes = memory;
    const DecodedRows out = DecodeRows(rows, options);
    CHECK(out.files.at("sqs/q/messages.jsonl") == expected);
    CHECK((out.scratch_folders_asked > 0) == (memory == 0));
  }
}

}  // namespace
}  // namespace snaptree::test

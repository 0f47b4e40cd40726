// Stored values: spec 05 chapters 2 and 5, traps of chapter 6.
#include <catch2/catch.hpp>

#include "tests/support/decoded_rows.h"
#include "tests/support/redis_text.h"
#include "tests/support/sqs_rows.h"

namespace snaptree::test {
namespace {

constexpr const char* kMessages = "sqs/q/messages.jsonl";
constexpr const char* kQueue = "sqs/q/_queue.json";
constexpr const char* kQueueExt = "sqs/q/_queue_ext.json";

DecodedRows DecodeMessage(const std::string& value, const DecodeRowsOptions& options = {}) {
  return DecodeRows(SnapshotBuilder()
                        .Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1))
                        .Put(MessageKey("q", 1, "m"), kT0, value),
                    options);
}
DecodedRows DecodeQueue(const std::string& value, const DecodeRowsOptions& options = {}) {
  return DecodeRows(SnapshotBuilder().Put(QueueMetaKey("q"), kT0, value), options);
}

// The message's line, without the members that every message has.
std::string LineOf(const std::string& json) {
  const DecodedRows out = DecodeMessage(MessageValue(json));
  const auto file = out.files.find(kMessages);
  return file == out.files.end() ? "damaged" : file->second;
}

std::string Line(const std::string& middle, const std::string& more = "") {
  return R"({"message_id":"m","body":"")" + middle +
         R"(,"send_timestamp_millis":0,"available_at_millis":0,"visible_at_millis":0,)"
         R"("receive_count":0,"queue_generation":1)" +
         more + "}\n";
}

std::string Stored(const std::string& members) {
  return "{\"queue_generation\":1" + (members.empty() ? "" : "," + members) + "}";
}

TEST_CASE("members that are absent or null are 0 or empty") {
  CHECK(LineOf(Stored("")) == Line(""));
  CHECK(LineOf(Stored(R"("body":null,"message_attributes":null,"current_receipt_token":null)")) ==
        Line(""));
  CHECK(LineOf(Stored(R"("message_attributes":{},"sender_id":"","sequence_number":0)")) ==
        Line(""));
  CHECK(LineOf(Stored(R"("receive_count":null,"sender_id":null)")) == Line(""));
}

TEST_CASE("all members, in the order of the format") {
  CHECK(LineOf(R"({"dead_letter_source_arn":"arn","sequence_number":18446744073709551615,)"
               R"("message_deduplication_id":"d","message_group_id":"<g>","queue_generation":1,)"
               R"("sender_id":"s","md5_of_message_attributes":"ma","md5_of_body":"mb",)"
               R"("available_at_millis":-9223372036854775808,"message_id":"m"})") ==
        R"({"message_id":"m","body":"","md5_of_body":"mb","md5_of_message_attributes":"ma",)"
        R"("sender_id":"s","send_timestamp_millis":0,)"
        R"("available_at_millis":-9223372036854775808,"visible_at_millis":0,"receive_count":0,)"
        R"("queue_generation":1,"message_group_id":"<g>","message_deduplication_id":"d",)"
        R"("sequence_number":18446744073709551615,"dead_letter_source_arn":"arn"})"
        "\n");
}

TEST_CASE("attributes: names sorted and written anew, values as they are stored") {
  CHECK(
      LineOf(
          Stored(R"("message_attributes":{ "z" : {"DataType":"String", "StringValue":"\u003c<"} ,)"
                 R"("a\u003c":{"BinaryValue":"AP8=","DataType":"Binary","New":[1, 2]},)"
                 R"("b":{"DataType":"Number","StringValue":null}})")) ==
      Line(R"(,"message_attributes":{"a<":{"BinaryValue":"AP8=","DataType":"Binary","New":[1,2]},)"
           R"("b":{"DataType":"Number","StringValue":null},)"
           R"("z":{"DataType":"String","StringValue":"\u003c<"}})"));
  // Section 6 item 14.
  CHECK(LineOf(Stored(R"("message_attributes":{"a":{"DataType":"1"},"b":{},"a":{}})")) ==
        Line(R"(,"message_attributes":{"a":{},"b":{}})"));
  for (const char* bad :
       {R"("x")", "1", "[]", R"({"a":"old"})", R"({"a":null})", R"({"a":[]})",
        R"({"a":{"DataType":1}})", R"({"a":{"StringValue":{}}})", R"({"a":{"BinaryValue":"A"}})",
        R"({"a":{"BinaryValue":"AP8"}})", R"({"a":{"BinaryValue":"AP_="}})"}) {
    INFO(bad);
    CHECK(LineOf(Stored(std::string("\"message_attributes\":") + bad)) == "damaged");
  }
}

TEST_CASE("the last of two members of one name counts") {
  CHECK(LineOf(Stored(R"("sender_id":"a","sender_id":"b","body":"YQ==","body":"")")) ==
        Line(R"(,"sender_id":"b")"));
}

TEST_CASE("messages that cannot be read are kept as damaged rows") {
  const std::string good = Stored("");
  const std::pair<std::string, const char*> values[] = {
      {"", "empty"},
      {good, "no magic"},
      {MetaValue(good), "magic of a queue"},
      {MessageValue(""), "no JSON"},
      {MessageValue("{"), "cut"},
      {MessageValue("[]"), "no object"},
      {MessageValue(good + "x"), "trailing bytes"},
      {MessageValue(good + "{}"), "a second object"},
      {MessageValue(Stored("\"sender_id\":\"\xff\"")), "invalid UTF-8"},
      {MessageValue(Stored("\"sender_id\":\"\x01\"")), "control character"},
      {MessageValue(Stored(R"("message_id":1)")), "id"},
      {MessageValue(Stored(R"("body":"YQ")")), "base64 without padding"},
      {MessageValue(Stored(R"("body":"YR==")")), "base64 with unused bits"},
      {MessageValue(Stored(R"("body":"Y-==")")), "base64url"},
      {MessageValue(Stored(R"("body":"YQ==\n")")), "line break"},
      {MessageValue(Stored(R"("body":["YQ=="])")), "body no string"},
      {MessageValue(Stored(R"("current_receipt_token":"A")")), "token"},
      {MessageValue(Stored(R"("receive_count":1.0)")), "fraction"},
      {MessageValue(Stored(R"("receive_count":1e0)")), "exponent"},
      {MessageValue(Stored(R"("receive_count":"1")")), "string"},
      {MessageValue(Stored(R"("receive_count":9223372036854775808)")), "too large for i64"},
      {MessageValue(Stored(R"("sequence_number":18446744073709551616)")), "too large for u64"},
      {MessageValue(Stored(R"("sequence_number":-1)")), "negative"},
      {MessageValue(Stored(R"("queue_generation":true)")), "bool"},
      {MessageValue(Stored(R"("message_group_id":{})")), "group"}};
  for (const auto& [value, what] : values) {
    INFO(what);
    const DecodedRows out = DecodeMessage(value);
    CHECK(out.damaged_codes() == Strings{"SqsInvalidMessage"});
    CHECK(out.files.count(kMessages) == 0);
    CHECK(out.files.count(kQueue) == 1);
    CHECK(out.report.losses == 1);
    CHECK_FALSE(out.report.complete());
  }
}

TEST_CASE("the key's id counts") {
  MessageFields other{"other"};
  const DecodedRows out = DecodeMessage(StoredMessage(other));
  CHECK(out.files.at(kMessages) == MessageLine({"m"}));
  CHECK(out.findings() == Strings{"warning sqs_message_id_mismatch 1"});
  other.id = "";
  const DecodedRows empty = DecodeMessage(StoredMessage(other));
  CHECK(empty.files.at(kMessages) == MessageLine({"m"}));
  CHECK(empty.findings().empty());
}

TEST_CASE("an id may be any text") {
  const std::string id = "<\"\xe2\x80\xa8>";
  SnapshotBuilder rows;
  rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1));
  rows.Put(MessageKey("q", 1, id), kT0, MessageValue(Stored("")));
  const std::string line = DecodeRows(rows).files.at(kMessages);
  CHECK(line.substr(0, line.find(",\"body\"")) == R"({"message_id":"<\"\u2028>")");
}

TEST_CASE("members of a newer node are kept in stored order, and named once") {
  const std::string more =
      R"(,"zeta":{"b" : [1.50, "\u003c"], "a":null},"alpha":1e3,"zeta2":"x","alpha":2)";
  MessageFields a{"a"};
  a.more = more;
  MessageFields b{"b"};
  b.more = more;
  const auto decode = [&](const DecodeRowsOptions& options) {
    return DecodeRows(SnapshotBuilder()
                          .Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1))
                          .Put(MessageKey("q", 1, "a"), kT0, StoredMessage(a))
                          .Put(MessageKey("q", 1, "b"), kT0, StoredMessage(b)),
                      options);
  };
  const auto line = [](const std::string& id) {
    std::string text = MessageLine({id});
    return text.replace(text.size() - 2, 2,
                        R"(,"x_extra":{"zeta":{"b":[1.50,"\u003c"],"a":null},)"
                        R"("zeta2":"x","alpha":2}})"
                        "\n");
  };
  const DecodedRows out = decode({});
  CHECK(out.files.at(kMessages) == line("a") + line("b"));
  CHECK(out.findings() == Strings{"warning sqs_unknown_member 3"});
  DecodeRowsOptions plain;
  plain.extensions = false;
  CHECK(decode(plain).files.at(kMessages) == MessageLine({"a"}) + MessageLine({"b"}));
  CHECK(decode(plain).files.count(kQueueExt) == 0);
}

TEST_CASE("a queue with everything") {
  const DecodedRows out = DecodeQueue(MetaValue(
      R"({"name":"q","generation":18446744073709551615,"incarnation":3,"created_at_hlc":117653364271480977,)"
      R"("is_fifo":true,"content_based_dedup":true,"visibility_timeout_seconds":0,)"
      R"("message_retention_seconds":-1,"delay_seconds":900,"receive_message_wait_seconds":20,)"
      R"("maximum_message_size":0,"redrive_policy":"{\"a\":\"<\"}","redrive_allow_policy":"x",)"
      R"("tags":{"z":"1","a<":"\u0026","z":"2"},"last_purged_at_millis":5,"created_at_millis":3,)"
      R"("last_modified_at_millis":4,"throttle":{"send_capacity":10.50,"recv_capacity":0,"new":[ 1 ]},)"
      R"("partition_count":1,"fifo_throughput_limit":"perQueue","deduplication_scope":"queue",)"
      R"("later":{"x":[ ],"y":[1, {"z":"\u003c"}]}})"));
  CHECK(out.files.at(kQueue) == R"({
  "format_version": 1,
  "name": "q",
  "fifo": true,
  "content_based_deduplication": true,
  "visibility_timeout_seconds": 0,
  "message_retention_seconds": -1,
  "delay_seconds": 900,
  "receive_message_wait_seconds": 20,
  "redrive_policy": "{\"a\":\"\u003c\"}",
  "redrive_allow_policy": "x",
  "partition_count": 1,
  "fifo_throughput_limit": "perQueue",
  "deduplication_scope": "queue"
})");
  CHECK(out.files.at(kQueueExt) == R"({
  "format_version": 1,
  "generation": 18446744073709551615,
  "incarnation": 3,
  "created_at_hlc": 117653364271480977,
  "created_at_millis": 3,
  "last_modified_at_millis": 4,
  "last_purged_at_millis": 5,
  "tags": {
    "a\u003c": "\u0026",
    "z": "2"
  },
  "throttle": {
    "send_capacity": 10.50,
    "new": [
      1
    ]
  },
  "x_extra": {
    "later": {
      "x": [],
      "y": [
        1,
        {
          "z": "\u003c"
        }
      ]
    }
  }
}
)");
  CHECK(out.findings() == Strings{"note sqs_redrive_policy 1", "warning sqs_unknown_member 2"});
}

TEST_CASE("what a queue does not have is not written") {
  const DecodedRows out = DecodeQueue(MetaValue("{}"));
  CHECK(out.files == Files{{kQueue, R"({
  "format_version": 1,
  "name": "q",
  "visibility_timeout_seconds": 0,
  "message_retention_seconds": 0,
  "delay_seconds": 0
})"}});
  CHECK(out.findings() == Strings{"warning sqs_generation_unknown 1"});
  // `null` is what an absent member is.
  CHECK(DecodeQueue(MetaValue(R"({"tags":null,"throttle":null,"name":null,"generation":null})"))
            .files == out.files);
  CHECK(DecodeQueue(MetaValue(R"({"tags":{}})")).files == out.files);
}

TEST_CASE("the key's name counts") {
  const DecodedRows out = DecodeQueue(StoredQueue("other", 1));
  CHECK(out.files.at(kQueue) == QueueFile("q"));
  CHECK(out.findings() == Strings{"warning sqs_queue_name_mismatch 1"});
}

TEST_CASE("configurations that cannot be read") {
  const std::string values[] = {"",
                                "{}",
                                MessageValue("{}"),
                                MetaValue(""),
                                MetaValue("{}{}"),
                                MetaValue("null"),
                                MetaValue(R"({"name":1})"),
                                MetaValue(R"({"generation":-1})"),
                                MetaValue(R"({"is_fifo":0})"),
                                MetaValue(R"({"delay_seconds":0.5})"),
                                MetaValue(R"({"partition_count":4294967296})"),
                                MetaValue(R"({"tags":[]})"),
                                MetaValue(R"({"tags":{"a":1}})"),
                                MetaValue(R"({"throttle":1})"),
                                MetaValue(R"({"throttle":{"send_capacity":"1"}})"),
                                MetaValue(R"({"redrive_policy":{}})")};
  for (const std::string& value : values) {
    INFO(Bv(value));
    const DecodedRows out = DecodeQueue(value);
    CHECK(out.damaged_codes() == Strings{"SqsInvalidQueueMeta"});
    CHECK(out.files.count(kQueue) == 0);
    CHECK(out.report.losses == 1);
  }
}

TEST_CASE("counters that are no numbers") {
  for (const char* value : {"", "x", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616"}) {
    INFO(value);
    const DecodedRows out = DecodeRows(SnapshotBuilder()
                                           .Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1))
                                           .Put(QueueGenKey("q"), kT0, value)
                                           .Put(QueueSeqKey("q"), kT0, value));
    CHECK(out.damaged_codes() == Strings{"SqsInvalidCounter", "SqsInvalidCounter"});
    CHECK(out.files.at(kQueueExt) == QueueExtFile(1));
  }
}

TEST_CASE("keys that are malformed are damaged rows") {
  const std::string gen(8, '\0');
  const DecodedRows out = DecodeRows(SnapshotBuilder()
                                         .Put("!sqs|msg|data|YQ" + gen + "YR", kT0, "")
                                         .Put("!sqs|queue|meta|YR", kT0, StoredQueue("a", 1))
                                         .Put("!sqs|queue|meta|YQ", kT0, StoredQueue("a", 1))
                                         .Put("!sqs|queue|gen|Y", kT0, "1")
                                         .Put("!sqs|queue|seq|", kT0, "1")
                                         .Put("!sqs|queue|meta|gA", kT0, StoredQueue("a", 1))
                                         .Put("!sqs|queue|tombstone|x", kT0, "1"));
  CHECK(out.damaged_codes() == Strings(5, "SqsMalformedKey"));
  // Section 6 item 13: of two forms of one name the canonical one is right.
  CHECK(out.files.at("sqs/a/_queue.json") == QueueFile("a"));
  CHECK(out.report.rows.operational == 1);
}

TEST_CASE("a malformed row between messages does not part them") {
  SnapshotBuilder rows;
  rows.Put(QueueMetaKey("q"), kT0, StoredQueue("q", 1));
  rows.Put(MessageKey("q", 1, "a"), kT0, StoredMessage({"a"}));
  rows.Put(MessageKey("q", 1, "a") + "!", kT0, "");
  rows.Put(MessageKey("q", 1, "b"), kT0, StoredMessage({"b"}));
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at(kMessages) == MessageLine({"a"}) + MessageLine({"b"}));
  CHECK(out.damaged_codes() == Strings{"SqsMalformedKey"});
}

TEST_CASE("large messages") {
  for (const size_t size : {size_t{262144}, size_t{1} << 20, size_t{11} << 20}) {
    const MessageFields m{"m", std::string(size, 'x')};
    CHECK((DecodeMessage(StoredMessage(m)).files.at(kMessages) == MessageLine(m)));
  }
  const MessageFields monster{"m", std::string(size_t{13} << 20, 'x')};
  CHECK(DecodeMessage(StoredMessage(monster)).damaged_codes() == Strings{"SqsInvalidMessage"});
}

}  // namespace
}  // namespace snaptree::test

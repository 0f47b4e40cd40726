// What of _internals/side_records.jsonl comes back: spec 05 section 7.3.
#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/encoded_rows.h"
#include "tests/support/redis_text.h"
#include "tests/support/sqs_rows.h"

namespace snaptree::test {
namespace {

constexpr const char* kSide = "sqs/q/_internals/side_records.jsonl";
constexpr const char* kDedup = "!sqs|msg|dedup|";
constexpr const char* kGroup = "!sqs|msg|group|";
constexpr const char* kSeq = "!sqs|queue|seq|";

std::string SideLine(const std::string& prefix, const std::string& key, const std::string& value) {
  return "{\"prefix\":\"" + prefix + "\",\"key_hex\":\"" + Hex(key) + "\",\"value_b64\":\"" +
         Base64Url(value) + "\"}\n";
}

Files Tree(const std::string& side) {
  const std::string message =
      ",\"body\":\"\",\"send_timestamp_millis\":1,"
      "\"message_deduplication_id\":\"d\",\"sequence_number\":4,";
  return {{"sqs/q/_queue.json", QueueFile("q", ",\n  \"fifo\": true")},
          {"sqs/q/_queue_ext.json", QueueExtFile(2, ",\n  \"fifo_sequence\": 5")},
          {"sqs/q/messages.jsonl", "{\"message_id\":\"a\"" + message +
                                       "\"message_group_id\":\"g\",\"receive_count\":1,"
                                       "\"first_receive_millis\":3,\"visible_at_millis\":9}\n"
                                       "{\"message_id\":\"b\"" +
                                       message + "\"message_group_id\":\"h\"}\n"},
          {kSide, side}};
}

EncodedRows Encode(const std::string& side, bool preserve) {
  EncodeFilesOptions options;
  options.manifest.include_sqs_side_records = true;
  options.manifest.preserve_sqs_visibility = preserve;
  return EncodeFiles(Tree(side), options);
}

TEST_CASE("counters and deduplication records of side records win") {
  const std::string value = R"({"message_id":"gone","send_timestamp_ms":1,"expires_at_millis":2})";
  const EncodedRows out =
      Encode(SideLine(kDedup, DedupKey("q", 2, "", "d"), value) +
                 SideLine(kDedup, DedupKey("q", 2, "", "other"), value) +
                 SideLine(kDedup, DedupKey("q", 1, "", "d"), value) +
                 SideLine(kSeq, QueueSeqKey("q"), "77") + "\n" +
                 SideLine("!sqs|msg|vis|", VisKey("q", 2, 1, "a"), "a") +
                 SideLine("!sqs|queue|tombstone|", QueueTombstoneKey("q", 1), "\x01"),
             false);
  CHECK(out.errors.empty());
  CHECK(out.rows.at(DedupKey("q", 2, "", "d")) == value);
  CHECK(out.rows.count(DedupKey("q", 2, "", "other")) == 0);  // of no message of the tree
  CHECK(out.rows.at(QueueSeqKey("q")) == "77");
  CHECK(out.rows.size() == 3 + 6 + 1);
  CHECK(out.differences.count(kSide) == 1);
}

TEST_CASE("locks of side records count when their message is there") {
  const std::string of_a = R"({"message_id":"a","acquired_at_ms":100,"visible_at_ms":200})";
  const std::string of_b = R"({"message_id":"b","acquired_at_ms":101,"visible_at_ms":201})";
  const std::string of_c = R"({"message_id":"c","acquired_at_ms":102,"visible_at_ms":202})";
  const std::string derived = R"({"message_id":"a","acquired_at_ms":3,"visible_at_ms":9})";
  const auto locks = [](const std::string& g, const std::string& h) {
    return SideLine(kGroup, GroupKey("q", 2, "g"), g) + SideLine(kGroup, GroupKey("q", 2, "h"), h);
  };
  const EncodedRows right = Encode(locks(of_a, of_b), true);
  CHECK(right.rows.at(GroupKey("q", 2, "g")) == of_a);
  CHECK(right.rows.at(GroupKey("q", 2, "h")) == of_b);  // nobody received it, but the node says so
  CHECK(right.finding("sqs_lock_dropped").empty());
  // One that names a missing message, and one that names a message of another group.
  const EncodedRows wrong = Encode(locks(of_c, of_a), true);
  CHECK(wrong.rows.at(GroupKey("q", 2, "g")) == derived);
  CHECK(wrong.rows.count(GroupKey("q", 2, "h")) == 0);
  CHECK(wrong.finding("sqs_lock_dropped") == "warning 2");
  CHECK(Encode(locks(of_a, of_b), false).rows.count(GroupKey("q", 2, "g")) == 0);
}

TEST_CASE("side records whose values say nothing") {
  const EncodedRows out = Encode(
      SideLine(kDedup, DedupKey("q", 2, "", "d"), "{}") +
          SideLine(kGroup, GroupKey("q", 2, "h"), R"({"message_id":7})") +
          SideLine(kGroup, GroupKey("q", 2, "g"), R"({"message_id":"a","visible_at_ms":"1"})") +
          SideLine(kSeq, QueueSeqKey("q"), "-1"),
      true);
  CHECK(out.errors.empty());
  CHECK(out.finding("sqs_side_record_dropped") == "warning 4");
  CHECK(out.rows.at(QueueSeqKey("q")) == "5");
  CHECK(out.rows.at(DedupKey("q", 2, "", "d")).find("\"a\"") != std::string::npos);
}

TEST_CASE("of several side records with one key the last one counts") {
  const std::string one = R"({"message_id":"z","send_timestamp_ms":9,"expires_at_millis":9})";
  const std::string two = R"({"message_id":"a","send_timestamp_ms":1,"expires_at_millis":2})";
  const std::string key = DedupKey("q", 2, "", "d");
  for (const auto& [first, last] : {std::pair(one, two), std::pair(two, one)}) {
    const EncodedRows out =
        Encode(SideLine(kDedup, key, first) + SideLine(kDedup, key, last), false);
    CHECK(out.errors.empty());
    CHECK(out.rows.at(key) == last);
    CHECK(out.finding("sqs_side_record_repeated") == "warning 1");
  }
  CHECK(Encode(SideLine(kDedup, key, one), false).finding("sqs_side_record_repeated").empty());
}

TEST_CASE("lines that are no side records") {
  const std::string at = std::string("SqsEncodeInvalidSideRecord ") + kSide + ": line 1";
  for (const std::string& line :
       {std::string("x"), std::string("{}"), SideLine("!sqs|msg|data|", "", ""),
        SideLine(kDedup, "", ""), SideLine(kDedup, GroupKey("q", 2, "g"), "{}"),
        SideLine(kSeq, QueueSeqKey("other"), "1"),
        std::string(R"({"prefix":"!sqs|queue|seq|","key_hex":"0","value_b64":""})"),
        std::string(R"({"prefix":"!sqs|queue|seq|","key_hex":"00","value_b64":"="})"),
        std::string(R"({"prefix":"!sqs|queue|seq|","key_hex":"00"})"),
        std::string(R"({"prefix":"!sqs|queue|seq|","key_hex":"00","value_b64":"","x":1})")}) {
    INFO(line);
    const EncodedRows out = Encode(line, true);
    CHECK(out.errors == Strings{at});
    CHECK(!out.statuses.at(0).info().next.empty());
  }
}

}  // namespace
}  // namespace snaptree::test

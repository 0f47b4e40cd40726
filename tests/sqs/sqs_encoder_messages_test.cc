// Lines of messages.jsonl: spec 05 sections 7.1 and 7.3 to 7.6.
#include <catch2/catch.hpp>

#include "tests/support/encoded_rows.h"
#include "tests/support/redis_text.h"
#include "tests/support/sqs_rows.h"

namespace snaptree::test {
namespace {

constexpr const char* kMessages = "sqs/q/messages.jsonl";
constexpr const char* kPlain =
    R"("md5_of_body":"d41d8cd98f00b204e9800998ecf8427e","send_timestamp_millis":1,"available_at_millis":2,"visible_at_millis":0,"receive_count":0,"queue_generation":1)";

// Members behind the id and the empty body.
std::string Line(const std::string& id, const std::string& more) {
  return "{\"message_id\":\"" + id + "\",\"body\":\"\"," + more + "}\n";
}
std::string Plain(const std::string& id, const std::string& more = "") {
  return Line(id, kPlain + more);
}

Files Tree(const std::string& messages, const std::string& queue_more = "") {
  return {{"sqs/q/_queue.json", QueueFile("q", queue_more)},
          {"sqs/q/_queue_ext.json", QueueExtFile(1)},
          {kMessages, messages}};
}
const std::string kFifo = ",\n  \"fifo\": true";
const std::string kFourPartitions = kFifo + ",\n  \"partition_count\": 4";

EncodedRows Preserving(const Files& files) {
  EncodeFilesOptions options;
  options.manifest.preserve_sqs_visibility = true;
  return EncodeFiles(files, options);
}

std::string StoredText(const EncodedRows& out, const std::string& id) {
  return out.rows.at(MessageKey("q", 1, id));
}

TEST_CASE("a plain message") {
  const EncodedRows out = EncodeFiles(Tree(Plain("m")));
  CHECK(out.rows.size() == 5);
  CHECK(StoredText(out, "m") ==
        MessageValue(R"({"message_id":"m","body":"",)"
                     R"("md5_of_body":"d41d8cd98f00b204e9800998ecf8427e",)"
                     R"("send_timestamp_millis":1,"available_at_millis":2,"visible_at_millis":2,)"
                     R"("receive_count":0,"current_receipt_token":null,"queue_generation":1})"));
  CHECK(out.rows.at(VisKey("q", 1, 2, "m")) == "m");
  CHECK(out.rows.at(ByAgeKey("q", 1, 1, "m")) == "m");
  CHECK(out.findings().empty());
  CHECK(out.differences.empty());
}

TEST_CASE("lines that are no messages") {
  const std::string wrong[] = {
      "x",
      "[]",
      "{",
      "\"m\"",
      "{}",
      "{\"message_id\":\"m\"}",
      "{\"body\":\"\"}",
      "{\"message_id\":\"\",\"body\":\"\"}",
      "{\"message_id\":null,\"body\":\"\"}",
      "{\"message_id\":1,\"body\":\"\"}",
      "{\"message_id\":\"m\",\"body\":null}",
      "{\"message_id\":\"m\",\"body\":1}",
      "{\"message_id\":\"m\",\"body\":{}}",
      "{\"message_id\":\"m\",\"body\":{\"base64\":1}}",
      "{\"message_id\":\"m\",\"body\":{\"Base64\":\"\"}}",
      "{\"message_id\":\"m\",\"body\":{\"base64\":\"gP8B\",\"x\":1}}",
      "{\"message_id\":\"m\",\"body\":{\"base64\":\"gP8=\"}}",
      "{\"message_id\":\"m\",\"body\":{\"base64\":\"gP9\"}}",
      "{\"message_id\":\"m\",\"body\":{\"base64\":\"g\"}}",
      "{\"message_id\":\"m\",\"body\":{\"base64\":\"g+/B\"}}",
      "{\"message_id\":\"m\",\"body\":\"\"} x",
      "{\"message_id\":\"m\",\"body\":\"\"}{\"message_id\":\"n\",\"body\":\"\"}",
      "{\"message_id\":\"m\",\"message_id\":\"m\",\"body\":\"\"}",
      "{\"message_id\":\"m\",\"body\":\"\xff\"}",
      "{\"message_id\":\"m\",\"body\":\"\\ud800\"}",
      "{\"message_id\":\"m\\udc00\",\"body\":\"\"}",
      Line("m", "\"send_timestamp_millis\":1.0"),
      Line("m", "\"send_timestamp_millis\":1e3"),
      Line("m", "\"send_timestamp_millis\":\"1\""),
      Line("m", "\"send_timestamp_millis\":9223372036854775808"),
      Line("m", "\"sequence_number\":-1"),
      Line("m", "\"sequence_number\":18446744073709551616"),
      Line("m", "\"partition\":-1"),
      Line("m", "\"partition\":4294967296"),
      Line("m", "\"partition\":1"),
      Line("m", "\"current_receipt_token\":\"AAE\""),
      Line("m", "\"current_receipt_token\":\"AA-=\""),
      Line("m", "\"message_group_id\":7"),
      Line("m", "\"message_attributes\":[]"),
      Line("m", "\"message_attributes\":{\"a\":\"x\"}"),
      Line("m", "\"message_attributes\":{\"a\":{}}"),
      Line("m", "\"message_attributes\":{\"a\":{\"DataType\":1}}"),
      Line("m", "\"message_attributes\":{\"a\":{\"DataType\":\"String\",\"StringValue\":1}}"),
      Line("m", "\"message_attributes\":{\"a\":{\"DataType\":\"Binary\",\"BinaryValue\":\"AA\"}}"),
      Line("m", "\"message_attributes\":{\"a\":{\"DataType\":\"S\",\"DataType\":\"S\"}}"),
      Line("m", "\"message_attributes\":{\"a\":{\"DataType\":\"S\"},\"a\":{\"DataType\":\"S\"}}"),
      Line("m", "\"x_extra\":1"),
      Line("m", "\"x_extra\":{\"body\":\"x\"}"),
      Line("m", "\"x_extra\":{\"a\":1,\"a\":2}"),
      "\xef\xbb\xbf" + Plain("m"),
  };
  for (const std::string& line : wrong) {
    INFO(line);
    // The lines around it are read all the same.
    const EncodedRows out = EncodeFiles(Tree(Plain("a") + line + "\n" + Plain("b") + "x\n"));
    const size_t more = line.ends_with('\n') ? 1 : 0;
    CHECK(out.errors == Strings{std::string("SqsEncodeInvalidMessage ") + kMessages + ": line 2",
                                std::string("SqsEncodeInvalidMessage ") + kMessages + ": line " +
                                    std::to_string(4 + more)});
    for (const Status& status : out.statuses) CHECK(!status.info().next.empty());
  }
}

TEST_CASE("messages of FIFO queues without a group") {
  const std::string in_group = Plain("b", R"(,"message_group_id":"g")");
  const EncodedRows out = EncodeFiles(Tree(Plain("a") + in_group + Plain("c"), kFifo));
  CHECK(out.errors.empty());
  CHECK(out.finding("sqs_fifo_message_incomplete") == "warning 2");
  CHECK(out.differences.count(kMessages) == 0);
  CHECK(EncodeFiles(Tree(in_group, kFifo)).finding("sqs_fifo_message_incomplete").empty());
  CHECK(EncodeFiles(Tree(Plain("a"))).finding("sqs_fifo_message_incomplete").empty());
}

TEST_CASE("two messages with one id") {
  const EncodedRows out = EncodeFiles(Tree(Plain("a") + Plain("b") + Plain("a")));
  CHECK(out.errors.size() == 3);  // data, vis and byage
  for (const Status& error : out.statuses) {
    CHECK(error.code() == "DuplicateKey");
    CHECK(error.info().address == "line 1");
    CHECK(error.info().found.ends_with("also in sqs/q/messages.jsonl: line 3"));
  }
  // In two partitions they are two messages.
  const EncodedRows two =
      EncodeFiles(Tree(Plain("a", ",\"message_group_id\":\"g0\",\"partition\":2") +
                           Plain("a", ",\"message_group_id\":\"g1\",\"partition\":1"),
                       kFourPartitions));
  CHECK(two.errors.empty());
  CHECK(two.rows.count(MessageKey("q", 1, "a", 1)) == 1);
  CHECK(two.rows.count(MessageKey("q", 1, "a", 2)) == 1);
}

TEST_CASE("lines in other forms") {
  const EncodedRows out = EncodeFiles(Tree("\n \t\r\n" + Plain("a") + "\r\n" +
                                           "  {\"queue_generation\" :1, \"body\":\"\"  ,"
                                           "\"receive_count\":0,\"visible_at_millis\":0,"
                                           "\"available_at_millis\":2,\"send_timestamp_millis\":1,"
                                           "\"md5_of_body\":\"d41d8cd98f00b204e9800998ecf8427e\","
                                           "\"message_id\":\"\\u0062\"} \r\n" +
                                           Plain("c").substr(0, Plain("c").size() - 1)));
  CHECK(out.errors.empty());
  CHECK(out.report.records() == 3);
  CHECK(out.findings().empty());
  CHECK(out.differences.empty());
}

TEST_CASE("messages over several lines") {
  const std::string pretty =
      "{\n  \"message_id\": \"a\",\n  \"body\": \"}\\\"{\",\n  \"message_attributes\": {\n"
      "    \"n\": {\n      \"DataType\": \"Number\",\n      \"StringValue\": \"1\"\n    }\n  },\n"
      "  \"send_timestamp_millis\": 1\n}\n";
  const EncodedRows out = EncodeFiles(Tree(pretty + Plain("b") + pretty.substr(0, 20) + "\n" +
                                           Plain("c") + "{\"message_id\":\"d\n" + Plain("e")));
  CHECK(out.errors == Strings{std::string("SqsEncodeInvalidMessage ") + kMessages + ": line 13",
                              std::string("SqsEncodeInvalidMessage ") + kMessages + ": line 16"});
  const EncodedRows good = EncodeFiles(Tree(pretty + Plain("b")));
  CHECK(good.errors.empty());
  CHECK(good.report.records() == 2);
  CHECK(good.finding("sqs_lines_joined") == "note 1");
  CHECK(good.differences == std::set<std::string>{kMessages});
}

TEST_CASE("what lines do not have, and what no row holds") {
  const EncodedRows out =
      EncodeFiles(Tree(Line("a", "\"color\":\"red\",\"sender_id\":null") +
                       Plain("b", ",\"sequence_number\":0") + Plain("c", ",\"x_extra\":{}")));
  CHECK(out.errors.empty());
  CHECK(out.findings() == Strings{"note sqs_line_not_canonical 2", "warning sqs_member_ignored 1",
                                  "warning sqs_sent_time_missing 1"});
  CHECK(out.differences == std::set<std::string>{kMessages});
}

TEST_CASE("members of a newer node") {
  const EncodedRows out = EncodeFiles(
      Tree(Plain("a", R"(,"message_attributes":{"n":{"List":[ "<", 1.50 ],"DataType":"<"}},)"
                      R"("md5_of_message_attributes":"x","x_extra":{"z": 1e400,"a":{"b":[] }})")));
  CHECK(out.errors.empty());
  CHECK(out.findings() == Strings{"warning sqs_md5_rewritten 1"});
  const std::string value = StoredText(out, "a");
  CHECK(value.find(R"("message_attributes":{"n":{"DataType":"\u003c","List":["<",1.50]}})") !=
        std::string::npos);
  CHECK(value.ends_with(R"("queue_generation":1,"z":1e400,"a":{"b":[]}})"));
}

TEST_CASE("checksums are made anew") {
  const auto with = [](const std::string& md5) {
    return EncodeFiles(Tree(R"({"message_id":"a","body":"hello",)" + md5 +
                            R"("send_timestamp_millis":1,"available_at_millis":2,)"
                            R"("visible_at_millis":0,"receive_count":0,"queue_generation":1})"));
  };
  const std::string right = R"("md5_of_body":"5d41402abc4b2a76b9719d911017c592",)";
  for (const std::string& md5 : {right, std::string(), std::string(R"("md5_of_body":"00",)"),
                                 right + R"("md5_of_message_attributes":"00",)"}) {
    INFO(md5);
    const EncodedRows out = with(md5);
    CHECK(StoredText(out, "a").find(right) != std::string::npos);
    CHECK(StoredText(out, "a").find("md5_of_message_attributes") == std::string::npos);
    CHECK(out.differences.empty() == (md5 == right));
    CHECK(out.finding("sqs_md5_rewritten") ==
          (md5.find("\"00\"") == Slice::npos ? "" : "warning 1"));
  }
}

TEST_CASE("visibility is kept or dropped") {
  const std::string received =
      R"("md5_of_body":"d41d8cd98f00b204e9800998ecf8427e","send_timestamp_millis":-5,)"
      R"("available_at_millis":-7,"visible_at_millis":9,"receive_count":2,)"
      R"("first_receive_millis":8,"current_receipt_token":"AAE=","queue_generation":1)";
  const EncodedRows dropped = EncodeFiles(Tree(Line("a", received)));
  CHECK(dropped.findings() == Strings{"warning sqs_visibility_dropped 1"});
  CHECK(dropped.differences == std::set<std::string>{kMessages});
  // The value's number is the key's, and keys have none below 0.
  CHECK(StoredText(dropped, "a")
            .find(R"("available_at_millis":-7,"visible_at_millis":0,)"
                  R"("receive_count":0,"current_receipt_token":null,)") != std::string::npos);
  CHECK(dropped.rows.count(VisKey("q", 1, 0, "a")) == 1);
  CHECK(dropped.rows.count(ByAgeKey("q", 1, 0, "a")) == 1);

  const EncodedRows kept = Preserving(Tree(Line("a", received) + Plain("b")));
  CHECK(kept.findings().empty());
  CHECK(StoredText(kept, "a").find(R"("visible_at_millis":9,"receive_count":2,)"
                                   R"("first_receive_millis":8,"current_receipt_token":"AAE=")") !=
        std::string::npos);
  CHECK(kept.rows.count(VisKey("q", 1, 9, "a")) == 1);
  CHECK(kept.rows.count(VisKey("q", 1, 2, "b")) == 1);  // when it is available
  CHECK(kept.differences == std::set<std::string>{kMessages});
}

TEST_CASE("partitions") {
  const auto with = [](const std::string& more, const std::string& queue) {
    return EncodeFiles(Tree(Plain("a", more), queue));
  };
  const std::string at = std::string(" ") + kMessages + ": line 1";
  CHECK(with(",\"message_group_id\":\"g0\",\"partition\":2", kFourPartitions).findings().empty());
  CHECK(with(",\"message_group_id\":\"g0\",\"partition\":4", kFourPartitions).errors ==
        Strings{"SqsEncodePartitionRange" + at});
  CHECK(with(",\"message_group_id\":\"g0\",\"partition\":1", kFourPartitions).errors ==
        Strings{"SqsEncodePartitionHash" + at});
  const std::string per_queue = kFourPartitions + ",\n  \"fifo_throughput_limit\": \"perQueue\"";
  CHECK(with(",\"message_group_id\":\"g0\",\"partition\":2", per_queue).errors ==
        Strings{"SqsEncodePartitionRouting" + at});
  CHECK(with(",\"message_group_id\":\"g0\",\"partition\":0", per_queue).errors.empty());
  const EncodedRows unknown =
      with(",\"message_group_id\":\"\xef\xbf\xbd\",\"partition\":3", kFourPartitions);
  const EncodedRows other =
      with(",\"message_group_id\":\"\xef\xbf\xbd\",\"partition\":1", kFourPartitions);
  CHECK(unknown.errors.empty());
  CHECK(other.errors.empty());
  CHECK((unknown.finding("sqs_partition_not_of_group") == "warning 1" ||
         other.finding("sqs_partition_not_of_group") == "warning 1"));
  // A classic queue takes 0 for none.
  const EncodedRows classic = with(",\"partition\":0", "");
  CHECK(classic.rows.count(MessageKey("q", 1, "a")) == 1);
  CHECK(classic.differences == std::set<std::string>{kMessages});
}

std::string FifoLine(const std::string& id, int64_t sent, uint64_t sequence,
                     const std::string& more) {
  return "{\"message_id\":\"" + id +
         "\",\"body\":\"\",\"send_timestamp_millis\":" + std::to_string(sent) +
         ",\"sequence_number\":" + std::to_string(sequence) + ",\"message_group_id\":\"g\"" + more +
         "}\n";
}

TEST_CASE("of several messages with one deduplication id the latest has the row") {
  const std::string dedup = ",\"message_deduplication_id\":\"d\"";
  const EncodedRows out = EncodeFiles(
      Tree(FifoLine("a", 5, 9, dedup) + FifoLine("b", 7, 1, dedup) + FifoLine("c", 7, 2, dedup) +
               FifoLine("d", -8, 10, dedup) + FifoLine("e", 9, 3, ""),
           kFifo));
  CHECK(out.errors.empty());
  CHECK(out.rows.at(DedupKey("q", 1, "", "d")) ==
        R"({"message_id":"c","send_timestamp_ms":7,"expires_at_millis":300007,)"
        R"("original_sequence":2})");
  CHECK(out.rows.at(QueueSeqKey("q")) == "10");
  CHECK(out.rows.size() == 3 + 15 + 1);
  // A Standard queue has neither.
  CHECK(EncodeFiles(Tree(FifoLine("a", 5, 9, dedup))).rows.size() == 5);
  // Without a group, a partitioned queue has no key for it.
  CHECK(EncodeFiles(Tree(Plain("a", dedup), kFourPartitions)).rows.size() == 5);
}

TEST_CASE("locks of groups are made only with visibility") {
  const std::string received =
      ",\"receive_count\":1,\"first_receive_millis\":6,"
      "\"visible_at_millis\":30";
  const Files tree = Tree(FifoLine("a", 5, 2, received) + FifoLine("b", 5, 1, received) +
                              FifoLine("c", 5, 3, "") + Plain("no-group", received),
                          kFifo);
  Files good = tree;
  good[kMessages] = FifoLine("a", 5, 2, received) + FifoLine("b", 5, 1, received);
  const EncodedRows out = Preserving(good);
  CHECK(out.rows.at(GroupKey("q", 1, "g")) ==
        R"({"message_id":"b","acquired_at_ms":6,"visible_at_ms":30})");
  CHECK(out.finding("sqs_lock_contested") == "warning 1");
  CHECK(EncodeFiles(good).rows.count(GroupKey("q", 1, "g")) == 0);
}

TEST_CASE("a large file of messages, in parts") {
  std::string text;
  for (size_t i = 0; i < 20000; ++i) text += Plain("m" + std::to_string(i));
  const EncodedRows out = EncodeFiles(Tree(text));
  CHECK(out.report.records() == 20000);
  CHECK(out.rows.size() == 60002);
  CHECK(out.findings().empty());
  CHECK(out.differences.empty());
  // The same with errors, without an extension, and with files that do not belong there.
  Files files = Tree(text + "x\n");
  files.erase("sqs/q/_queue_ext.json");
  files["sqs/q/x"] = "";
  const EncodedRows wrong = EncodeFiles(files);
  CHECK(wrong.errors ==
        Strings{std::string("SqsEncodeInvalidMessage ") + kMessages + ": line 20001",
                "UnexpectedFile sqs/q/x"});
}

TEST_CASE("messages of any size that a node can store") {
  const std::string body(9 << 20, '\x01');
  std::string escaped;
  for (size_t i = 0; i < body.size(); ++i) escaped += "\\u0001";
  const EncodedRows out =
      EncodeFiles(Tree("{\"message_id\":\"m\",\"body\":\"" + escaped + "\"}\n" + Plain("n")));
  CHECK(out.errors.empty());
  CHECK((StoredText(out, "m").find(Base64(body)) != std::string::npos));
  const EncodedRows large =
      EncodeFiles(Tree("{\"message_id\":\"m\",\"body\":\"" + std::string(13 << 20, 'x') + "\"}\n"));
  CHECK(large.errors == Strings{std::string("SqsEncodeInvalidMessage ") + kMessages + ": line 1"});
  const EncodedRows key = EncodeFiles(Tree(Plain(std::string(1 << 20, 'x'))));
  CHECK(key.errors == Strings{std::string("EncodeKeyTooLarge ") + kMessages + ": line 1"});
}

}  // namespace
}  // namespace snaptree::test

// Vectors of spec 05 chapter 9, tree to rows.
#include <catch2/catch.hpp>

#include "tests/support/encoded_rows.h"
#include "tests/support/redis_text.h"
#include "tests/support/sqs_rows.h"

namespace snaptree::test {
namespace {

const std::string kQ = "62334a6b5a584a7a4c6d5a705a6d38";
const std::string kBm =
    "4d4441784d5449794d7a4d304e4455314e6a59334e7a67344f546c6859574a6959324e6b5a47566c5a6d59";
constexpr const char* kId = "00112233445566778899aabbccddeeff";

constexpr const char* kBegin =
    R"({"message_id":"00112233445566778899aabbccddeeff","body":"a\u003cb\u0026c\u003e","md5_of_body":"df66258658cd02e3d25b8c5410439771","md5_of_message_attributes":"20ca9041878c8c65d5a4bf6eaf446c21","message_attributes":{"color":{"DataType":"String","StringValue":"red"}},"send_timestamp_millis":1700000000000,"available_at_millis":1700000005000,)";
constexpr const char* kEnd =
    R"("queue_generation":7,"message_group_id":"g1","message_deduplication_id":"d-1","sequence_number":9})";
constexpr const char* kStoredBegin =
    R"({"message_id":"00112233445566778899aabbccddeeff","body":"YTxiJmM+","md5_of_body":"df66258658cd02e3d25b8c5410439771","md5_of_message_attributes":"20ca9041878c8c65d5a4bf6eaf446c21","message_attributes":{"color":{"DataType":"String","StringValue":"red"}},"send_timestamp_millis":1700000000000,"available_at_millis":1700000005000,)";
constexpr const char* kReceived =
    R"("visible_at_millis":1700000030000,"receive_count":2,"first_receive_millis":1700000006000,"current_receipt_token":"AAECAwQFBgcICQoLDA0ODw==",)";

Files Tree(const std::string& middle) {
  return {{"sqs/orders.fifo/_queue.json", QueueFile("orders.fifo", ",\n  \"fifo\": true")},
          {"sqs/orders.fifo/_queue_ext.json", QueueExtFile(7)},
          {"sqs/orders.fifo/messages.jsonl", kBegin + middle + kEnd + "\n"}};
}

std::string Key(const std::string& hex) { return Unhex(hex); }

std::string Meta(const std::string& more) {
  return MetaValue(
      "{\"name\":\"orders.fifo\",\"generation\":7,\"is_fifo\":true,"
      "\"visibility_timeout_seconds\":30,\"message_retention_seconds\":345600,"
      "\"delay_seconds\":0,\"receive_message_wait_seconds\":0,\"maximum_message_size\":262144" +
      more + "}");
}

TEST_CASE("V1 to V6, V8, V9: a message becomes its rows") {
  const EncodedRows out = EncodeFiles(Tree(R"("visible_at_millis":0,"receive_count":0,)"));
  CHECK(out.errors.empty());
  CHECK(out.findings().empty());
  CHECK(out.report.records() == 1);
  const std::map<std::string, std::string> expected = {
      {Key("217371737c71756575657c6d6574617c" + kQ), Meta("")},
      {Key("217371737c71756575657c67656e7c" + kQ), "7"},
      {Key("217371737c71756575657c7365717c" + kQ), "9"},
      {Key("217371737c6d73677c646174617c" + kQ + "0000000000000007" + kBm),
       MessageValue(
           std::string(kStoredBegin) +
           R"("visible_at_millis":1700000005000,"receive_count":0,"current_receipt_token":null,)" +
           kEnd)},
      {Key("217371737c6d73677c7669737c" + kQ + "00000000000000070000018bcfe57b88" + kBm), kId},
      {Key("217371737c6d73677c62796167657c" + kQ + "00000000000000070000018bcfe56800" + kBm), kId},
      {Key("217371737c6d73677c64656475707c" + kQ + "00000000000000075a433078"),
       std::string("{\"message_id\":\"") + kId +
           "\",\"send_timestamp_ms\":1700000000000,\"expires_at_millis\":1700000300000,"
           "\"original_sequence\":9}"}};
  CHECK(out.rows == expected);
  // The counter was not in the tree.
  CHECK(out.differences == std::set<std::string>{"sqs/orders.fifo/_queue_ext.json"});
}

TEST_CASE("V6, V8: with receive counts and visibility") {
  EncodeFilesOptions options;
  options.manifest.preserve_sqs_visibility = true;
  const EncodedRows out = EncodeFiles(Tree(kReceived), options);
  CHECK(out.errors.empty());
  CHECK(out.rows.size() == 8);
  CHECK(out.rows.at(MessageKey("orders.fifo", 7, kId)) ==
        MessageValue(std::string(kStoredBegin) + kReceived + kEnd));
  CHECK(out.rows.at(VisKey("orders.fifo", 7, 1700000030000, kId)) == kId);
  CHECK(out.rows.at(Key("217371737c6d73677c67726f75707c" + kQ + "00000000000000075a7a45")) ==
        std::string("{\"message_id\":\"") + kId +
            "\",\"acquired_at_ms\":1700000006000,\"visible_at_ms\":1700000030000}");
}

TEST_CASE("V7: partitioned rows") {
  const Files tree = {
      {"sqs/p.fifo/_queue.json", QueueFile("p.fifo",
                                           ",\n  \"fifo\": true,\n  \"partition_count\": 2,\n"
                                           "  \"fifo_throughput_limit\": \"perMessageGroupId\"")},
      {"sqs/p.fifo/messages.jsonl",
       R"({"message_id":"mid-001","body":"","md5_of_body":"d41d8cd98f00b204e9800998ecf8427e","send_timestamp_millis":2000,"available_at_millis":2000,"visible_at_millis":2000,"receive_count":1,"first_receive_millis":2500,"queue_generation":1,"message_group_id":"g1","message_deduplication_id":"d0","sequence_number":1,"partition":1})"
       "\n"}};
  EncodeFilesOptions options;
  options.manifest.preserve_sqs_visibility = true;
  const EncodedRows out = EncodeFiles(tree, options);
  CHECK(out.errors.empty());
  const std::string q = "707c6343356d61575a767c000000010000000000000001";
  const std::string id = "62576c6b4c5441774d51";
  CHECK(out.rows.at(Key("217371737c6d73677c7669737c" + q + "00000000000007d0" + id)) == "mid-001");
  CHECK(out.rows.at(Key("217371737c6d73677c62796167657c" + q + "00000000000007d0" + id)) ==
        "mid-001");
  CHECK(out.rows.count(Key("217371737c6d73677c64656475707c" + q + "5a7a457c5a4441")) == 1);
  CHECK(out.rows.count(Key("217371737c6d73677c646174617c" + q + id)) == 1);
  CHECK(out.rows.count(Key("217371737c6d73677c67726f75707c" + q + "5a7a45")) == 1);
  CHECK(out.rows.size() == 8);
}

TEST_CASE("V10: bodies that are no text, on the way back") {
  const auto stored = [](const std::string& body) {
    const EncodedRows out = EncodeFiles(
        {{"sqs/q/_queue.json", QueueFile("q")},
         {"sqs/q/_queue_ext.json", QueueExtFile(1)},
         {"sqs/q/messages.jsonl", "{\"message_id\":\"m\",\"body\":" + body +
                                      ",\"send_timestamp_millis\":1,\"available_at_millis\":1,"
                                      "\"visible_at_millis\":0,\"receive_count\":0,"
                                      "\"queue_generation\":1}"}});
    const std::string& value = out.rows.at(MessageKey("q", 1, "m"));
    const size_t begin = value.find("\"body\":");
    return value.substr(begin, value.find(",\"send", begin) - begin);
  };
  CHECK(stored(R"({"base64":"gP8B"})") ==
        R"("body":"gP8B","md5_of_body":"d0a73a08364516679027e7c229cab39c")");
  CHECK(stored("\"hello\"") ==
        R"("body":"aGVsbG8=","md5_of_body":"5d41402abc4b2a76b9719d911017c592")");
  CHECK(stored("\"\"") == R"("body":"","md5_of_body":"d41d8cd98f00b204e9800998ecf8427e")");
}

TEST_CASE("V11: partitions of groups") {
  const std::tuple<const char*, uint32_t, uint32_t> groups[] = {
      {"g0", 2, 0},      {"g0", 4, 2},        {"g0", 8, 2},        {"g0", 16, 2},
      {"g0", 32, 2},     {"g1", 2, 1},        {"g1", 4, 1},        {"g1", 8, 5},
      {"g1", 16, 5},     {"g1", 32, 21},      {"user-42", 2, 1},   {"user-42", 4, 3},
      {"user-42", 8, 3}, {"user-42", 16, 11}, {"user-42", 32, 11}, {"", 32, 0}};
  for (const auto& [group, count, partition] : groups) {
    INFO(group << " of " << count);
    const EncodedRows out =
        EncodeFiles({{"sqs/q.fifo/_queue.json",
                      QueueFile("q.fifo", ",\n  \"fifo\": true,\n  \"partition_count\": " +
                                              std::to_string(count))},
                     {"sqs/q.fifo/messages.jsonl",
                      "{\"message_id\":\"m\",\"body\":\"\",\"message_group_id\":\"" +
                          std::string(group) + "\"}"}});
    CHECK(out.rows.count(MessageKey("q.fifo", 1, "m", partition)) == 1);
    CHECK(out.finding("sqs_partition_derived") == "warning 1");
    CHECK(out.differences.count("sqs/q.fifo/messages.jsonl") == 1);
  }
}

TEST_CASE("V12: deduplication by content") {
  const EncodedRows out = EncodeFiles(
      {{"sqs/fifo-cbd/_queue.json",
        QueueFile("fifo-cbd", ",\n  \"fifo\": true,\n  \"content_based_deduplication\": true")},
       {"sqs/fifo-cbd/messages.jsonl",
        R"({"message_id":"m","body":"alpha","send_timestamp_millis":5})"}});
  const std::string key =
      "!sqs|msg|dedup|Zmlmby1jYmQ" + Unhex("0000000000000001") +
      "OGVkM2Y2YWQ2ODViOTU5ZWFkNzAyMjUxOGUxYWY3NmNkODE2ZjhlOGVjN2NjZGRhMWVkNDAxOGU4ZjIyMjNmOA";
  CHECK(out.rows.at(key) ==
        R"({"message_id":"m","send_timestamp_ms":5,"expires_at_millis":300005})");
}

TEST_CASE("V13: names of folders, on the way back") {
  for (const auto& [name, folder] : kQueueFolders) {
    INFO(name);
    const EncodedRows out =
        EncodeFiles({{std::string("sqs/") + folder + "/_queue.json", QueueFile(name)},
                     {std::string("sqs/") + folder + "/_queue_ext.json", QueueExtFile(1)}});
    CHECK(out.errors.empty());
    CHECK(out.rows == std::map<std::string, std::string>{{QueueMetaKey(name), StoredQueue(name, 1)},
                                                         {QueueGenKey(name), "1"}});
    CHECK(out.differences.empty());
  }
  const EncodedRows wrong = EncodeFiles({{"sqs/%71/_queue.json", QueueFile("q")}});
  CHECK(wrong.errors == Strings{"SqsEncodeInvalidQueue sqs/%71"});
  CHECK(EncodeFiles({{"sqs/x/_queue.json", QueueFile("")}}).errors ==
        Strings{"SqsEncodeInvalidQueue sqs/x/_queue.json"});
}

TEST_CASE("V14: checksums of attributes") {
  const auto md5 = [](const std::string& attributes) {
    const EncodedRows out = EncodeFiles(
        {{"sqs/q/_queue.json", QueueFile("q")},
         {"sqs/q/messages.jsonl",
          "{\"message_id\":\"m\",\"body\":\"\",\"message_attributes\":" + attributes + "}"}});
    const std::string& value = out.rows.at(MessageKey("q", 1, "m"));
    const size_t at = value.find("\"md5_of_message_attributes\":\"");
    return at == std::string::npos ? "" : value.substr(at + 29, 32);
  };
  CHECK(md5(R"({"raw":{"DataType":"Binary","BinaryValue":"AP8="},"n":{"DataType":"Number",)"
            R"("StringValue":"42"},"color":{"StringValue":"red","DataType":"String"}})") ==
        "c18c2977ca5e6008073a60a8938261bd");
  CHECK(md5(R"({"color":{"DataType":"String","StringValue":"red"}})") ==
        "20ca9041878c8c65d5a4bf6eaf446c21");
  CHECK(md5("{}").empty());
  CHECK(md5("null").empty());
}

TEST_CASE("V15: a configuration with everything") {
  const Files tree = {
      {"sqs/orders.fifo/_queue.json",
       QueueFile("orders.fifo",
                 ",\n  \"fifo\": true,\n  \"redrive_policy\": \"<{}>\",\n"
                 "  \"partition_count\": 4,\n  \"fifo_throughput_limit\": \"perMessageGroupId\",\n"
                 "  \"deduplication_scope\": \"messageGroup\"")},
      {"sqs/orders.fifo/_queue_ext.json",
       QueueExtFile(
           7,
           ",\n  \"incarnation\": 5,\n  \"created_at_hlc\": 18446744073709551615,\n"
           "  \"created_at_millis\": 1,\n  \"last_modified_at_millis\": 2,\n"
           "  \"last_purged_at_millis\": 3,\n  \"tags\": {\n    \"b\": \"\",\n"
           "    \"a\": \"1<\"\n  },\n  \"throttle\": {\n    \"send_capacity\": 1.50\n  },\n"
           "  \"fifo_sequence\": 12,\n  \"x_extra\": {\n    \"new\": [\n      1e400\n"
           "    ]\n  }")}};
  const EncodedRows out = EncodeFiles(tree);
  CHECK(out.errors.empty());
  CHECK(out.findings().empty());
  CHECK(out.differences.empty());
  CHECK(out.rows.at(QueueMetaKey("orders.fifo")) ==
        MetaValue(R"({"name":"orders.fifo","generation":7,"incarnation":5,)"
                  R"("created_at_hlc":18446744073709551615,"is_fifo":true,)"
                  R"("visibility_timeout_seconds":30,"message_retention_seconds":345600,)"
                  R"("delay_seconds":0,"receive_message_wait_seconds":0,)"
                  R"("maximum_message_size":262144,"redrive_policy":"\u003c{}\u003e",)"
                  R"("tags":{"a":"1\u003c","b":""},"last_purged_at_millis":3,)"
                  R"("created_at_millis":1,"last_modified_at_millis":2,)"
                  R"("throttle":{"send_capacity":1.50},"partition_count":4,)"
                  R"("fifo_throughput_limit":"perMessageGroupId",)"
                  R"("deduplication_scope":"messageGroup","new":[1e400]})"));
  CHECK(out.rows.at(QueueSeqKey("orders.fifo")) == "12");
}

}  // namespace
}  // namespace snaptree::test

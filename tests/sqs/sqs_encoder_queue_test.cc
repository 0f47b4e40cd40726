// Folders and configurations of queues: spec 05 sections 7.1 to 7.3.
#include <catch2/catch.hpp>

#include "tests/support/encoded_rows.h"
#include "tests/support/redis_text.h"
#include "tests/support/sqs_rows.h"

namespace snaptree::test {
namespace {

constexpr const char* kQueue = "sqs/q/_queue.json";
constexpr const char* kExt = "sqs/q/_queue_ext.json";
constexpr const char* kMessages = "sqs/q/messages.jsonl";

std::string Line(const std::string& id, uint64_t generation) {
  return "{\"message_id\":\"" + id +
         "\",\"body\":\"\",\"md5_of_body\":\"d41d8cd98f00b204e9800998ecf8427e\","
         "\"send_timestamp_millis\":1,\"available_at_millis\":1,\"visible_at_millis\":0,"
         "\"receive_count\":0,\"queue_generation\":" +
         std::to_string(generation) + "}\n";
}

std::string Object(const std::string& members) {
  return "{\"format_version\":1,\"name\":\"q\"," + members + "}";
}
// With all that is always there.
std::string Fifo(const std::string& members) {
  return Object(
      "\"visibility_timeout_seconds\":1,\"message_retention_seconds\":60,"
      "\"delay_seconds\":0,\"maximum_message_size\":1024,\"fifo\":true" +
      members);
}

Strings ErrorsOf(const std::string& queue) { return EncodeFiles({{kQueue, queue}}).errors; }

TEST_CASE("a queue without messages") {
  const EncodedRows out = EncodeFiles({{kQueue, QueueFile("q")}, {kExt, QueueExtFile(4)}});
  CHECK(out.rows == std::map<std::string, std::string>{{QueueMetaKey("q"), StoredQueue("q", 4)},
                                                       {QueueGenKey("q"), "4"}});
  CHECK(out.findings().empty());
  CHECK(out.differences.empty());
  // No generation is said: 1, and the decoder will say so.
  const EncodedRows bare = EncodeFiles({{kQueue, QueueFile("q")}});
  CHECK(bare.rows.at(QueueGenKey("q")) == "1");
  CHECK(bare.differences == std::set<std::string>{kExt});
}

TEST_CASE("the generation of a queue") {
  const auto rows = [](const Files& more, std::optional<uint64_t> given) {
    Files files = more;
    files[kQueue] = QueueFile("q");
    EncodeFilesOptions options;
    options.choices.sqs_generation = given;
    return EncodeFiles(files, options);
  };
  SECTION("that all messages have") {
    const EncodedRows out = rows({{kMessages, Line("a", 3) + Line("b", 3)}}, {});
    CHECK(out.rows.at(QueueGenKey("q")) == "3");
    CHECK(out.rows.count(MessageKey("q", 3, "a")) == 1);
    CHECK(out.findings().empty());
    CHECK(out.differences == std::set<std::string>{kExt});
  }
  SECTION("of which they have several") {
    const EncodedRows out = rows({{kMessages, Line("a", 3) + Line("b", 5) + Line("c", 0)}}, {});
    CHECK(out.rows.count(MessageKey("q", 5, "a")) == 1);
    CHECK(out.findings() ==
          Strings{"note sqs_generation_rewritten 1", "warning sqs_generations_differ 1"});
    CHECK(out.differences == std::set<std::string>{kExt, kMessages});
  }
  SECTION("that the extension says") {
    const std::string ext = QueueExtFile(9, ",\n  \"incarnation\": 8");
    const EncodedRows out = rows({{kMessages, Line("a", 3)}, {kExt, ext}}, {});
    CHECK(out.rows.count(MessageKey("q", 9, "a")) == 1);
    CHECK(out.rows.at(QueueMetaKey("q")).find("\"incarnation\":8") != std::string::npos);
    CHECK(out.findings() == Strings{"note sqs_generation_rewritten 1"});
    CHECK(out.differences == std::set<std::string>{kMessages});
  }
  SECTION("that the caller says") {
    const std::string ext = QueueExtFile(9, ",\n  \"incarnation\": 8");
    const EncodedRows out = rows({{kMessages, Line("a", 9)}, {kExt, ext}}, 1);
    CHECK(out.rows.count(MessageKey("q", 1, "a")) == 1);
    CHECK(out.rows.at(QueueMetaKey("q")).find("incarnation") == std::string::npos);
    CHECK(out.differences == std::set<std::string>{kExt, kMessages});
  }
  SECTION("that nobody can have") {
    const EncodedRows large = rows({{kExt, QueueExtFile(uint64_t{1} << 56)}}, {});
    CHECK(large.errors == Strings{"SqsEncodeInvalidQueue sqs/q/_queue_ext.json"});
    CHECK(large.statuses.at(0).info().next.find("_queue_ext.json") != std::string::npos);
    CHECK(rows({{kExt, QueueExtFile((uint64_t{1} << 56) - 1)}}, {}).errors.empty());
    CHECK(rows({}, 0).errors == Strings{"SqsEncodeInvalidQueue sqs/q"});
  }
}

TEST_CASE("configurations that no node would make") {
  const Strings wrong = {"SqsEncodeInvalidQueue sqs/q/_queue.json"};
  for (const char* members :
       {",\"fifo_throughput_limit\":\"perqueue\"", ",\"deduplication_scope\":\"Queue\"",
        ",\"partition_count\":3", ",\"partition_count\":64", ",\"partition_count\":-1",
        ",\"partition_count\":4294967298",
        ",\"partition_count\":2,\"deduplication_scope\":\"queue\"",
        ",\"fifo_throughput_limit\":\"perMessageGroupId\"",
        ",\"partition_count\":1,\"fifo_throughput_limit\":\"perMessageGroupId\""}) {
    INFO(members);
    CHECK(ErrorsOf(Fifo(members)) == wrong);
  }
  for (const char* members : {"\"partition_count\":2", "\"fifo_throughput_limit\":\"perQueue\"",
                              "\"deduplication_scope\":\"queue\""}) {
    INFO(members);
    CHECK(ErrorsOf(Object(members)) == wrong);
  }
  CHECK(ErrorsOf(Fifo(",\"partition_count\":32,\"fifo_throughput_limit\":\"perQueue\"")).empty());
  CHECK(ErrorsOf(Fifo(",\"deduplication_scope\":\"queue\",\"partition_count\":1")).empty());
}

TEST_CASE("files that are no configuration") {
  const Strings wrong = {"SqsEncodeInvalidQueue sqs/q/_queue.json"};
  for (const char* text :
       {"", "{", "[]", "null", "{\"name\":\"q\"}", "{\"format_version\":2,\"name\":\"q\"}",
        "{\"format_version\":\"1\",\"name\":\"q\"}", "{\"format_version\":1}",
        "{\"format_version\":1,\"name\":null}", "{\"format_version\":1,\"name\":\"q\"}}",
        "{\"format_version\":1,\"name\":\"q\"}{}",
        "\xef\xbb\xbf{\"format_version\":1,\"name\":\"q\"}",
        "{\"format_version\":1,\"name\":\"q\",\"name\":\"q\"}",
        "{\"format_version\":1,\"name\":\"q\",\"fifo\":1}",
        "{\"format_version\":1,\"name\":\"q\",\"delay_seconds\":1.5}",
        "{\"format_version\":1,\"name\":\"q\",\"delay_seconds\":9223372036854775808}",
        "{\"format_version\":1,\"name\":\"q\\udc00\"}",
        "{\"format_version\":1,\"name\":\"q\xff\"}"}) {
    INFO(text);
    const EncodedRows out = EncodeFiles({{kQueue, text}});
    CHECK(out.errors == wrong);
    CHECK(!out.statuses.at(0).info().next.empty());
  }
  const Strings wrong_ext = {"SqsEncodeInvalidQueue sqs/q/_queue_ext.json"};
  for (const char* members :
       {"\"generation\":-1", "\"tags\":[]", "\"tags\":{\"a\":1}",
        "\"throttle\":{\"send_capacity\":\"1\"}", "\"throttle\":{\"send_capacity\":1e400}",
        "\"throttle\":{\"send_capacity\":-1e400}",
        "\"throttle\":{\"send_capacity\":1,\"send_capacity\":1}", "\"throttle\":{\"x\":1,\"x\":2}",
        "\"tags\":{\"a\":\"1\",\"a\":\"2\"}", "\"x_extra\":[]", "\"x_extra\":{\"name\":1}",
        "\"x_extra\":{\"a\":1,\"a\":2}", "\"fifo_sequence\":1e3"}) {
    INFO(members);
    const EncodedRows out = EncodeFiles(
        {{kQueue, QueueFile("q")}, {kExt, std::string("{\"format_version\":1,") + members + "}"}});
    CHECK(out.errors == wrong_ext);
    CHECK(!out.statuses.at(0).info().next.empty());
  }
}

TEST_CASE("what is missing in a configuration, and what is too much") {
  const EncodedRows out = EncodeFiles({{kQueue, Object("\"delay_seconds\":901,\"color\":1")}});
  CHECK(out.errors.empty());
  CHECK(out.findings() ==
        Strings{"warning sqs_attribute_missing 2", "warning sqs_attribute_out_of_range 1",
                "warning sqs_maximum_message_size_set 1", "warning sqs_member_ignored 1"});
  CHECK(out.rows.at(QueueMetaKey("q")) ==
        MetaValue("{\"name\":\"q\",\"generation\":1,\"visibility_timeout_seconds\":30,"
                  "\"message_retention_seconds\":345600,\"delay_seconds\":901,"
                  "\"receive_message_wait_seconds\":0,\"maximum_message_size\":262144}"));
  CHECK(out.differences == std::set<std::string>{kQueue, kExt});

  const EncodedRows standard =
      EncodeFiles({{kQueue, QueueFile("q")}, {kExt, QueueExtFile(1, ",\n  \"fifo_sequence\": 3")}});
  CHECK(standard.finding("sqs_member_ignored") == "warning 1");
  CHECK(standard.rows.count(QueueSeqKey("q")) == 0);
  CHECK(standard.differences == std::set<std::string>{kExt});
}

TEST_CASE("a throttle that no client can set") {
  const auto encode = [](const std::string& throttle) {
    return EncodeFiles(
        {{kQueue, QueueFile("q")}, {kExt, QueueExtFile(1, ",\n  \"throttle\": " + throttle)}});
  };
  const auto stored = [](const EncodedRows& out, const std::string& throttle) {
    return out.rows.at(QueueMetaKey("q")).find("\"throttle\":" + throttle) != std::string::npos;
  };
  const EncodedRows negative = encode(R"({"send_capacity":-1})");
  CHECK(negative.findings() == Strings{"warning sqs_attribute_out_of_range 1"});
  CHECK(stored(negative, R"({"send_capacity":-1})"));
  // A newer node's, or a typing error: it is kept, and told.
  const EncodedRows unknown = encode(R"({"send_capasity":1})");
  CHECK(unknown.findings() == Strings{"warning sqs_unknown_member 1"});
  CHECK(stored(unknown, R"({"send_capasity":1})"));
  // Large, but a double; what is too small for one is 0, which a node leaves out.
  const EncodedRows large =
      encode(R"({"send_capacity":1e300,"recv_capacity":100000000000000000000})");
  CHECK(large.findings().empty());
  CHECK(stored(large, R"({"send_capacity":1e300,"recv_capacity":100000000000000000000})"));
  CHECK(stored(encode(R"({"send_capacity":1e-400})"), "{}"));
}

TEST_CASE("where a configuration is no JSON") {
  const EncodedRows out = EncodeFiles({{kQueue, "{\"format_version\":1,\n\"name\" \"q\"}"}});
  REQUIRE(out.errors.size() == 1);
  CHECK(out.statuses[0].info().found.find("at byte 28") != std::string::npos);
}

TEST_CASE("form and order of a configuration do not count") {
  const EncodedRows out =
      EncodeFiles({{kQueue,
                    "{ \"name\" : \"\\u0071\", \"maximum_message_size\":262144,\"delay_seconds\":0,"
                    "\"message_retention_seconds\":345600,\"visibility_timeout_seconds\":30,"
                    "\"format_version\":1}\r\n"},
                   {kExt, "{\"generation\":2,\"format_version\":1}"}});
  CHECK(out.findings().empty());
  CHECK(out.differences.empty());
}

TEST_CASE("folders that are no queues") {
  const EncodedRows lost = EncodeFiles({{kQueue, QueueFile("q")},
                                        {"sqs/bG9zdA.orphan/messages.jsonl", "any bytes"},
                                        {"sqs/x.orphan/_queue.json", QueueFile("x.orphan")}});
  CHECK(lost.errors.empty());
  CHECK(lost.findings() == Strings{"warning sqs_orphan_skipped 1"});
  CHECK(lost.rows.count(QueueMetaKey("x.orphan")) == 1);
  CHECK(lost.differences.count("sqs/bG9zdA.orphan/messages.jsonl") == 1);

  EncodeFilesOptions options;
  options.folders = {"sqs/empty", "sqs/q/_internals/more"};
  const Files files = {{kQueue, QueueFile("q")},
                       {"sqs/bare/messages.jsonl", Line("a", 1) + "{}\n"},
                       {"sqs/file", ""},
                       {"sqs/q/_queue.json~", ""},
                       {"sqs/q/_internals/x", ""}};
  CHECK(EncodeFiles(files, options).errors ==
        Strings{"SqsEncodeInvalidQueue sqs/bare",
                "SqsEncodeInvalidMessage sqs/bare/messages.jsonl: line 2",
                "SqsEncodeInvalidQueue sqs/empty", "UnexpectedFile sqs/file",
                "UnexpectedFile sqs/q/_internals/more", "UnexpectedFile sqs/q/_internals/x",
                "UnexpectedFile sqs/q/_queue.json~"});
  options.choices.ignore_extra = true;
  CHECK(EncodeFiles(files, options).finding("unexpected_file").empty() == false);
}

TEST_CASE("an empty sqs folder") {
  EncodeFilesOptions options;
  options.folders = {"sqs"};
  const EncodedRows out = EncodeFiles({}, options);
  CHECK(out.errors.empty());
  CHECK(out.rows.empty());
}

}  // namespace
}  // namespace snaptree::test

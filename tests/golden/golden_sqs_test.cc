// The queues of a real node against what the node itself answered.
#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/support/decode_run.h"
#include "tests/support/golden_node1.h"

namespace snaptree::test {
namespace {

namespace fs = std::filesystem;

TEST_CASE("node1: queues and messages are what the node answered") {
  const TempFolder folder;
  const std::string truth = UnpackTruth("sqs.json", folder);
  CHECK(RunScript("sqs_truth.py", "'" + DefaultTree().tree + "' '" + truth + "'") == 0);

  // The judge must be able to find something.
  const std::string copy = folder / "copy";
  const auto is_same_after = [&](const std::string& path, const std::string& from,
                                 const std::string& to) {
    fs::remove_all(copy);
    fs::copy(DefaultTree().tree, copy, fs::copy_options::recursive);
    const std::string file = copy + "/sqs/" + path;
    std::string text = ReadWholeFile(file);
    const size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    fs::remove(file);
    WriteWholeFile(file, text.replace(at, from.size(), to));
    return RunScript("sqs_truth.py", "'" + copy + "' '" + truth + "' >/dev/null") == 0;
  };
  CHECK(is_same_after("jobs/_queue.json", "45", "45"));
  CHECK_FALSE(is_same_after("jobs/_queue.json", "45", "46"));
  CHECK_FALSE(is_same_after("jobs/_queue.json", "jobs", "other"));
  CHECK_FALSE(is_same_after("dlq/messages.jsonl", "{\"message_id\":\"", "{\"message_id\":\"0"));
  CHECK_FALSE(is_same_after("dlq/messages.jsonl", "dead letter", "dead letters"));
  const std::string lines = ReadWholeFile(DefaultTree().tree + "/sqs/ht.fifo/messages.jsonl");
  const std::string first = lines.substr(0, lines.find('\n') + 1);
  CHECK_FALSE(is_same_after("ht.fifo/messages.jsonl", lines, lines.substr(first.size())));
  CHECK_FALSE(is_same_after("ht.fifo/messages.jsonl", lines, lines.substr(first.size()) + first));
}

TEST_CASE("node1: rows of SQS add up") {
  const DecodeReport& report = DefaultTree().report;
  const auto adapter = std::find_if(report.adapters.begin(), report.adapters.end(),
                                    [](const AdapterReport& a) { return a.name == "sqs"; });
  REQUIRE(adapter != report.adapters.end());
  CHECK(adapter->records == 84);
  CHECK(adapter->scopes == std::vector<std::string>{"dlq", "emptyq", "ht.fifo", "jobs",
                                                    "orders.fifo", "purged", "recreated"});
  CHECK(adapter->rows.unknown == 0);
  CHECK(adapter->rows.damaged == 0);
}

}  // namespace
}  // namespace snaptree::test

// The Redis keys of a real node as lines (spec 08): what the node answered, what the tree with a
// file for each key says, and the way back.
#include <filesystem>

#include "encode/encoder.h"
#include <catch2/catch.hpp>

#include "tests/support/decode_run.h"
#include "tests/support/golden_node1.h"

namespace snaptree::test {
namespace {

struct LinesTree {
  TempFolder folder;
  std::string tree;
};

const LinesTree& RedisLines() {
  static LinesTree lines;
  if (!lines.tree.empty()) return lines;
  DecodeOptions options;
  options.inputs = {Node1Snapshot()};
  options.output = lines.folder / "tree";
  options.adapters = {"redis"};
  options.jsonl = true;
  // Several files of a type.
  options.bundle_bytes = 3000;
  const Result<DecodeReport> report = Decode(options);
  if (!report.ok()) throw std::runtime_error(report.status().Message());
  lines.tree = options.output;
  return lines;
}

std::string EncodedRedis(const std::string& tree, const std::string& output) {
  EncodeOptions options;
  options.input = tree;
  options.output = output;
  options.adapters = {"redis"};
  const Result<EncodeReport> report = Encode(options);
  REQUIRE(report.ok());
  REQUIRE(report->good());
  CHECK(report->self_test.matched);
  CHECK(report->self_test.expected == 0);
  return ReadWholeFile(output);
}

TEST_CASE("node1: redis lines hold what the node answered") {
  const std::string truth = UnpackTruth("redis.json", RedisLines().folder);
  CHECK(RunScript("redis_truth.py", "'" + RedisLines().tree + "' '" + truth + "'") == 0);
}

TEST_CASE("node1: each redis key is in one line, with the value of its file") {
  const std::string& tree = RedisLines().tree;
  CHECK(std::filesystem::exists(tree + "/redis/db_0/strings-00001.jsonl"));
  CHECK(RunScript("redis_lines.py", "'" + DefaultTree().tree + "' '" + tree + "'") == 0);
  // A line that is changed is seen.
  const std::string other = RedisLines().folder / "other";
  std::filesystem::copy(tree, other, std::filesystem::copy_options::recursive);
  const std::string path = other + "/redis/db_0/strings-00000.jsonl";
  std::string text = ReadWholeFile(path);
  text.replace(text.find("\"value\":\""), 9, "\"value\":\"x");
  WriteWholeFile(path, text);
  CHECK(RunScript("redis_lines.py", "'" + DefaultTree().tree + "' '" + other + "'") == 1);
}

TEST_CASE("node1: redis lines and files are the same rows") {
  const TempFolder folder;
  CHECK((EncodedRedis(RedisLines().tree, folder / "lines.fsm") ==
         EncodedRedis(DefaultTree().tree, folder / "files.fsm")));
}

}  // namespace
}  // namespace snaptree::test

// The tables of a real node, against two truths that snaptree did not make: digests that a second
// decoder wrote, and what the node itself answered.
#include <filesystem>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "tests/support/decode_run.h"
#include "tests/support/golden_node1.h"

namespace snaptree::test {
namespace {

using Digests = std::map<std::string, std::string>;

constexpr Slice kFolder = "dynamodb/";

TEST_CASE("node1: every file of dynamodb has the golden bytes, none is missing, none is extra") {
  Digests golden;
  std::istringstream lines(ReadWholeFile(Node1("golden.sha256")));
  for (std::string line; std::getline(lines, line);) {
    if (line.substr(66).starts_with(kFolder)) golden[line.substr(66)] = line.substr(0, 64);
  }
  REQUIRE(golden.size() == 141);
  Digests found;
  for (const auto& [path, content] : ReadTree(DefaultTree().tree)) {
    if (path.starts_with(kFolder) && !path.ends_with('/')) found[path] = Sha256::HexOf(content);
  }
  CHECK(found == golden);
  CHECK(std::filesystem::is_directory(DefaultTree().tree + "/dynamodb/emptytable/items"));
}

TEST_CASE("node1: tables and items are what the node answered, in files and as lines") {
  const TempFolder folder;
  const std::string truth = UnpackTruth("dynamodb.json", folder);
  const auto judge = [&](const std::string& tree) {
    return RunScript("dynamodb_truth.py", "'" + tree + "' '" + truth + "' >/dev/null");
  };
  CHECK(judge(DefaultTree().tree) == 0);

  DecodeOptions options;
  options.inputs = {Node1Snapshot()};
  options.output = folder / "lines";
  options.adapters = {"dynamodb"};
  options.dynamodb_jsonl = true;
  options.bundle_bytes = 4096;
  REQUIRE(Decode(options).ok());
  CHECK(std::filesystem::exists(folder / "lines/dynamodb/orders/items/data-00002.jsonl"));
  CHECK(judge(folder / "lines") == 0);

  // The judge must be able to find something.
  const std::string copy = folder / "copy";
  const std::string item = "/dynamodb/recreated/items/new/1.json";
  const auto fresh = [&] {
    std::filesystem::remove_all(copy);
    std::filesystem::copy(DefaultTree().tree, copy, std::filesystem::copy_options::recursive);
  };
  fresh();
  std::filesystem::remove(copy + item);
  CHECK(judge(copy) == 1);
  fresh();
  std::filesystem::rename(copy + item, copy + "/dynamodb/recreated/items/new/2.json");
  CHECK(judge(copy) == 1);
  fresh();
  WriteWholeFile(copy + item, R"({"id":{"S":"new"},"r":{"N":"1"},"v":{"S":"new"}})");
  CHECK(judge(copy) == 1);
  fresh();
  std::filesystem::remove_all(copy + "/dynamodb/emptytable");
  CHECK(judge(copy) == 1);
}

}  // namespace
}  // namespace snaptree::test

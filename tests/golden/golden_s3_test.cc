// The buckets of a real node, against two truths that snaptree did not make: digests that a second
// decoder wrote, and what the node itself answered.
#include <filesystem>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "base/text.h"
#include "manifest/checksums.h"
#include "tests/support/decode_run.h"
#include "tests/support/golden_node1.h"

namespace snaptree::test {
namespace {

using Digests = std::map<std::string, std::string>;

Digests S3DigestsOf(const std::string& tree) {
  Digests digests;
  for (const auto& [path, content] : ReadTree(tree)) {
    if (path.starts_with("s3/")) digests[path] = Sha256::HexOf(content);
  }
  return digests;
}

TEST_CASE("node1: every file of s3 has the golden bytes, none is missing, none is extra") {
  Digests golden;
  std::istringstream lines(ReadWholeFile(Node1("golden.sha256")));
  for (std::string line; std::getline(lines, line);) {
    const auto parsed = ParseChecksumLine(line);
    REQUIRE(parsed.ok());
    if (parsed->path.starts_with("s3/")) golden[parsed->path] = Hex(AsSlice(parsed->digest));
  }
  REQUIRE(golden.size() > 400);
  CHECK((S3DigestsOf(DefaultTree().tree) == golden));
}

TEST_CASE("node1: the same buckets with other threads and with the least memory") {
  const Digests expected = S3DigestsOf(DefaultTree().tree);
  for (const unsigned threads : {1U, 2U, 4U}) {
    const TempFolder folder;
    DecodeOptions options;
    options.inputs = {Node1Snapshot()};
    options.output = folder / "tree";
    options.adapters = {"s3"};
    options.threads = threads;
    options.memory_bytes = uint64_t{16} << 20;
    REQUIRE(Decode(options).ok());
    CHECK((S3DigestsOf(options.output) == expected));
  }
}

TEST_CASE("node1: keys, bodies, headers and metadata are what the node answered") {
  const TempFolder folder;
  const std::string truth = UnpackTruth("s3.json", folder);
  CHECK(RunScript("s3_truth.py", "'" + DefaultTree().tree + "' '" + truth + "'") == 0);

  // The judge must be able to find something.
  const std::string copy = folder / "copy";
  const auto judge_copy_with = [&](const auto& change) {
    std::filesystem::remove_all(copy);
    std::filesystem::copy(DefaultTree().tree, copy, std::filesystem::copy_options::recursive);
    change();
    return RunScript("s3_truth.py", "'" + copy + "' '" + truth + "' >/dev/null");
  };
  CHECK(judge_copy_with([] {}) == 0);
  const std::string object = copy + "/s3/recreated/new";
  CHECK(judge_copy_with([&] { WriteWholeFile(object, "changed"); }) == 1);
  CHECK(judge_copy_with([&] { std::filesystem::remove(object); }) == 1);
  CHECK(judge_copy_with([&] {
          std::filesystem::remove(object);
          std::filesystem::remove(object + ".elastickv-meta.json");
        }) == 1);
  CHECK(judge_copy_with([&] { std::filesystem::remove(copy + "/s3/photos/KEYMAP.jsonl"); }) == 1);
}

}  // namespace
}  // namespace snaptree::test

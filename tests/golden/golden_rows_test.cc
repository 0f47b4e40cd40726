// The tree of a real node against the rows that the node's own scan answered, now and at an earlier
// time: rows that the node calls visible make the same files as the view of the snapshot does.
#include <map>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/support/decode_run.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/golden_node1.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

// Above every timestamp of the recording.
constexpr uint64_t kLater = uint64_t{1} << 62;

// The hex text behind `"name": "` in a line.
std::string HexMember(const std::string& line, const std::string& name) {
  const std::string mark = "\"" + name + "\": \"";
  size_t begin = line.find(mark);
  if (begin == std::string::npos) {
    const std::string compact = "\"" + name + "\":\"";
    begin = line.find(compact);
    if (begin == std::string::npos)
      throw std::runtime_error("no " + name + " in " + line.substr(0, 80));
    begin += compact.size();
  } else {
    begin += mark.size();
  }
  return Unhex(Slice(line).substr(begin, line.find('"', begin) - begin));
}

// What the rows of a truth file make, as the only versions of their keys.
Files TreeOfTruth(const std::string& name) {
  SnapshotBuilder rows;
  std::istringstream lines(Unzstd(ReadWholeFile(Node1("truth/" + name + ".zst"))));
  size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    rows.Put(HexMember(line, "k"), kLater, HexMember(line, "v"));
  }
  REQUIRE(count > 4000);
  return DecodeRows(rows).files;
}

Files Ours(Files files) {
  std::erase_if(files, [](const auto& file) {
    return !file.first.starts_with("redis/") && !file.first.starts_with("rawkv/");
  });
  return files;
}

void CheckSame(const Files& found, const Files& expected) {
  for (const auto& [path, content] : expected) {
    INFO(path);
    REQUIRE(found.count(path) == 1);
    CHECK((found.at(path) == content));
  }
  for (const auto& [path, content] : found) {
    INFO(path << " is extra");
    CHECK(expected.count(path) == 1);
  }
}

TEST_CASE("node1: the newest state is what the node's scan answered") {
  Files tree = Ours(ReadTree(DefaultTree().tree));
  tree.erase(StringPath("zz:tick"));  // written after the scan
  CheckSame(tree, Ours(TreeOfTruth("rows.jsonl")));
}

TEST_CASE("node1: the state at an earlier time is what the node's scan answered then") {
  const TempFolder folder;
  DecodeOptions options;
  options.inputs = {Node1Snapshot()};
  options.output = folder / "tree";
  options.at = std::stoull(ReadWholeFile(Node1("truth/mid.ts")));
  const Result<DecodeReport> report = Decode(options);
  REQUIRE(report.ok());
  CHECK(report->newer_than_at > 0);
  CHECK(report->rows.Sum() == 21515);
  const Files tree = Ours(ReadTree(options.output));
  const Files expected = Ours(TreeOfTruth("rows-mid.jsonl"));
  CheckSame(tree, expected);
  // It is another state than the newest.
  CHECK((tree != Ours(ReadTree(DefaultTree().tree))));
}

}  // namespace
}  // namespace snaptree::test

// Two raft groups of one node, killed while five clients set pairs of keys, `a:<i>` in one group
// and `z:<i>` in the other, each pair in one transaction (testdata/README.md).
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/decode_run.h"
#include "tests/support/golden_node1.h"

namespace snaptree::test {
namespace {

constexpr int kPairs = 40;

std::string Group(int n) {
  return std::string(SNAPTREE_TESTDATA_DIR) + "/groups1/group-" + std::to_string(n) + ".fsm.zst";
}

struct Pairs {
  int present = 0;
  int equal = 0;
};

Pairs PairsOf(const Files& tree) {
  Pairs pairs;
  for (int i = 0; i < kPairs; ++i) {
    const auto a = tree.find("redis/db_0/strings/a%3A" + std::to_string(i) + ".bin");
    const auto z = tree.find("redis/db_0/strings/z%3A" + std::to_string(i) + ".bin");
    if (a == tree.end() || z == tree.end()) continue;
    ++pairs.present;
    if (a->second == z->second && !a->second.empty()) ++pairs.equal;
  }
  return pairs;
}

DecodeReport DecodeGroups(const TempFolder& folder, std::vector<std::string> inputs, bool latest) {
  DecodeOptions options;
  options.inputs = std::move(inputs);
  options.output = folder / "tree";
  options.latest = latest;
  Result<DecodeReport> report = Decode(options);
  if (!report.ok()) throw std::runtime_error(report.status().Message());
  return *std::move(report);
}

TEST_CASE("groups1: every pair is there and equal, at the common time and at each group's end") {
  for (const bool latest : {false, true}) {
    const TempFolder folder;
    const DecodeReport report = DecodeGroups(folder, {Group(1), Group(2)}, latest);
    const Files tree = ReadTree(folder / "tree");
    const Pairs pairs = PairsOf(tree);
    CHECK(pairs.present == kPairs);
    CHECK(pairs.equal == kPairs);
    CHECK(report.records == 2 * kPairs);
    CHECK(report.complete());
    CHECK(report.rows.total == 39457 + 20470);
    CHECK(report.rows.Sum() == report.rows.total);
    CHECK(FindingOf(report, "txn_rolled_forward") != nullptr);
  }
}

TEST_CASE("groups1: the order of the inputs does not change the tree") {
  const TempFolder one;
  const TempFolder other;
  DecodeGroups(one, {Group(1), Group(2)}, false);
  DecodeGroups(other, {Group(2), Group(1)}, false);
  Files a = ReadTree(one / "tree");
  Files b = ReadTree(other / "tree");
  for (Files* files : {&a, &b}) {
    files->erase("MANIFEST.json");
    files->erase("CHECKSUMS");
  }
  CHECK(a == b);
}

TEST_CASE("groups1: one group alone says what it cannot know") {
  const TempFolder folder;
  const DecodeReport report = DecodeGroups(folder, {Group(2)}, false);
  CHECK(PairsOf(ReadTree(folder / "tree")).present == 0);
  CHECK(FindingOf(report, "txn_unresolved") != nullptr);
  CHECK(ReadTree(folder / "tree").contains("_internal/txn_unresolved.jsonl"));
  CHECK_FALSE(report.complete());
}

}  // namespace
}  // namespace snaptree::test

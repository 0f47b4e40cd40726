// The tree of a real node, against two truths that snaptree did not make: digests that a second
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

// Files that tell about records, not about the run.
bool IsRecord(const std::string& path) { return path.find('/') != std::string::npos; }

// sha256sum writes a newline in a name as \n, and a backslash as two.
std::string Unescaped(const std::string& name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '\\') {
      out += name[i];
    } else {
      ++i;
      out += name[i] == 'n' ? '\n' : name[i];
    }
  }
  return out;
}

Digests GoldenDigests() {
  Digests golden;
  std::istringstream lines(ReadWholeFile(Node1("golden.sha256")));
  for (std::string line; std::getline(lines, line);) {
    const bool escaped = line.starts_with('\\');
    if (escaped) line.erase(0, 1);
    const std::string path = escaped ? Unescaped(line.substr(66)) : line.substr(66);
    golden[path] = line.substr(0, 64);
  }
  return golden;
}

Digests DigestsOf(const std::string& tree) {
  Digests digests;
  for (const auto& [path, content] : ReadTree(tree)) {
    if (IsRecord(path) && !path.ends_with('/')) digests[path] = Sha256::HexOf(content);
  }
  return digests;
}

// sha256sum judges a tree by its own CHECKSUMS.
bool Sha256sumIsHappy(const std::string& tree) {
  const std::string command =
      "cd '" + tree + "' && LC_ALL=C sha256sum -c --quiet --strict CHECKSUMS";
  return std::system(command.c_str()) == 0;
}

TEST_CASE("node1: every file has the golden bytes, none is missing, none is extra") {
  const Digests golden = GoldenDigests();
  const Digests digests = DigestsOf(DefaultTree().tree);
  REQUIRE(golden.size() == 1441);
  for (const auto& [path, digest] : golden) {
    INFO(path);
    const auto found = digests.find(path);
    REQUIRE(found != digests.end());
    CHECK(found->second == digest);
  }
  for (const auto& [path, digest] : digests) {
    INFO(path << " is not golden");
    CHECK(golden.count(path) == 1);
  }
}

TEST_CASE("node1: the accounts") {
  const DecodeReport& report = DefaultTree().report;
  CHECK(report.rows.total == 21515);  // testdata/README.md
  CHECK(report.rows.Sum() == 21515);
  CHECK(report.rows.unknown == 0);
  CHECK(report.rows.damaged == 0);
  CHECK(report.losses == 0);
  CHECK(report.complete());
  Files files = ReadTree(DefaultTree().tree);
  std::erase_if(files, [](const auto& file) { return file.first.ends_with('/'); });
  CHECK(report.tree.files == files.size() - 1);
  for (const auto& [code, finding] : report.findings.by_code()) {
    INFO(code << ": " << finding.text << ", " << finding.example());
    CHECK(finding.severity == Severity::kNote);
  }
}

TEST_CASE("node1: sha256sum agrees with CHECKSUMS, and sees a change") {
  CHECK(Sha256sumIsHappy(DefaultTree().tree));
  const TempFolder folder;
  std::filesystem::copy(DefaultTree().tree, folder / "copy",
                        std::filesystem::copy_options::recursive);
  CHECK(Sha256sumIsHappy(folder / "copy"));
  WriteWholeFile(folder / "copy/redis/db_0/KEYMAP.jsonl", "changed");
  CHECK_FALSE(Sha256sumIsHappy(folder / "copy"));
}

TEST_CASE("node1: the same bytes with other threads and with the least memory") {
  const Digests expected = DigestsOf(DefaultTree().tree);
  for (const unsigned threads : {1U, 2U, 3U, 8U}) {
    const TempFolder folder;
    DecodeOptions options;
    options.inputs = {Node1Snapshot()};
    options.output = folder / "tree";
    options.threads = threads;
    if (threads > 2) options.least_piece_bytes = 1;
    options.memory_bytes = threads == 1 ? uint64_t{16} << 20 : uint64_t{512} << 20;
    const Result<DecodeReport> report = Decode(options);
    REQUIRE(report.ok());
    CHECK(report->rows.emitted == DefaultTree().report.rows.emitted);
    CHECK((DigestsOf(options.output) == expected));
    CHECK(Sha256sumIsHappy(options.output));
  }
}

TEST_CASE("node1: the raft directory gives the tree of its snapshot file") {
  namespace fs = std::filesystem;
  const TempFolder folder;
  fs::create_directories(folder / "data/fsm-snap");
  fs::copy(Node1("snap"), folder / "data/snap", fs::copy_options::recursive);
  WriteWholeFile(folder / "data/fsm-snap/0000000000000ed9.fsm",
                 Unzstd(ReadWholeFile(Node1Snapshot())));
  DecodeOptions options;
  options.inputs = {folder / "data"};
  options.output = folder / "tree";
  const Result<DecodeReport> report = Decode(options);
  REQUIRE(report.ok());
  CHECK((DigestsOf(options.output) == DigestsOf(DefaultTree().tree)));
  CHECK(report->inputs[0].info.snapshot_index == 0xed9U);
}

TEST_CASE("node1: keys, values and expiry are what the node answered") {
  const TempFolder folder;
  const std::string truth = UnpackTruth("redis.json", folder);
  const std::string arguments = "'" + DefaultTree().tree + "' '" + truth + "'";
  CHECK(RunScript("redis_truth.py", arguments) == 0);

  // The judge must be able to find something.
  const std::string copy = folder / "copy";
  const std::string broken = "'" + copy + "' '" + truth + "' >/dev/null";
  const std::pair<const char*, const char*> changes[] = {
      {"redis/db_0/strings/retype2.bin", "changed"},
      {"redis/db_0/lists/l%3Al.json", R"({"format_version":1,"items":["1"],"expire_at_ms":null})"},
      {"redis/db_0/hashes/h%3Attl.json",
       R"({"format_version":1,"fields":[{"name":"a","value":"1"}],"expire_at_ms":null})"},
      {"redis/db_0/strings/invented.bin", "invented"},
      {"redis/db_0/strings_ttl.jsonl", ""}};
  for (const auto& [path, text] : changes) {
    INFO(path);
    std::filesystem::remove_all(copy);
    std::filesystem::copy(DefaultTree().tree, copy, std::filesystem::copy_options::recursive);
    WriteWholeFile(copy + "/" + path, text);
    CHECK(RunScript("redis_truth.py", broken) == 1);
  }
  std::filesystem::remove_all(copy);
  std::filesystem::copy(DefaultTree().tree, copy, std::filesystem::copy_options::recursive);
  std::filesystem::remove(copy + "/redis/db_0/sets/set%3Abin.json");
  CHECK(RunScript("redis_truth.py", broken) == 1);
}

TEST_CASE("node1: a redis-server that is loaded from the tree answers what the node answered") {
  const TempFolder folder;
  const std::string truth = UnpackTruth("redis.json", folder);
  const int status = RunScript("redis_server.py", "'" + DefaultTree().tree + "' '" + truth + "'");
  if (status == 77) {
    WARN("SKIPPED: redis-server or redis-cli is not installed");
    return;
  }
  CHECK(status == 0);
}

}  // namespace
}  // namespace snaptree::test

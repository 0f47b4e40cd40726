// What differs between two sets of records, against a comparison of two maps.
#include "check/diff/diff.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "check/diff/line_splitter.h"
#include <catch2/catch.hpp>

#include "decode/decoder.h"
#include "tests/support/decode_run.h"
#include "tests/support/redis_rows.h"
#include "tests/support/rounds.h"
#include "tests/support/snapshot_builder.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {
namespace {

namespace fs = std::filesystem;
using Found = std::vector<RecordDifference>;

struct Compared {
  Found found;
  std::vector<DiffScope> scopes;
  DiffReport report;
};

// With details and with scopes, which are two runs.
Compared Run(DiffOptions options) {
  Compared compared;
  options.take = [&](const RecordDifference& difference) -> Status {
    compared.found.push_back(difference);
    return {};
  };
  options.take_scope = [&](const DiffScope& scope) -> Status {
    compared.scopes.push_back(scope);
    return {};
  };
  Result<DiffReport> report = Diff(options);
  if (!report.ok()) throw std::runtime_error(report.status().Message());
  compared.report = *std::move(report);
  return compared;
}

DiffOptions Between(const std::string& a, const std::string& b, unsigned threads = 1) {
  DiffOptions options;
  options.a = a;
  options.b = b;
  options.threads = threads;
  return options;
}

void WriteTree(const std::string& root, const Files& files) {
  fs::create_directories(root);
  for (const auto& [path, content] : files) {
    fs::create_directories(fs::path(root + "/" + path).parent_path());
    WriteWholeFile(root + "/" + path, content);
  }
}

std::string LineOf(const RecordDifference& d) {
  return static_cast<char>(d.change) + d.address + " " + std::to_string(d.size_a) + " " +
         std::to_string(d.size_b);
}

std::vector<std::string> LinesOf(const Found& found) {
  std::vector<std::string> lines;
  for (const RecordDifference& d : found) lines.push_back(LineOf(d));
  return lines;
}

// The slow way.
std::vector<std::string> Expected(const Files& a, const Files& b) {
  std::map<std::string, std::string> lines;  // by path
  for (const auto& [path, content] : a) {
    const auto at = b.find(path);
    RecordDifference d;
    d.address = path;
    d.size_a = content.size();
    d.change = at == b.end() ? RecordChange::kRemoved : RecordChange::kChanged;
    if (at != b.end()) d.size_b = at->second.size();
    if (at == b.end() || at->second != content) lines[path] = LineOf(d);
  }
  for (const auto& [path, content] : b) {
    RecordDifference d;
    d.address = path;
    d.size_b = content.size();
    d.change = RecordChange::kAdded;
    if (!a.contains(path)) lines[path] = LineOf(d);
  }
  std::vector<std::string> all;
  for (const auto& [path, line] : lines) all.push_back(line);
  return all;
}

const RecordDifference& FindIn(const Found& found, const std::string& address) {
  const auto at =
      std::find_if(found.begin(), found.end(), [&](const auto& d) { return d.address == address; });
  if (at == found.end()) throw std::runtime_error("no difference in " + address);
  return *at;
}

std::string RandomPath(std::mt19937_64& random) {
  static const std::vector<std::string> kFolders = {"dynamodb/a/items",
                                                    "dynamodb/a-b/items",
                                                    "dynamodb/a.b/items",
                                                    "s3/bucket",
                                                    "s3/bucket/sub",
                                                    "redis/db_0/hashes",
                                                    "redis/db_0/strings",
                                                    "redis/db_0/sets",
                                                    "sqs/q",
                                                    "fs/tree",
                                                    "unknown"};
  static const std::vector<std::string> kNames = {"x",      "x.json",    "x-y",  "x.bin", "x\ny",
                                                  "\xff\\", "x y.jsonl", "x.b~", "\x01"};
  return kFolders[random() % kFolders.size()] + "/" + kNames[random() % kNames.size()] +
         std::to_string(random() % 3);
}

std::string RandomContent(std::mt19937_64& random) {
  static const std::vector<std::string> kContents = {"",
                                                     "x",
                                                     "{}",
                                                     "{\"a\":{\"S\":\"1\"}}",
                                                     "{\"a\":{\"S\":\"2\"}}",
                                                     "{\"key\":\"k\"}\n",
                                                     "{\"key\":\"k\"}\n{\"key\":\"l\",\"v\":1}\n",
                                                     "\n\n",
                                                     "nonsense {"};
  if (random() % 20 == 0) return std::string(3000000, static_cast<char>('a' + random() % 2));
  return kContents[random() % kContents.size()];
}

std::string StringRow(int i) { return StrKey("key:" + std::to_string(i)); }

}  // namespace

TEST_CASE("random trees differ by what two maps differ by") {
  for (uint64_t seed = 0; seed < Rounds(40); ++seed) {
    std::mt19937_64 random(seed);
    Files a;
    for (uint64_t i = random() % 60; i > 0; --i) a[RandomPath(random)] = RandomContent(random);
    Files b = a;
    for (uint64_t i = random() % 12; i > 0; --i) {
      const std::string path = RandomPath(random);
      if (random() % 3 == 0) {
        b.erase(path);
      } else {
        b[path] = RandomContent(random);
      }
    }
    const TempFolder folder;
    WriteTree(folder / "a", a);
    WriteTree(folder / "b", b);
    for (const unsigned threads : {1U, 4U}) {
      INFO("seed " << seed << ", threads " << threads);
      const Compared there = Run(Between(folder / "a", folder / "b", threads));
      CHECK(LinesOf(there.found) == Expected(a, b));
      CHECK(LinesOf(Run(Between(folder / "b", folder / "a", threads)).found) == Expected(b, a));
      CHECK(Run(Between(folder / "a", folder / "a", threads)).found.empty());
      // Scopes come once each, and add up.
      DiffCounts sum;
      std::vector<std::string> names;
      for (const DiffScope& scope : there.scopes) {
        sum.changed += scope.counts.changed;
        sum.added += scope.counts.added;
        sum.removed += scope.counts.removed;
        sum.same += scope.counts.same;
        names.push_back(scope.name);
      }
      CHECK(sum.Different() == there.found.size());
      CHECK(sum.changed == there.report.counts.changed);
      CHECK(sum.same + sum.changed + sum.removed == a.size());
      std::sort(names.begin(), names.end());
      CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
    }
  }
}

TEST_CASE("planted changes of snapshots are found, whatever the memory") {
  std::mt19937_64 random(7);
  constexpr int kKeys = 20000;
  SnapshotBuilder a;
  SnapshotBuilder b;
  std::map<std::string, char> planted;
  for (int i = 0; i < kKeys; ++i) {
    const std::string path = "redis/db_0/strings/key%3A" + std::to_string(i) + ".bin";
    const std::string value = "value " + std::to_string(i % 7);
    const uint64_t draw = random() % 300;
    if (draw != 0) a.Put(StringRow(i), kT0, StringValue(value));
    if (draw != 1) b.Put(StringRow(i), kT0, StringValue(draw == 2 ? value + "!" : value));
    if (draw < 3) planted[path] = draw == 0 ? '+' : draw == 1 ? '-' : '~';
  }
  REQUIRE(planted.size() > 100);
  a.LastCommit(kT1);
  b.LastCommit(kT1);
  const TempFolder folder;
  a.Write(folder / "a.fsm");
  b.Write(folder / "b.fsm");
  for (const unsigned threads : {1U, 4U}) {
    for (const uint64_t memory : {uint64_t{8} << 20, uint64_t{512} << 20}) {
      DiffOptions options = Between(folder / "a.fsm", folder / "b.fsm", threads);
      options.memory_bytes = memory;
      const Compared compared = Run(options);
      std::map<std::string, char> found;
      for (const RecordDifference& d : compared.found) {
        found[d.address] = static_cast<char>(d.change);
        if (d.change != RecordChange::kChanged) continue;
        REQUIRE(d.fields.fields.size() == 1);
        const std::string old = *d.fields.fields[0].a;
        CHECK(d.fields.fields[0].b == old.substr(0, old.size() - 1) + "!\"");
      }
      CHECK(found == planted);
      CHECK(found.size() == compared.found.size());
      CHECK(compared.report.counts.same == kKeys - planted.size());
    }
  }
}

TEST_CASE("documents beyond what is held are only marked") {
  constexpr uint64_t kRecords = DiffOptions::kMaxCompared + 5;
  SnapshotBuilder a;
  SnapshotBuilder b;
  for (uint64_t i = 0; i < kRecords; ++i) {
    a.Put(StrKey(std::to_string(i)), kT0, StringValue("a"));
    b.Put(StrKey(std::to_string(i)), kT0, StringValue("b"));
  }
  const TempFolder folder;
  a.Write(folder / "a.fsm");
  b.Write(folder / "b.fsm");
  const Compared compared = Run(Between(folder / "a.fsm", folder / "b.fsm", 4));
  CHECK(compared.found.size() == kRecords);
  CHECK(compared.report.not_compared == 5);
  CHECK(std::count_if(compared.found.begin(), compared.found.end(),
                      [](const auto& d) { return d.fields.fields.empty(); }) == 5);
}

TEST_CASE("records of files of lines are compared by their names") {
  const std::string path = "sqs/q/messages.jsonl";
  const TempFolder folder;
  WriteTree(folder / "a", {{path,
                            "{\"message_id\":\"1\",\"body\":\"x\"}\n"
                            "{\"message_id\":\"2\",\"body\":\"x\"}\n"
                            "{\"message_id\":\"3\",\"body\":\"x\"}\n"
                            "{\"other\":1}\n"}});
  WriteTree(folder / "b", {{path,
                            "{\"message_id\":\"4\",\"body\":\"x\"}\n"
                            "{\"message_id\":\"2\",\"body\":\"y\"}\n"
                            "{\"message_id\":\"1\",\"body\":\"x\"}\n"
                            "{\"other\":2}\n"
                            "{\"other\":3}"}});
  const Found found = Run(Between(folder / "a", folder / "b")).found;
  REQUIRE(found.size() == 1);
  const LineDifferences& lines = found[0].lines;
  CHECK(lines.changed == 1);
  CHECK(lines.added == 3);    // "4", and two without a name
  CHECK(lines.removed == 2);  // "3", and one without
  std::string names;
  for (const auto& named : lines.first) names += static_cast<char>(named.change) + named.name;
  CHECK(names == "~\"2\"-\"3\"+\"4\"");
  CHECK_FALSE(found[0].same_content);

  WriteTree(folder / "c", {{path,
                            "{\"message_id\":\"3\",\"body\":\"x\"}\n"
                            "{\"other\":1}\n"
                            "{\"message_id\":\"2\",\"body\":\"x\"}\n"
                            "{\"message_id\":\"1\",\"body\":\"x\"}\n"}});
  const Found turned = Run(Between(folder / "a", folder / "c")).found;
  REQUIRE(turned.size() == 1);
  CHECK(turned[0].same_content);
  CHECK(turned[0].lines.Sum() == 0);
}

TEST_CASE("lines are split the same however their bytes come") {
  const std::string text =
      "{\"key\":\"a\\\"b\",\"v\":1}\n\n{ \"key\" : {\"base64\":\"_w\"} }\n{\"inode\":17,\"x\":2}\n"
      "{\"_meta\":true}\n{\"v\":1,\"key\":\"late\"}\n{\"key\":\"" +
      std::string(5000, 'k') + "\"}\nlast";
  std::vector<std::string> expected;
  for (const size_t piece : {size_t{1} << 20, size_t{1}, size_t{7}}) {
    std::vector<std::string> lines;
    LineSplitter splitter([&](const LineSplitter::Line& line) -> Status {
      lines.push_back(std::string(line.name) + " " + std::string(AsSlice(line.digest)));
      return {};
    });
    for (size_t at = 0; at < text.size(); at += piece) {
      REQUIRE(splitter.Append(Slice(text).substr(at, piece)).ok());
    }
    REQUIRE(splitter.Finish().ok());
    if (expected.empty()) {
      expected = lines;
      REQUIRE(lines.size() == 8);
      const char* const names[] = {"\"a\\\"b\"", "", "{\"base64\":\"_w\"}", "17", "_meta", "",
                                   "",           ""};
      for (size_t i = 0; i < lines.size(); ++i) {
        CHECK(lines[i].substr(0, lines[i].size() - 33) == names[i]);
      }
    }
    CHECK(lines == expected);
  }
}

TEST_CASE("removed keys say when they expired, if they had") {
  const uint64_t now_ms = kT1 >> 16;
  SnapshotBuilder a;
  SnapshotBuilder b;
  a.Put(StrKey("past"), kT0, StringValue("x", now_ms - 5));
  a.Put(StrKey("future"), kT0, StringValue("x", now_ms + 5));
  a.Put(StrKey("never"), kT0, StringValue("x"));
  a.Put(MetaKeyOf("hs", "h"), kT0, CountMetaValue(1, now_ms - 7));
  a.Put(FieldKey("h", "f"), kT0, "v");
  a.Put(StrKey("stays"), kT0, StringValue("x", now_ms - 5));
  b.Put(StrKey("stays"), kT0, StringValue("x", now_ms - 5));
  a.LastCommit(kT1);
  b.LastCommit(kT1);
  const TempFolder folder;
  a.Write(folder / "a.fsm");
  b.Write(folder / "b.fsm");
  const auto look = [](const Found& found) {
    CHECK(FindIn(found, "redis/db_0/strings/past.bin").expired_at_ms == (kT1 >> 16) - 5);
    CHECK_FALSE(FindIn(found, "redis/db_0/strings/future.bin").expired_at_ms);
    CHECK_FALSE(FindIn(found, "redis/db_0/strings/never.bin").expired_at_ms);
    CHECK(FindIn(found, "redis/db_0/hashes/h.json").expired_at_ms == (kT1 >> 16) - 7);
    CHECK(FindIn(found, "redis/db_0/strings_ttl.jsonl").lines.removed == 2);
    CHECK(found.size() == 5);
  };
  look(Run(Between(folder / "a.fsm", folder / "b.fsm")).found);
  // The list of times is not compared, and yet it tells.
  DiffOptions chosen = Between(folder / "a.fsm", folder / "b.fsm");
  chosen.filter.include = {"redis/db_0/strings/"};
  const Found found = Run(chosen).found;
  CHECK(found.size() == 3);
  CHECK(FindIn(found, "redis/db_0/strings/past.bin").expired_at_ms == now_ms - 5);
}

TEST_CASE("a snapshot, its tree and a filter") {
  SnapshotBuilder store;
  store.Put(StrKey("a"), kT0, StringValue("x", (kT1 >> 16) + 5));
  store.Put(StrKey("b"), kT0, StringValue("y", (kT1 >> 16) + 6));
  store.Put(StrKey(std::string(300, 'k')), kT0, StringValue("z"));
  store.Put("raw", kT0, "value");
  DecodeRun run(store);
  run.Run();
  const std::string& snapshot = run.options.inputs[0];
  const std::string& tree = run.options.output;
  for (const std::vector<std::string>& include :
       std::vector<std::vector<std::string>>{{},
                                             {"redis"},
                                             {"redis/db_0/strings/a.bin"},
                                             {"redis/db_0/strings_ttl.jsonl"},
                                             {"redis/*/KEYMAP.jsonl", "rawkv"},
                                             {"*"}}) {
    for (const bool tree_first : {true, false}) {
      DiffOptions options = tree_first ? Between(tree, snapshot) : Between(snapshot, tree);
      options.filter.include = include;
      const Compared compared = Run(options);
      CHECK(compared.found.empty());
      CHECK(compared.report.counts.same > 0);
      CHECK(compared.report.unmatched.empty());
    }
  }
  DiffOptions options = Between(snapshot, tree);
  options.filter.include = {"redis/db_0/strings/aa.bin", "redis/db_0/strings/b.bin"};
  options.filter.exclude = {"sqs/none", "redis/db_0/none"};
  const Compared compared = Run(options);
  REQUIRE(compared.report.unmatched.size() == 3);
  CHECK(compared.report.unmatched[0].pattern == "redis/db_0/strings/aa.bin");
  REQUIRE_FALSE(compared.report.unmatched[0].nearest.empty());
  CHECK(compared.report.unmatched[0].nearest[0] == "redis/db_0/strings/a.bin");
  CHECK(compared.report.unmatched[1].pattern == "sqs/none");
  CHECK(compared.report.counts.same == 1);
}

TEST_CASE("errors of either side end the comparison") {
  SnapshotBuilder store;
  store.Put("raw", kT0, "value");
  DecodeRun run(store);
  run.Run();
  const std::string& snapshot = run.options.inputs[0];
  const auto code = [](const DiffOptions& options) {
    const Result<DiffReport> report = Diff(options);
    return report.ok() ? "" : report.status().code();
  };
  CHECK(code(Between(snapshot, run.folder() + "/none")) == "NotFound");
  CHECK(code(Between(run.folder() + "/none", snapshot)) == "NotFound");
  DiffOptions timed = Between(snapshot, run.options.output);
  timed.at_a = kT0;
  CHECK(code(timed).empty());
  timed.at_b = kT0;
  CHECK(code(timed) == "AtNeedsSnapshot");
  DiffOptions stopped = Between(snapshot, run.folder());
  stopped.take = [](const RecordDifference&) { return DataError("Stopped", "by the test"); };
  CHECK(code(stopped) == "Stopped");
}

}  // namespace snaptree::test

// Which adapters take part, and what happens to the rows of those that do not.
#include <catch2/catch.hpp>

#include "tests/support/decode_run.h"
#include "tests/support/redis_rows.h"
#include "tests/support/redis_text.h"

namespace snaptree::test {
namespace {

// Rows of every class: 20 of them.
SnapshotBuilder Mixed() {
  SnapshotBuilder rows;
  rows.Put(StrKey("s"), kT1, StringValue("new", 9)).Put(StrKey("s"), kT0, StringValue("old"));
  rows.Put(StrKey("gone"), kT0, "v").Delete(StrKey("gone"), kT1);
  rows.Put(FieldKey("h", "f"), kT0, "v").Put(MetaKeyOf("hs", "h"), kT0, CountMetaValue(1));
  rows.Put(FenceKey("hash", "h"), kT0, "").Put(TtlKey("s"), kT0, U64(9));
  rows.Put("bare", kT0, "raw").Put(TtlKey("bare"), kT0, U64(5)).Put("other", kT0, "x");
  rows.Put("expired", kT0, "v", kT0 + 1);
  rows.Put("!ddb|item|a", kT0, "d").Put("!ddb|item|b", kT0, "d").Put("!ddb|gsi|a", kT0, "");
  rows.Put("!sqs|msg|data|a", kT0, "q").Put("!fs|ino|x", kT0, "{}");
  rows.Put("!txn|cmt|k", kT0, "\x01").Put("!redis|new|k", kT0, "u");
  return rows.Metadata("_meta_last_commit_ts", kT1);
}

const Files& RedisFiles() {
  static const Files files = {{StringPath("s"), "new"},
                              {InDb("strings_ttl.jsonl"), TtlLine("s", 9)},
                              {HashPath("h"), HashText({{"f", "v"}})}};
  return files;
}
const char* const kUnknown = "unknown/rows.jsonl";
const std::string& UnknownLine() {
  static const std::string line =
      "{\"key\":\"!redis|new|k\",\"value\":\"u\",\"commit_ts\":" + std::to_string(kT0) + "}\n";
  return line;
}
const char* const kRaw = "rawkv/data.jsonl";
constexpr const char* kRawLines =
    "{\"key\":\"bare\",\"value\":\"raw\",\"redis_expire_at_ms\":5}\n{\"key\":\"other\",\"value\":"
    "\"x\"}\n";

const RowClasses& RowsOf(const DecodeReport& report, const std::string& adapter) {
  for (const AdapterReport& entry : report.adapters) {
    if (entry.name == adapter) return entry.rows;
  }
  FAIL("no report of " << adapter);
  return report.rows;
}

TEST_CASE("no choice, and \"all\": everything that can be decoded") {
  for (const std::vector<std::string>& adapters :
       {std::vector<std::string>{}, {"all"}, {"all", "redis"}}) {
    DecodeRun run(Mixed());
    run.options.adapters = adapters;
    const DecodeReport report = run.Run();
    Files expected = RedisFiles();
    expected[kRaw] = kRawLines;
    expected[kUnknown] = UnknownLine();
    CHECK(run.Data() == expected);
    CHECK(report.rows.total == 20);
    CHECK(report.rows.emitted == 5);
    CHECK(report.rows.older_version == 2);
    CHECK(report.rows.tombstone == 1);
    CHECK(report.rows.expired == 1);
    CHECK(report.rows.derived_index == 3);
    CHECK(report.rows.operational == 2);  // the fence, the metadata row
    CHECK(report.rows.transactional == 1);
    CHECK(report.rows.excluded == 4);
    CHECK(report.rows.unknown == 1);
    CHECK(report.rows.damaged == 0);
    CHECK(report.not_decoded == 4);
    CHECK(report.records == 4);
    REQUIRE(FindingOf(report, "not_decoded") != nullptr);
    CHECK(FindingOf(report, "not_decoded")->count == 4);
    CHECK(FindingOf(report, "not_decoded")->severity == Severity::kWarning);
    CHECK_FALSE(report.complete());
    CHECK(RowsOf(report, "redis").emitted == 3);
    CHECK(RowsOf(report, "rawkv").emitted == 2);
    CHECK(RowsOf(report, "dynamodb").excluded == 2);
    CHECK(RowsOf(report, "sqs").excluded == 1);
    CHECK(RowsOf(report, "internal").unknown == 1);
  }
}

TEST_CASE("redis alone") {
  DecodeRun run(Mixed());
  run.options.adapters = {"redis"};
  const DecodeReport report = run.Run();
  Files expected = RedisFiles();
  expected[kUnknown] = UnknownLine();
  CHECK(run.Data() == expected);
  CHECK(report.rows.emitted == 3);
  CHECK(report.rows.excluded == 6);  // by option: nobody asked for the others
  CHECK(report.not_decoded == 0);
  CHECK(FindingOf(report, "not_decoded") == nullptr);
  CHECK(RowsOf(report, "rawkv").excluded == 2);
  const std::string manifest = run.Manifest();
  CHECK(manifest.find("\"redis\": {") != std::string::npos);
  CHECK(manifest.find("\"rawkv\"") == std::string::npos);
  CHECK(manifest.find("\"dynamodb\"") == std::string::npos);
}

TEST_CASE("rawkv alone still knows when old Redis strings expire") {
  DecodeRun run(Mixed());
  run.options.adapters = {"rawkv"};
  const DecodeReport report = run.Run();
  CHECK(run.Data() == Files{{kRaw, kRawLines}, {kUnknown, UnknownLine()}});
  CHECK(report.rows.emitted == 2);
  CHECK(report.rows.excluded == 7);
  CHECK(report.not_decoded == 0);
  CHECK(report.records == 2);
  const std::string manifest = run.Manifest();
  CHECK(manifest.find("\"rawkv\": {") != std::string::npos);
  CHECK(manifest.find("\"redis\": {") == std::string::npos);
}

TEST_CASE("rawkv alone says nothing about Redis rows, damaged ones included") {
  DecodeRun run(SnapshotBuilder()
                    .Put("bare", kT0, "raw")
                    .Put(TtlKey("bare"), kT0, U64(5))
                    .Put(TtlKey("orphan"), kT0, U64(5))
                    .Put(MetaKeyOf("hs", "h"), kT0, "short")
                    .Put(StrKey("s"), kT0, "\xff\x01"));
  run.options.adapters = {"rawkv"};
  const DecodeReport report = run.Run();
  CHECK(run.Data() ==
        Files{{kRaw, "{\"key\":\"bare\",\"value\":\"raw\",\"redis_expire_at_ms\":5}\n"}});
  CHECK(report.findings.by_code().empty());
  CHECK(report.rows.excluded == 2);
  CHECK(report.complete());
}

TEST_CASE("both by name") {
  DecodeRun run(Mixed());
  run.options.adapters = {"rawkv", "redis"};
  const DecodeReport report = run.Run();
  Files expected = RedisFiles();
  expected[kRaw] = kRawLines;
  expected[kUnknown] = UnknownLine();
  CHECK(run.Data() == expected);
  CHECK(report.rows.emitted == 5);
  CHECK(report.not_decoded == 0);
}

TEST_CASE("bare rows as Redis strings") {
  for (const std::vector<std::string>& adapters : {std::vector<std::string>{}, {"redis"}}) {
    DecodeRun run(Mixed());
    run.options.adapters = adapters;
    run.options.bare_rows_as_redis = true;
    const DecodeReport report = run.Run();
    Files expected = RedisFiles();
    expected[StringPath("bare")] = "raw";
    expected[StringPath("other")] = "x";
    expected[InDb("strings_ttl.jsonl")] = TtlLine("bare", 5) + TtlLine("s", 9);
    expected[kUnknown] = UnknownLine();
    CHECK(run.Data() == expected);
    CHECK(report.rows.emitted == 5);
    REQUIRE(FindingOf(report, "redis_bare_string_rows") != nullptr);
    CHECK(FindingOf(report, "redis_bare_string_rows")->count == 2);
  }
  DecodeRun run(Mixed());
  run.options.adapters = {"rawkv"};
  run.options.bare_rows_as_redis = true;  // then there is nothing left for rawkv
  const DecodeReport report = run.Run();
  CHECK(run.Data() == Files{{kUnknown, UnknownLine()}});
  CHECK(report.rows.excluded == 9);
}

TEST_CASE("adapters that do not exist, or cannot be decoded") {
  const std::pair<std::string, std::string> cases[] = {
      {"nope", "UnknownAdapter"},          {"", "UnknownAdapter"},
      {"Redis", "UnknownAdapter"},         {"internal", "UnknownAdapter"},
      {"dynamodb", "AdapterNotAvailable"}, {"sqs", "AdapterNotAvailable"},
      {"fs", "AdapterNotAvailable"}};
  for (const auto& [name, code] : cases) {
    INFO(name);
    DecodeRun run(Mixed());
    run.options.adapters = {"redis", name};
    const Status status = run.Fail();
    CHECK(status.code() == code);
    CHECK(status.kind() == ErrorKind::kUsage);
  }
}

TEST_CASE("MANIFEST.json counts what the report counts") {
  DecodeRun run(Mixed());
  run.options.cluster_id = "c<1>";
  run.options.snapshot_index = 77;
  const DecodeReport report = run.Run();
  const std::string manifest = run.Manifest();
  const RowClasses& r = report.rows;
  const std::pair<const char*, uint64_t> classes[] = {{"total", r.total},
                                                      {"emitted", r.emitted},
                                                      {"older_version", r.older_version},
                                                      {"tombstone", r.tombstone},
                                                      {"expired", r.expired},
                                                      {"derived_index", r.derived_index},
                                                      {"operational", r.operational},
                                                      {"transactional", r.transactional},
                                                      {"excluded", r.excluded},
                                                      {"unknown", r.unknown},
                                                      {"damaged", r.damaged}};
  for (const auto& [name, count] : classes) {
    INFO(name);
    CHECK(JsonNumber(manifest, name, "\"rows\"") == count);
  }
  CHECK(JsonNumber(manifest, "losses") == 0);
  CHECK(JsonNumber(manifest, "snapshot_index") == 77);
  CHECK(JsonNumber(manifest, "last_commit_ts") == kT1);
  CHECK(manifest.find("\"cluster_id\": \"c<1>\"") != std::string::npos);
  const size_t extensions = manifest.find("\"extensions\"");
  REQUIRE(extensions != std::string::npos);
  CHECK(manifest.find("rawkv", extensions) < manifest.find("unknown", extensions));
}

TEST_CASE("an empty store makes a tree of two files") {
  DecodeRun run(SnapshotBuilder{});
  const DecodeReport report = run.Run();
  CHECK(run.Data().empty());
  CHECK(report.rows.total == 0);
  CHECK(report.tree.files == 1);  // MANIFEST.json; CHECKSUMS is not counted
  CHECK(ReadTree(run.options.output).size() == 2);
}

}  // namespace
}  // namespace snaptree::test

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
  rows.Put("!ddb|meta|table|cw", kT0,
           Unhex("004453010a017312070a0269641201531a040a02696428023801"));
  rows.Put("!ddb|meta|gen|cw", kT0, "1").Put("!ddb|gsi|a", kT0, "");
  rows.Put("!ddb|item|cw|1|" + Unhex("610001"), kT0, Unhex("004449010a090a02696412030a0161"));
  rows.Put("!sqs|queue|gen|cQ", kT0, "3");  // of a queue that was deleted
  rows.Put("!txn|cmt|k" + U64(kT0), kT0, "\x01" + U64(kT0)).Put("!redis|new|k", kT0, "u");
  return rows.Metadata("_meta_last_commit_ts", kT1);
}

const Files& RedisFiles() {
  static const Files files = {{StringPath("s"), "new"},
                              {InDb("strings_ttl.jsonl"), TtlLine("s", 9)},
                              {HashPath("h"), HashText({{"f", "v"}})}};
  return files;
}
// Vectors V10 and V11 of spec 03.
const Files& TableFiles() {
  static const Files files = {
      {"dynamodb/s/_schema.json",
       "{\n  \"format_version\": 1,\n  \"table_name\": \"s\",\n  \"primary_key\": {\n    "
       "\"hash_key\": "
       "{\n      \"name\": \"id\",\n      \"type\": \"S\"\n    },\n    \"range_key\": {}\n  },\n  "
       "\"attribute_definitions\": [\n    {\n      \"name\": \"id\",\n      \"type\": \"S\"\n    "
       "}\n  "
       "]\n}"},
      {"dynamodb/s/_schema_ext.json", "{\n  \"format_version\": 1,\n  \"generation\": 1\n}\n"},
      {"dynamodb/s/items/a.json", "{\n  \"id\": {\n    \"S\": \"a\"\n  }\n}"}};
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

TEST_CASE("no choice, and \"all\": everything") {
  for (const std::vector<std::string>& adapters :
       {std::vector<std::string>{}, {"all"}, {"all", "redis"}}) {
    DecodeRun run(Mixed());
    run.options.adapters = adapters;
    const DecodeReport report = run.Run();
    Files expected = RedisFiles();
    expected.insert(TableFiles().begin(), TableFiles().end());
    expected[kRaw] = kRawLines;
    expected[kUnknown] = UnknownLine();
    CHECK(run.Data() == expected);
    CHECK(report.rows.total == 20);
    CHECK(report.rows.emitted == 8);
    CHECK(report.rows.older_version == 2);
    CHECK(report.rows.tombstone == 1);
    CHECK(report.rows.expired == 1);
    CHECK(report.rows.derived_index == 3);
    CHECK(report.rows.operational == 3);  // the fence, the metadata row, the queue's counter
    CHECK(report.rows.transactional == 1);
    CHECK(report.rows.excluded == 0);
    CHECK(report.rows.unknown == 1);
    CHECK(report.rows.damaged == 0);
    CHECK(report.records == 5);
    CHECK_FALSE(report.complete());  // for the unknown row
    CHECK(RowsOf(report, "redis").emitted == 3);
    CHECK(RowsOf(report, "rawkv").emitted == 2);
    CHECK(RowsOf(report, "dynamodb").emitted == 3);
    CHECK(RowsOf(report, "sqs").operational == 1);
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
    if (adapters.empty()) expected.insert(TableFiles().begin(), TableFiles().end());
    CHECK(run.Data() == expected);
    CHECK(RowsOf(report, "redis").emitted + RowsOf(report, "rawkv").emitted == 5);
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

TEST_CASE("adapters that do not exist") {
  for (const char* name : {"nope", "", "Redis", "internal"}) {
    INFO(name);
    DecodeRun run(Mixed());
    run.options.adapters = {"redis", name};
    const Status status = run.Fail();
    CHECK(status.code() == "UnknownAdapter");
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

TEST_CASE("the tree and the accounts do not depend on the number of threads") {
  Files first;
  for (const unsigned threads : {1U, 2U, 3U, 8U}) {
    DecodeRun run(Mixed());
    run.options.threads = threads;
    run.options.least_piece_bytes = 1;
    const DecodeReport report = run.Run();
    CHECK(report.rows.emitted == 8);
    CHECK(report.adapters.size() == kAdapterCount);
    if (threads == 1) first = run.Data();
    CHECK(run.Data() == first);
  }
}

TEST_CASE("records are selected by their addresses") {
  const auto decode = [](const std::vector<std::string>& include,
                         const std::vector<std::string>& exclude, DecodeReport* report) {
    DecodeRun run(Mixed());
    run.options.filter.include = include;
    run.options.filter.exclude = exclude;
    *report = run.Run();
    return run.Data();
  };
  DecodeReport report;
  CHECK(decode({"dynamodb/s"}, {}, &report) == TableFiles());
  CHECK(report.rows.excluded == 7);
  CHECK(report.rows.unknown == 0);
  CHECK(report.complete());
  CHECK(decode({"redis/*/h.json"}, {}, &report) == Files{{HashPath("h"), HashText({{"f", "v"}})}});
  CHECK(decode({"*.json"}, {"redis/*", "*schema*"}, &report).size() == 3);  // a table's items count
  CHECK(decode({"rawkv/data.jsonl", kUnknown}, {}, &report) ==
        Files{{kRaw, kRawLines}, {kUnknown, UnknownLine()}});
  Files expected = TableFiles();
  expected[kUnknown] = UnknownLine();
  expected.insert(RedisFiles().begin(), RedisFiles().end());
  CHECK(decode({}, {"rawkv"}, &report) == expected);
  CHECK(report.rows.excluded == 2);
}

TEST_CASE("a pattern that stands for nothing is named, with the nearest addresses") {
  DecodeRun run(Mixed());
  run.options.filter.include = {"redis/db_0/strings/t.bin", "dynamodb/t/*", "rawkv"};
  run.options.filter.exclude = {"nope*"};
  run.options.filter.from_files = true;
  run.options.filter.files = {"redis/db_0/hashes/h.json", "redis/db_0/hashes/i.json"};
  const DecodeReport report = run.Run();
  CHECK(run.Data().size() == 2);
  REQUIRE(report.unmatched.size() == 4);
  CHECK(report.unmatched[0].pattern == "redis/db_0/strings/t.bin");
  CHECK(report.unmatched[0].nearest.front() == "redis/db_0/strings/s.bin");
  CHECK(report.unmatched[1].nearest.front() == "dynamodb/s/");
  CHECK(report.unmatched[2].pattern == "nope*");
  CHECK(report.unmatched[3].nearest.front() == "redis/db_0/hashes/h.json");
  CHECK_FALSE(report.complete());
  REQUIRE(FindingOf(report, "nothing_matched") != nullptr);
  CHECK(FindingOf(report, "nothing_matched")->count == 4);
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

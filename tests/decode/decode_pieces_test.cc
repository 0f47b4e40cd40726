// Many tables, buckets and queues side by side, in files where the cuts between them are hard.
#include <set>

#include <catch2/catch.hpp>

#include "tests/support/decode_run.h"
#include "tests/support/dynamodb_rows.h"
#include "tests/support/redis_rows.h"
#include "tests/support/s3_rows.h"
#include "tests/support/sqs_rows.h"

namespace snaptree::test {
namespace {

constexpr int kScopes = 40;

std::string Numbered(const char* name, int i) { return std::to_string(100 + i) + name; }

void AddTable(SnapshotBuilder* rows, int i) {
  const std::string table = Numbered("-table", i);
  ddb::TableFields fields;
  fields.name = table;
  fields.definitions = {{"pk", "S"}};
  fields.hash = "pk";
  rows->Put(ddb::TableRow(table), kT0, i % 7 == 3 ? "damaged" : ddb::TableValue(fields));
  rows->Put(ddb::CounterRow(table), kT0, i % 9 == 4 ? "?" : "1");
  for (int n = 0; n < 10; ++n) {
    const std::string id = "item" + std::to_string(n);
    const std::string key = ddb::ItemRow(table, 1, ddb::Segment(id));
    const std::string item = ddb::Item({{"pk", ddb::S(id)}, {"x", ddb::S(std::string(200, 'x'))}});
    rows->Put(key, kT0, "old").Put(key, kT1, n == 9 && i % 3 == 0 ? "?" : item);
  }
  rows->Put("!ddb|item|" + table, kT0, "no table ends its name");
}

void AddBucket(SnapshotBuilder* rows, int i) {
  const std::string bucket = Numbered("-bucket", i);
  PutS3Bucket(rows, bucket, 3);
  for (int n = 0; n < 5; ++n) {
    const S3Place place{bucket, 3, "key" + std::to_string(n), "upload" + std::to_string(i * 9 + n)};
    PutS3Object(rows, place, {{.chunks = {std::string(300, static_cast<char>('a' + n)), "tail"}}});
  }
  const S3Place open{bucket, 3, "open", "never"};
  rows->Put(S3ChunkKey("blob", open, 1, 0), kT0, "x");
  // Keys that no node looks up, at the front of the bucket and at its end.
  for (const char* object : {"a", "zz"}) {
    const S3Place place{bucket, 3, object, "u"};
    rows->Put(S3ChunkKey("blob", place, 1, 0) + std::string(8, '\0'), kT0, "unreachable");
  }
}

void AddQueue(SnapshotBuilder* rows, int i) {
  const std::string queue = Numbered("-queue", i);
  if (i % 5 != 4) rows->Put(QueueMetaKey(queue), kT0, StoredQueue(queue, 1, R"(,"new":1)"));
  for (int n = 0; n < 10; ++n) {
    MessageFields m;
    m.id = "m" + std::to_string(n);
    m.body = std::string(150, 'b');
    if (n == 8) m.generation = 2;  // not that of its key
    rows->Put(MessageKey(queue, 1, m.id), kT0, n == 9 ? "?" : StoredMessage(m));
  }
}

// The rows of one raft group, or of both.
SnapshotBuilder Group(const std::set<int>& of_two) {
  SnapshotBuilder rows;
  for (int i = 0; i < kScopes; ++i) {
    if (of_two.count(i % 2) == 0) continue;
    AddTable(&rows, i);
    AddBucket(&rows, i);
    AddQueue(&rows, i);
  }
  return rows;
}

struct Outcome {
  Files files;
  std::string checksums;
  std::string report;
  uint64_t records = 0;
};

// MANIFEST.json without the members that tell the time of the run.
std::string ManifestText(const DecodeRun& run) {
  std::string text;
  const std::string manifest = run.Manifest();
  for (size_t at = 0; at < manifest.size();) {
    const size_t end = std::min(manifest.find('\n', at), manifest.size() - 1) + 1;
    const std::string line = manifest.substr(at, end - at);
    if (line.find("wall_time") == std::string::npos && line.find("\"path\"") == std::string::npos)
      text += line;
    at = end;
  }
  return text;
}

std::string ReportText(const DecodeReport& report) {
  std::string text;
  for (const auto& [code, finding] : report.findings.by_code()) {
    text += code + " " + std::to_string(finding.count) + "\n";
    for (const auto& [example, n] : finding.examples)
      text += "  " + example + " " + std::to_string(n) + "\n";
  }
  for (const DamagedRecord& row : report.damaged) text += row.code + " " + row.address + "\n";
  return text;
}

Outcome Run(DecodeRun* run, unsigned threads) {
  run->options.threads = threads;
  run->options.least_piece_bytes = 1;
  run->options.output = run->folder() + "/out" + std::to_string(threads);
  const DecodeReport report = run->Run();
  return {run->Data(), run->Checksums(), ManifestText(*run) + ReportText(report), report.records};
}

// The same with one thread, which cuts nothing, and with several.
Outcome SameWithThreads(DecodeRun* run) {
  Outcome one = Run(run, 1);
  for (const unsigned threads : {2U, 3U, 8U}) {
    INFO("threads " << threads);
    const Outcome many = Run(run, threads);
    CHECK((many.files == one.files));
    CHECK((many.checksums == one.checksums));
    CHECK(many.report == one.report);
  }
  return one;
}

TEST_CASE("many scopes with damage in all of them: one tree and one report for all threads") {
  DecodeRun run(Group({0, 1}));
  const Outcome out = SameWithThreads(&run);
  CHECK(out.records > 800);
  CHECK(out.report.find("s3_unreachable_row 80") != std::string::npos);
  CHECK(out.report.find("sqs_generation_mismatch 40") != std::string::npos);
}

TEST_CASE("two groups, merged on the way, with a transaction to roll forward") {
  SnapshotBuilder one = Group({0});
  const std::string key = ddb::ItemRow("102-table", 1, ddb::Segment("rolled"));
  const std::string item = ddb::Item({{"pk", ddb::S("rolled")}});
  const std::string start = U64(kT0 + 5);
  one.Put("!txn|lock|" + key, kT0 + 5,
          "\x01" + start + U64(kT0 + (uint64_t{90000} << 16)) + "\x01" + U64(key.size()) + key);
  one.Put("!txn|int|" + key, kT0 + 5,
          "\x01" + start + std::string(1, '\0') + U64(item.size()) + item);
  one.Put("!txn|cmt|" + key + start, kT0 + 6, "\x01" + U64(kT0 + 6));
  DecodeRun run(one);
  run.options.inputs.push_back(run.folder() + "/two.fsm");
  Group({1}).Write(run.options.inputs.back());
  run.options.latest = true;
  const Outcome both = SameWithThreads(&run);
  CHECK(both.files.count("dynamodb/102-table/items/rolled.json") == 1);
  DecodeRun whole(Group({0, 1}));
  const Outcome alone = Run(&whole, 3);
  for (const auto& [path, text] : alone.files) {
    INFO(path);
    if (!path.starts_with("unknown/")) CHECK((both.files.at(path) == text));
  }
}

// A bare key whose row stands between those of two tables: the family has two extents.
TEST_CASE("a family with a foreign row in its middle is cut all the same") {
  SnapshotBuilder rows = Group({0, 1});
  rows.Raw("!ddb|item|MTIw~~~", StoredValue("MTIw is what the names of table 120 begin with"));
  DecodeRun run(rows);
  const Outcome out = SameWithThreads(&run);
  CHECK(out.files.at("unknown/rows.jsonl").find("MTIw is") != std::string::npos);
}

TEST_CASE("the least memory and many threads") {
  DecodeRun run(Group({0, 1}));
  run.options.memory_bytes = uint64_t{16} << 20;
  const Outcome one = Run(&run, 1);
  const Outcome many = Run(&run, 64);
  CHECK((many.files == one.files));
  CHECK(many.report == one.report);
}

TEST_CASE("a selection out of many scopes") {
  DecodeRun run(Group({0, 1}));
  run.options.filter.include = {"dynamodb/11?-table", "s3/12*-bucket/key1", "sqs/103-queue",
                                "nothing/*"};
  const Outcome out = SameWithThreads(&run);
  CHECK(out.files.count("sqs/103-queue/messages.jsonl") == 1);
  CHECK(out.files.count("s3/120-bucket/key1") == 1);
  CHECK(out.files.count("s3/120-bucket/key2") == 0);
  CHECK(out.files.count("dynamodb/112-table/items/item1.json") == 1);
}

}  // namespace
}  // namespace snaptree::test

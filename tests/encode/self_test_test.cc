// What the self-test lets pass and what it does not, and rows that stand between those of a body.
#include <filesystem>

#include <catch2/catch.hpp>

#include "base/coding.h"
#include "base/text.h"
#include "tests/support/encode_run.h"
#include "tests/support/encoded_rows.h"

namespace snaptree::test {
namespace {

constexpr uint64_t kTs = 111411200000000001;

SnapshotBuilder Store() {
  SnapshotBuilder store;
  store.Header1(1700000000001);
  store.Put("!redis|str|a", kTs, std::string("\xff\x01\x01\0\0\x01\x94\x1f\x29\x7c\0v", 12));
  store.Put("raw key", kTs, "raw value");
  store.Put("!sqs|queue|meta|cQ", kTs,
            std::string("\0SQ\x01", 4) +
                R"({"name":"q","generation":1,"visibility_timeout_seconds":30,)"
                R"("message_retention_seconds":345600,"delay_seconds":0,)"
                R"("receive_message_wait_seconds":0,"maximum_message_size":262144})");
  store.Put("!sqs|queue|gen|cQ", kTs, "1");
  store.Metadata("_meta_last_commit_ts", kTs);
  return store;
}

std::string Table() {
  return R"({"format_version":1,"table_name":"t","primary_key":{"hash_key":{"name":"id",)"
         R"("type":"S"},"range_key":{}},"attribute_definitions":[{"name":"id","type":"S"}]})";
}

// A row key of the second chunk of the object "o" in the bucket "b".
std::string ChunkKey() {
  std::string key("!s3|blob|b\0\x01", 12);
  AppendBe64(&key, 1);
  key.append("o\0\x01", 3).append("elastickv-restore\0\x01", 19);
  AppendBe64(&key, 1);
  AppendBe64(&key, 1);
  return key;
}

Files BucketWith(const std::string& unknown_key) {
  Files files;
  files["s3/b/_bucket.json"] = R"({"format_version":1,"name":"b","snaptree":{"generation":1}})";
  files["s3/b/o"] = std::string(3 << 20, 'o');
  files["unknown/rows.jsonl"] = R"({"key":{"base64":")" + Base64Url(unknown_key) +
                                R"("},"value":"x","commit_ts":1})"
                                "\n";
  return files;
}

}  // namespace

TEST_CASE("a row of nobody may stand between the chunks of an object") {
  const std::string key = ChunkKey() + std::string(8, '\0');
  const EncodedRows encoded = EncodeFiles(BucketWith(key));
  CHECK(encoded.errors.empty());
  REQUIRE(encoded.rows.count(key) == 1);
  CHECK(encoded.rows.at(key) == "x");
  CHECK(encoded.rows.at(ChunkKey()).size() == 1 << 20);
}

TEST_CASE("a row of nobody with the key of a chunk is told") {
  const EncodedRows encoded = EncodeFiles(BucketWith(ChunkKey()));
  REQUIRE(encoded.errors == std::vector<std::string>{"DuplicateKey unknown/rows.jsonl: line 1"});
  CHECK(encoded.statuses[0].info().found.find("made from a file's content") != std::string::npos);
}

TEST_CASE("files of lines without a line say what missing ones say") {
  EncodeRun run(Store());
  run.Edit("redis/db_0/strings_ttl.jsonl", "");
  run.Edit("rawkv/data.jsonl", "");
  run.Edit("sqs/q/messages.jsonl", "");
  run.Seal();
  const EncodeReport report = run.Run();
  for (const Status& error : report.errors) FAIL_CHECK(error.Message());
  const Files decoded = run.Decoded();
  CHECK(decoded.count("rawkv/data.jsonl") == 0);
  CHECK(decoded.count("redis/db_0/strings/a.bin") == 1);
}

DecodeOptions ItemsAsLines() {
  DecodeOptions options;
  options.dynamodb_jsonl = true;
  return options;
}

void AddTable(EncodeRun* run) {
  std::filesystem::create_directories(run->tree("dynamodb/t/items"));
  run->Edit("dynamodb/t/_schema.json", Table());
  run->Edit("dynamodb/t/_schema_ext.json", "{\"format_version\":1,\"generation\":1}");
}

TEST_CASE("an announced difference counts for all parts of a table") {
  EncodeRun run(Store().Bytes(), ItemsAsLines());
  AddTable(&run);
  run.Edit("dynamodb/t/items/data-00001.jsonl", "{\"id\":{\"S\":\"a\"}}\n");
  run.Edit("dynamodb/t/items/data-00002.jsonl", "{\"id\":{\"S\":\"b\"},\"n\":{\"NULL\":false}}\n");
  run.Seal();
  const EncodeReport report = run.Run();
  for (const Status& error : report.errors) FAIL_CHECK(error.Message());
  CHECK(report.findings.by_code().count("ddb_null_false") == 1);
}

TEST_CASE("items of a table may be cut into files in any way") {
  EncodeRun run(Store().Bytes(), ItemsAsLines());
  AddTable(&run);
  for (const char* key : {"c", "a", "b"}) {
    run.Edit(std::string("dynamodb/t/items/data-1") + key + ".jsonl",
             std::string("{\"id\":{\"S\":\"") + key + "\"}}\n");
  }
  run.Edit("dynamodb/t/items/data-2.jsonl", "");
  run.Seal();
  const EncodeReport report = run.Run();
  for (const Status& error : report.errors) FAIL_CHECK(error.Message());
}

TEST_CASE("what only snaptree writes may be added to a tree of the Go tools") {
  DecodeOptions go;
  go.extensions = false;
  EncodeRun run(Store().Bytes(), go);
  run.Edit("sqs/q/_queue_ext.json",
           "{\"format_version\":1,\"generation\":1,\"tags\":{\"t\":\"a\"}}\n");
  run.Seal();
  const EncodeReport report = run.Run();
  for (const Status& error : report.errors) FAIL_CHECK(error.Message());
  CHECK(run.Decoded().at("sqs/q/_queue_ext.json").find("\"tags\"") != std::string::npos);
}

}  // namespace snaptree::test

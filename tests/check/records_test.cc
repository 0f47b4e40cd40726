// One set of records, wherever it is kept: as a snapshot, a tree, an archive, a bundle.
#include "check/records.h"

#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "decode/decoder.h"
#include "manifest/checksums.h"
#include "tests/support/asked_record.h"
#include "tests/support/decode_run.h"
#include "tests/support/golden_node1.h"
#include "tests/support/redis_rows.h"
#include "tests/support/s3_rows.h"
#include "tests/support/temp_folder.h"
#include "tree/digest_sink.h"

namespace snaptree::test {
namespace {

using Digests = std::map<std::string, Sha256Digest>;

struct Given {
  Digests files;  // but MANIFEST.json, which tells of a run
  RecordsReport report;
};

Given Read(const RecordsOptions& options) {
  Given given;
  const std::unique_ptr<TreeSink> sink =
      NewDigestSink([&](Slice path, const Sha256Digest& digest) -> Status {
        if (!given.files.emplace(path, digest).second)
          throw std::runtime_error("twice: " + std::string(path));
        return {};
      });
  Result<RecordsReport> report = ReadRecords(options, *sink);
  if (!report.ok()) throw std::runtime_error(report.status().Message());
  given.report = *std::move(report);
  if (given.files.erase(std::string(kManifestFileName)) == 0)
    throw std::runtime_error("no MANIFEST.json");
  return given;
}

Digests FilesOf(const std::string& root) {
  Digests digests;
  for (const auto& [path, content] : ReadTree(root)) {
    if (path.ends_with("/") || path == kManifestFileName || path == kChecksumsFileName) continue;
    digests[path] = Sha256::Of(content);
  }
  return digests;
}

RecordsOptions Of(const std::string& what, unsigned threads) {
  RecordsOptions options;
  options.what = what;
  options.threads = threads;
  return options;
}

TEST_CASE("the records of node1, from whatever holds them") {
  const Digests expected = FilesOf(DefaultTree().tree);
  REQUIRE(expected.size() > 1000);
  TempFolder folder;
  const std::string archive = folder / "node1.tar";
  REQUIRE(std::system(("tar -C '" + DefaultTree().tree + "' -cf '" + archive + "' .").c_str()) ==
          0);
  DecodeOptions bundle;
  bundle.inputs = {Node1Snapshot()};
  bundle.jsonl = true;
  bundle.output = folder / "bundle";
  REQUIRE(Decode(bundle).ok());
  DecodeOptions items = bundle;
  items.jsonl = false;
  items.dynamodb_jsonl = true;
  items.output = folder / "items";
  REQUIRE(Decode(items).ok());
  REQUIRE(FilesOf(bundle.output).size() < expected.size() / 2);
  for (const unsigned threads : {1U, 4U}) {
    for (const std::string& what :
         {Node1Snapshot(), DefaultTree().tree, archive, bundle.output, items.output}) {
      INFO(what << ", threads " << threads);
      const Given given = Read(Of(what, threads));
      CHECK((given.files == expected));
      CHECK(given.report.complete);
      CHECK(given.report.read_ts != 0);
      CHECK(given.report.decoded.has_value() == (what == Node1Snapshot()));
      CHECK(given.report.manifest.has_value() == (what != Node1Snapshot()));
    }
  }
}

TEST_CASE("records by adapter and address") {
  for (const std::string& what : {Node1Snapshot(), DefaultTree().tree}) {
    RecordsOptions options = Of(what, 2);
    options.adapters = {"sqs"};
    for (const auto& [path, digest] : Read(options).files) CHECK(path.starts_with("sqs/"));
    options.adapters.clear();
    options.filter.include = {"MANIFEST.json", "no/such/record"};
    const RecordsReport report = Read(options).report;
    REQUIRE_FALSE(report.unmatched.empty());
    CHECK(report.unmatched.back().pattern == "no/such/record");
  }
}

TEST_CASE("objects that are called as the file of lines have one address in every layout") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  for (const char* key : {"_objects.jsonl", "_objects.jsonl.elastickv-leaf-data",
                          "_objects.jsonl/x", "a/_objects.jsonl", "b"}) {
    PutS3Object(&rows, {"photos", 3, key}, {{1, {key}}});
  }
  rows.Put(StrKey("z"), kT0, StringValue("v", 5000000000000))
      .Put(StrKey("A"), kT0, StringValue("w"));
  DecodeRun files(rows);
  files.Run();
  DecodeRun lines(rows);
  lines.options.jsonl = true;
  lines.Run();
  const Digests expected = FilesOf(files.options.output);
  CHECK((Read(Of(lines.options.output, 2)).files == expected));
  for (const auto& [path, content] : files.Data()) {
    INFO(path);
    const Asked asked = Ask(lines.options.output, path);
    CHECK(asked.content == content);
    CHECK(asked.report.found);
  }
  // A key's file beside the lines: one record, whatever its name.
  const std::string odd = lines.options.output + "/redis/db_0/strings";
  std::filesystem::create_directory(odd);
  std::filesystem::rename(lines.options.output + "/redis/db_0/strings-00000.jsonl",
                          lines.folder() + "/strings-00000.jsonl");
  const std::string text = ReadWholeFile(lines.folder() + "/strings-00000.jsonl");
  WriteWholeFile(lines.options.output + "/redis/db_0/strings-00000.jsonl",
                 text.substr(text.find('\n') + 1));
  WriteWholeFile(odd + "/%41.bin", "w");
  const Given mixed = Read(Of(lines.options.output, 1));
  CHECK((mixed.files == expected));
  // It is not what CHECKSUMS says, and that is told.
  CHECK_FALSE(mixed.report.complete);
  CHECK(mixed.report.findings.by_code().count("checksum_mismatch") == 1);
}

TEST_CASE("a file that only CHECKSUMS knows is no unknown record") {
  SnapshotBuilder rows;
  rows.Put(StrKey("z"), kT0, StringValue("v"));
  DecodeRun run(rows);
  run.Run();
  std::filesystem::remove(run.options.output + "/redis/db_0/strings/z.bin");
  CHECK(Ask(run.options.output, "redis/db_0/strings/z.bin").error() == "Missing");
  const Asked other = Ask(run.options.output, "redis/db_0/strings/y.bin");
  CHECK(other.status.ok());
  CHECK_FALSE(other.report.found);
}

TEST_CASE("a time is for snapshots only") {
  RecordsOptions options = Of(DefaultTree().tree, 1);
  options.at = 1;
  const std::unique_ptr<TreeSink> sink =
      NewDigestSink([](Slice, const Sha256Digest&) { return Status::Ok(); });
  const Result<RecordsReport> report = ReadRecords(options, *sink);
  REQUIRE_FALSE(report.ok());
  CHECK(report.status().code() == "AtNeedsSnapshot");
  CHECK(report.status().kind() == ErrorKind::kUsage);
}

}  // namespace
}  // namespace snaptree::test

// One record of real nodes, and of whatever else may hold it.
#include <cstdlib>

#include <catch2/catch.hpp>

#include "manifest/checksums.h"
#include "tests/support/asked_record.h"
#include "tests/support/decode_run.h"
#include "tests/support/every_path.h"
#include "tests/support/golden_node1.h"

namespace snaptree::test {
namespace {

Files WithoutFolders(Files files) {
  std::erase_if(files, [](const auto& file) {
    return file.first.ends_with("/") || file.first == kChecksumsFileName ||
           file.first == "MANIFEST.json";
  });
  return files;
}

TEST_CASE("every file of node1") {
  const Files files = WithoutFolders(ReadTree(DefaultTree().tree));
  REQUIRE(files.size() > 1000);
  Files of_fs;
  Files others;
  for (const auto& file : files) (file.first.starts_with("fs/") ? of_fs : others).insert(file);
  GetCounts counts;
  CheckEveryPath({Node1Snapshot(), 4096, {}, false}, others, &counts);
  CHECK(counts.records > 1000);
  // Four items have hash keys that are longer than a name.
  CHECK(counts.records - counts.alone == 4);
  CheckEveryPath({Node1Snapshot(), 4096, {}, false}, of_fs, &counts);
}

TEST_CASE("every file of a group with transactions to apply") {
  for (const char* name : {"group-1", "group-2"}) {
    const std::string path = std::string(SNAPTREE_TESTDATA_DIR) + "/groups1/" + name + ".fsm.zst";
    const TempFolder folder;
    DecodeOptions decode;
    decode.inputs = {path};
    decode.output = folder / "tree";
    REQUIRE(Decode(decode).ok());
    const Files files = WithoutFolders(ReadTree(decode.output));
    REQUIRE(files.size() > 30);
    for (const auto& [file, content] : files) {
      const Asked asked = Ask(path, file);
      INFO(file << " " << asked.error());
      REQUIRE(asked.report.found);
      REQUIRE(asked.content == content);
    }
    CHECK_FALSE(Ask(path, "redis/db_0/strings/nobody.bin").report.found);
  }
}

TEST_CASE("records of a tree and of its archive") {
  const std::string tree = DefaultTree().tree;
  const TempFolder folder;
  const std::string archive = folder / "node1.tar";
  REQUIRE(std::system(("tar -C '" + tree + "' -cf '" + archive + "' .").c_str()) == 0);
  const Files files = ReadTree(tree);
  size_t n = 0;
  for (const auto& [file, content] : files) {
    if (file.ends_with("/") || n++ % 50 != 0) continue;
    for (const std::string& what : {tree, archive}) {
      const Asked asked = Ask(what, file);
      INFO(what << " " << file << " " << asked.error());
      REQUIRE(asked.report.found);
      REQUIRE(asked.content == content);
      REQUIRE(asked.report.findings.by_code().empty());
    }
  }
  for (const std::string& what : {tree, archive}) {
    const Asked asked = Ask(what, "s3/nobody");
    CHECK_FALSE(asked.report.found);
    CHECK(asked.report.nearest.size() == 3);
  }
}

TEST_CASE("a file that is not what CHECKSUMS says") {
  const TempFolder folder;
  const std::string tree = folder / "tree";
  const std::string file = "redis/db_0/strings/k.bin";
  const TempFolder source;
  const std::string snapshot = source / "a.fsm";
  SnapshotBuilder()
      .Put("!redis|str|k", kT0, "value")
      .Put("!redis|str|l", kT0, "other")
      .Write(snapshot);
  DecodeOptions decode;
  decode.inputs = {snapshot};
  decode.output = tree;
  REQUIRE(Decode(decode).ok());
  CHECK(Ask(tree, file).report.findings.by_code().empty());
  WriteWholeFile(tree + "/" + file, "velue");
  WriteWholeFile(tree + "/new.txt", "mine");
  const std::string archive = folder / "t.tar";
  REQUIRE(std::system(("tar -C '" + tree + "' -cf '" + archive + "' .").c_str()) == 0);
  for (const std::string& what : {tree, archive}) {
    const Asked changed = Ask(what, file);
    CHECK(changed.content == "velue");
    CHECK(changed.report.findings.by_code().count("checksum_mismatch") == 1);
    CHECK(Ask(what, "new.txt").report.findings.by_code().count("unlisted_file") == 1);
    CHECK(Ask(what, "redis/db_0/strings/l.bin").report.findings.by_code().empty());
  }
  REQUIRE(std::remove((tree + "/CHECKSUMS").c_str()) == 0);
  CHECK(Ask(tree, file).report.findings.by_code().count("no_checksums") == 1);
}

TEST_CASE("files that tell of many records, or of the run") {
  const TempFolder folder;
  const std::string snapshot = folder / "a.fsm";
  SnapshotBuilder()
      .Put("!redis|str|b64.k", kT0, "value")
      .Put("!redis|str|t", kT0, "soon gone")
      .Put("!redis|ttl|t", kT0, std::string("\0\0\x01\x9b\x76\xda\xa8\0", 8))
      .Put("!s3|odd|row", kT0, "unknown")
      .Put("bare", kT0, "raw")
      .Write(snapshot);
  DecodeOptions decode;
  decode.inputs = {snapshot};
  decode.output = folder / "tree";
  REQUIRE(Decode(decode).ok());
  const Files files = WithoutFolders(ReadTree(decode.output));
  for (const char* name : {"redis/db_0/KEYMAP.jsonl", "redis/db_0/strings_ttl.jsonl",
                           "rawkv/data.jsonl", "unknown/rows.jsonl"}) {
    REQUIRE(files.count(name) == 1);
  }
  for (const auto& [file, content] : files) {
    const Asked asked = Ask(snapshot, file);
    INFO(file << " " << asked.error());
    REQUIRE(asked.report.found);
    REQUIRE(asked.content == content);
  }
  CHECK(Ask(snapshot, "MANIFEST.json").content.find("\"format_version\": 1") != std::string::npos);
}

TEST_CASE("a damaged record is told from one that is not there") {
  const TempFolder folder;
  const std::string snapshot = folder / "a.fsm";
  SnapshotBuilder()
      .Raw(RawKey("!redis|str|bad", kT0), StoredValue("x", 0, 0x80))
      .Put("!redis|hash|h", kT0, "no blob")
      .Put("!redis|str|good", kT0, "value")
      .Write(snapshot);
  for (const char* address : {"redis/db_0/strings/bad.bin", "redis/db_0/hashes/h.json"}) {
    const Asked asked = Ask(snapshot, address);
    INFO(address << " " << asked.error());
    CHECK_FALSE(asked.report.found);
    CHECK_FALSE(asked.report.complete);
  }
  const Asked good = Ask(snapshot, "redis/db_0/strings/good.bin");
  CHECK(good.content == "value");
  CHECK(good.report.complete);
  CHECK(good.report.findings.by_code().empty());
  CHECK(Ask(snapshot, "redis/db_0/strings/none.bin").report.complete);
}

TEST_CASE("addresses that no record can have") {
  const TempFolder folder;
  const std::string snapshot = folder / "a.fsm";
  SnapshotBuilder().Put("!redis|str|k", kT0, "value").Write(snapshot);
  for (const char* address : {"", "/", "./redis", "redis/", "redis//db_0", "../x", "a/../b"}) {
    CHECK(Ask(snapshot, address).error() == "AddressInvalid");
  }
  CHECK_FALSE(Ask(snapshot, "nonsense").report.found);
  CHECK_FALSE(Ask(snapshot, "redis").report.found);
}

}  // namespace
}  // namespace snaptree::test

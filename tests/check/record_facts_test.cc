// Times of records, from the files that tell them.
#include "check/record_facts.h"

#include <map>
#include <string>

#include <catch2/catch.hpp>

namespace snaptree::test {
namespace {

using Facts = std::map<std::string, std::string>;

std::string Text(const std::optional<uint64_t>& ms) { return ms ? std::to_string(*ms) : "-"; }

// Path -> "changed/expires", in pieces of a few bytes.
Facts FactsOf(Slice path, Slice text) {
  Facts facts;
  const FactScan::Take take = [&](Slice of, const RecordFacts& its) {
    facts[std::string(of)] = Text(its.modified_ms) + "/" + Text(its.expires_at_ms);
    return Status::Ok();
  };
  FactScan scan(FactSourceOf(path), path, take);
  for (size_t at = 0; at < text.size(); at += 5) REQUIRE(scan.Append(text.substr(at, 5)).ok());
  return facts;
}

TEST_CASE("which files tell times") {
  const std::map<std::string, FactSource> expected = {
      {"redis/db_0/hashes/a.json", FactSource::kCollection},
      {"redis/db_0/lists/.json", FactSource::kCollection},
      {"redis/db_0/sets/a.json", FactSource::kCollection},
      {"redis/db_0/zsets/a.json", FactSource::kCollection},
      {"redis/db_0/streams/a.jsonl", FactSource::kStream},
      {"redis/db_0/strings_ttl.jsonl", FactSource::kStringTtls},
      {"redis/db_0/hll_ttl.jsonl", FactSource::kHllTtls},
      {"s3/b/a/b.elastickv-meta.json", FactSource::kSidecar},
      {"s3/b/CHECKSUMS.elastickv-meta.json", FactSource::kSidecar},
      {"fs/inodes.jsonl", FactSource::kInodes},
  };
  for (const auto& [path, source] : expected) {
    INFO(path);
    CHECK(FactSourceOf(path) == source);
  }
  for (const Slice path :
       {"redis/db_0/strings/a.json", "redis/db_0/hashes/a.jsonl", "redis/db_0/hashes/x/a.json",
        "redis/db_0/KEYMAP.jsonl", "redis/hashes/a.json", "redis/db_0", "redis/", "s3/b/a.json",
        "s3/b/.elastickv-meta.json", "s3/b.elastickv-meta.json",
        "s3/b/_orphans/a.elastickv-meta.json", "fs/tree/inodes.jsonl", "sqs/q/messages.jsonl",
        "dynamodb/t/items/a.json", "MANIFEST.json", ""}) {
    INFO(path);
    CHECK(FactSourceOf(path) == FactSource::kNone);
  }
}

TEST_CASE("collections tell of themselves") {
  CHECK(
      FactsOf(
          "redis/db_0/hashes/a.json",
          "{\n  \"format_version\": 1,\n  \"fields\": [\n    {\n      \"name\": \"expire_at_ms\",\n"
          "      \"value\": \"7\"\n    }\n  ],\n  \"expire_at_ms\": 1900000000000\n}") ==
      Facts{{"redis/db_0/hashes/a.json", "-/1900000000000"}});
  CHECK(FactsOf("redis/db_0/sets/a.json", R"({"members":[],"expire_at_ms":null})").empty());
  CHECK(FactsOf("redis/db_0/sets/a.json", R"({"members":[],"expire_at_ms":0})").empty());
}

TEST_CASE("streams: the last line, not an entry that looks like it") {
  const Slice path = "redis/db_0/streams/s.jsonl";
  CHECK(
      FactsOf(
          path,
          "{\"id\":\"1-0\",\"fields\":[{\"name\":\"_meta\",\"value\":\"x\"}],\"expire_at_ms\":4}\n"
          "{\"_meta\":true,\"length\":1,\"last_ms\":1,\"last_seq\":0,\"expire_at_ms\":5}\n") ==
      Facts{{std::string(path), "-/5"}});
}

TEST_CASE("lists of times to live: by name, the last line wins") {
  CHECK(FactsOf(
            "redis/db_0/strings_ttl.jsonl",
            "{\"key\":\"a%3A1\",\"expire_at_ms\":5}\n{\"key\":\"b\",\"expire_at_ms\":6}\nbroken {\n"
            "{\"key\":\"b\",\"expire_at_ms\":7}\n{\"expire_at_ms\":7}\n") ==
        Facts{{"redis/db_0/strings/a%3A1.bin", "-/5"}, {"redis/db_0/strings/b.bin", "-/7"}});
  CHECK(FactsOf("redis/db_3/hll_ttl.jsonl", "{\"expire_at_ms\":5,\"key\":\"\"}") ==
        Facts{{"redis/db_3/hll/.bin", "-/5"}});
}

TEST_CASE("sidecars tell of their body") {
  CHECK(FactsOf("s3/b/x/y.elastickv-meta.json",
                R"({"format_version":1,"user_metadata":{"last_modified":"2000-01-01T00:00:00Z"},)"
                R"("last_modified":"2026-11-21T07:57:45.911Z"})") ==
        Facts{{"s3/b/x/y", "1795247865911/-"}});
  CHECK(FactsOf("s3/b/x.elastickv-meta.json", R"({"last_modified":"yesterday"})").empty());
}

TEST_CASE("inodes tell of files by path") {
  CHECK(FactsOf("fs/inodes.jsonl",
                "{\"inode\":1,\"mtime_nsec\":1500000,\"path\":\"\"}\n"
                "{\"inode\":18446744073709551615,\"mtime_nsec\":1795247826724999999,\"path\":\"a/"
                "b%20c\"}\n"
                "{\"inode\":3,\"mtime_nsec\":-5,\"path\":\"old\"}\n") ==
        Facts{{"fs/tree/", "1/-"}, {"fs/tree/a/b%20c", "1795247826724/-"}});
}

}  // namespace
}  // namespace snaptree::test

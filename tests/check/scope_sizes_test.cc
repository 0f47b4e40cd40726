// Sums by scope, of more scopes than fit.
#include "check/detail/scope_sizes.h"

#include <map>
#include <string>
#include <utility>

#include "check/record_place.h"
#include <catch2/catch.hpp>

#include "manifest/file_name_codec.h"
#include "tests/support/temp_folder.h"

namespace snaptree::test {
namespace {

using Sums = std::map<std::string, std::pair<uint64_t, uint64_t>>;

Sums Run(size_t scopes, size_t rounds) {
  const TempFolder folder;
  ScopeSizes sizes({1 << 18, [&] { return Result<std::string>(folder.path()); }});
  for (size_t round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < scopes; ++i)
      REQUIRE(sizes.Add("s3/bucket-" + std::to_string(i), 1, i).ok());
  }
  Sums sums;
  const Status finished = sizes.Finish([&](Slice scope, uint64_t records, uint64_t bytes) {
    REQUIRE(sums.emplace(scope, std::pair(records, bytes)).second);
  });
  REQUIRE(finished.ok());
  return sums;
}

TEST_CASE("ScopeSizes: adds up, in memory or not") {
  for (const size_t scopes : {size_t{0}, size_t{1}, size_t{4096}, size_t{4097}, size_t{20000}}) {
    const Sums sums = Run(scopes, 3);
    REQUIRE(sums.size() == scopes);
    for (size_t i = 0; i < scopes; ++i)
      REQUIRE(sums.at("s3/bucket-" + std::to_string(i)) == std::pair<uint64_t, uint64_t>(3, 3 * i));
  }
}

std::string Place(Slice path) {
  const RecordPlace place = RecordPlaceOf(path);
  switch (place.content) {
    case RecordContent::kNone:
      return "-";
    case RecordContent::kRecord:
      return "record " + std::string(place.scope);
    case RecordContent::kMessages:
      return "messages " + std::string(place.scope);
    case RecordContent::kRows:
      break;
  }
  return "rows " + std::string(place.scope);
}

TEST_CASE("which files are records") {
  CHECK(Place("dynamodb/t/items/a.json") == "record dynamodb/t");
  CHECK(Place("dynamodb/t/items/a/b.json") == "record dynamodb/t");
  CHECK(Place("dynamodb/t/_schema.json") == "-");
  CHECK(Place("dynamodb/~orphan_rows.jsonl") == "-");
  CHECK(Place("s3/b/a") == "record s3/b");
  CHECK(Place("s3/b/x/_bucket.json") == "record s3/b");
  CHECK(Place("s3/b/a.elastickv-meta.json") == "-");
  CHECK(Place("s3/b/_bucket.json") == "-");
  CHECK(Place("s3/b/KEYMAP.jsonl") == "-");
  CHECK(Place("s3/b/_orphans/a/gen-1/head.json") == "-");
  CHECK(Place("redis/db_0/strings/a.bin") == "record redis/db_0/strings");
  CHECK(Place("redis/db_0/strings_ttl.jsonl") == "-");
  CHECK(Place("redis/db_0/KEYMAP.jsonl") == "-");
  CHECK(Place("sqs/q/messages.jsonl") == "messages sqs/q");
  CHECK(Place("sqs/q/_queue.json") == "-");
  CHECK(Place("fs/tree/a") == "record fs/tree");
  CHECK(Place("fs/tree/a/b/c") == "record fs/tree/a");
  CHECK(Place("fs/inodes.jsonl") == "-");
  CHECK(Place("rawkv/data.jsonl") == "rows rawkv");
  CHECK(Place("rawkv/blobs/00.bin") == "-");
  CHECK(Place("unknown/rows.jsonl") == "rows unknown");
  CHECK(Place("MANIFEST.json") == "-");
  CHECK(Place("") == "-");
}

TEST_CASE("fallback names of S3 keys that end as sidecars do are bodies") {
  const std::string suffix = ".elastickv-meta.json";
  for (const std::string& key :
       {suffix, "a" + suffix, "a/b" + suffix, std::string(43, 'k') + suffix,
        std::string(44, 'k') + suffix, std::string(44, 'k') + suffix + "x", std::string(64, 'k'),
        std::string(300, 'k'), std::string("a//b"), std::string(), std::string("\xff") + suffix}) {
    const std::string name = FallbackName(key);
    INFO(name);
    CHECK(Place("s3/b/" + name) == "record s3/b");
    CHECK(Place("s3/b/" + name + suffix) == "-");
  }
}

}  // namespace
}  // namespace snaptree::test

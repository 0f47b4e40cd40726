// Objects in all states: the checks of spec 04 section 5.5, the rules of chapter 3 and the traps of
// chapter 6.
#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/s3_rows.h"

namespace snaptree::test {
namespace {

using Strings = std::vector<std::string>;

const S3Place kPlace = {"photos", 3, "o", "u"};
const std::string kBody = "s3/photos/o";
const std::string kSidecar = "s3/photos/o.elastickv-meta.json";

SnapshotBuilder Photos() {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  return rows;
}

bool Has(const DecodedRows& out, const std::string& path) { return out.files.count(path) > 0; }

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error(from + " is not in " + text);
  return text.replace(at, from.size(), to);
}

TEST_CASE("objects of no bytes: trap 6") {
  SnapshotBuilder rows = Photos();
  rows.Put(S3HeadKey({"photos", 3, "put"}), kT0,
           R"({"upload_id":"u","etag":"d41d8cd98f00b204e9800998ecf8427e","size_bytes":0})");
  rows.Put(
      S3HeadKey({"photos", 3, "multipart"}), kT0,
      R"({"upload_id":"u","etag":"59adb24ef3cdbe0297f05b395827453f-1","size_bytes":0,"parts":[)"
      R"({"part_no":1,"etag":"d41d8cd98f00b204e9800998ecf8427e","size_bytes":0,"chunk_count":0}]})");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at("s3/photos/put").empty());
  CHECK(out.files.at("s3/photos/multipart").empty());
  CHECK(out.files.at("s3/photos/multipart.elastickv-meta.json")
            .find("\"part_sizes\": [\n      0\n") != std::string::npos);
  CHECK(out.findings().empty());
  CHECK(out.report.records == 2);
}

TEST_CASE("a missing chunk: the object is not written, its rows are kept, others go on") {
  for (const size_t missing : {size_t{0}, size_t{1}, size_t{2}}) {
    SnapshotBuilder rows = Photos();
    const S3PartText part = {1, {"aaa", "bbb", "cc"}};
    rows.Put(S3HeadKey(kPlace), kT0, S3HeadJson(kPlace, {part}));
    for (size_t i = 0; i < 3; ++i) {
      if (i != missing) rows.Put(S3ChunkKey("blob", kPlace, 1, i), kT0, part.chunks[i]);
    }
    PutS3Object(&rows, {"photos", 3, "p"}, {{1, {"fine"}}});
    const DecodedRows out = DecodeRows(rows);
    CHECK_FALSE(Has(out, kBody));
    CHECK_FALSE(Has(out, kSidecar));
    CHECK(out.files.at("s3/photos/p") == "fine");
    CHECK(out.finding("s3_object_incomplete") == "warning 1");
    CHECK(out.report.findings.by_code().at("s3_object_incomplete").example() ==
          "s3/photos/o, 8 bytes, part 1 chunk " + std::to_string(missing));
    CHECK(out.damaged_codes() ==
          Strings{"S3ObjectIncomplete", "S3ObjectIncomplete", "S3ObjectIncomplete"});
    CHECK(out.report.losses == 1);
    CHECK(out.report.records == 1);

    DecodeRowsOptions salvage;
    salvage.salvage = true;
    const DecodedRows pieces = DecodeRows(rows, salvage);
    CHECK_FALSE(Has(pieces, kBody));
    const std::string folder = "s3/photos/_orphans/o/gen-3/";
    CHECK(pieces.files.at(folder + "head.json") == S3HeadJson(kPlace, {part}));
    for (size_t i = 0; i < 3; ++i) {
      const std::string path = folder + "u_0000000000000001_000000000000000" + std::to_string(i) +
                               "_0000000000000000.bin";
      CHECK(Has(pieces, path) == (i != missing));
      if (i != missing) CHECK(pieces.files.at(path) == part.chunks[i]);
    }
    CHECK(pieces.finding("s3_object_incomplete") == "warning 1");
  }
}

TEST_CASE("a chunk of another length than the manifest says") {
  for (const std::string wrong : {"", "bb", "bbbb"}) {
    SnapshotBuilder rows = Photos();
    rows.Put(S3HeadKey(kPlace), kT0, S3HeadJson(kPlace, {{1, {"aaa", "bbb", "cc"}}}));
    PutS3Chunks(&rows, kPlace, {1, {"aaa", wrong, "cc"}});
    const DecodedRows out = DecodeRows(rows);
    CHECK_FALSE(Has(out, kBody));
    CHECK(out.damaged_codes().size() == 4);
  }
}

TEST_CASE("chunk_sizes and chunk_count that disagree") {
  SnapshotBuilder no_sizes = Photos();
  PutS3Chunks(&no_sizes, kPlace, {1, {"aaa", "bb"}});
  const std::string json = S3HeadJson(kPlace, {{1, {"aaa", "bb"}}});
  no_sizes.Put(S3HeadKey(kPlace), kT0, Replaced(json, ",\"chunk_sizes\":[3,2]", ""));
  const DecodedRows by_count = DecodeRows(no_sizes);
  CHECK(by_count.files.at(kBody) == "aaabb");
  CHECK(by_count.findings() == Strings{"warning s3_chunk_sizes_missing 1"});

  SnapshotBuilder huge = Photos();
  PutS3Chunks(&huge, kPlace, {1, {"aaa", "bb"}});
  huge.Put(S3HeadKey(kPlace), kT0,
           Replaced(Replaced(json, ",\"chunk_sizes\":[3,2]", ""), "\"chunk_count\":2",
                    "\"chunk_count\":18446744073709551615"));
  CHECK(DecodeRows(huge).finding("s3_object_incomplete") == "warning 1");

  SnapshotBuilder differ = Photos();
  PutS3Chunks(&differ, kPlace, {1, {"aaa", "bb", "more"}});
  differ.Put(S3HeadKey(kPlace), kT0, Replaced(json, "\"chunk_count\":2", "\"chunk_count\":3"));
  const DecodedRows by_sizes = DecodeRows(differ);
  CHECK(by_sizes.files.at(kBody) == "aaabb");
  CHECK(by_sizes.findings() ==
        Strings{"warning s3_chunk_count_mismatch 1", "note s3_orphan_chunks 1"});
}

TEST_CASE("sizes and ETags that do not fit the bytes: written, the sidecar tells the real length") {
  const std::string json = S3HeadJson(kPlace, {{1, {"aaa", "bb"}}});
  SnapshotBuilder size = Photos();
  PutS3Chunks(&size, kPlace, {1, {"aaa", "bb"}});
  size.Put(S3HeadKey(kPlace), kT0, Replaced(json, "\"size_bytes\":5", "\"size_bytes\":6"));
  const DecodedRows out = DecodeRows(size);
  CHECK(out.files.at(kBody) == "aaabb");
  CHECK(out.files.at(kSidecar).find("\"size_bytes\": 5") != std::string::npos);
  CHECK(out.findings() == Strings{"warning s3_object_size_mismatch 1"});

  SnapshotBuilder etag = Photos();
  PutS3Chunks(&etag, kPlace, {1, {"aaa", "bX"}});
  etag.Put(S3HeadKey(kPlace), kT0, json);
  const DecodedRows damaged = DecodeRows(etag);
  CHECK(damaged.files.at(kBody) == "aaabX");
  CHECK(damaged.files.at(kSidecar).find(S3HexMd5("aaabb")) != std::string::npos);
  CHECK(damaged.findings() == Strings{"warning s3_etag_mismatch 1"});
  DecodeRowsOptions unchecked;
  unchecked.check_etags = false;
  CHECK(DecodeRows(etag, unchecked).findings().empty());

  SnapshotBuilder quoted = Photos();
  PutS3Chunks(&quoted, kPlace, {1, {"aaa", "bb"}});
  quoted.Put(
      S3HeadKey(kPlace), kT0,
      Replaced(json, "\"" + S3HexMd5("aaabb") + "\"", "\"\\\"" + S3HexMd5("aaabb") + "\\\"\""));
  const DecodedRows trap9 = DecodeRows(quoted);
  CHECK(trap9.files.at(kSidecar).find("\"etag\": \"\\\"") != std::string::npos);
  CHECK(trap9.findings() == Strings{"note s3_etag_unverified 1"});
}

TEST_CASE("damaged values are damaged rows, each with its code") {
  SnapshotBuilder rows = Photos();
  rows.Put(S3HeadKey({"photos", 3, "a"}), kT0, "");
  rows.Put(S3HeadKey({"photos", 3, "b"}), kT0, "{\"size_bytes\":-1}");
  rows.Put(S3UploadMetaKey(kPlace), kT0, "{");
  rows.Put(S3UploadPartKey(kPlace, 1), kT0, "[]");
  rows.Put(S3BucketGenKey("other"), kT0, "many");
  rows.Put(S3BucketMetaKey("broken"), kT0, "{\"generation\":-1}");
  rows.Put(S3BucketGenKey("broken"), kT0, S3BigEndian(7));
  PutS3Object(&rows, {"broken", 7, "k"}, {{1, {"v"}}});
  const DecodedRows out = DecodeRows(rows);
  Strings codes = out.damaged_codes();
  std::sort(codes.begin(), codes.end());
  CHECK(codes == Strings{"S3InvalidBucketMeta", "S3InvalidGeneration", "S3InvalidManifest",
                         "S3InvalidManifest", "S3InvalidPart", "S3InvalidUpload"});
  CHECK(out.report.losses == 2);
  // A bucket with a damaged record exists: trap 1.
  CHECK(out.files.at("s3/broken/k") == "v");
  CHECK(out.files.at("s3/broken/_bucket.json") ==
        "{\n  \"format_version\": 1,\n  \"name\": \"broken\",\n  \"snaptree\": {\n    "
        "\"generation\": 7\n  }\n}");
}

TEST_CASE("buckets that exist, or do not") {
  SnapshotBuilder rows;
  // A record of no bytes is no bucket.
  rows.Put(S3BucketMetaKey("empty"), kT0, "");
  PutS3Object(&rows, {"empty", 1, "x"}, {{1, {"X"}}});
  // No generation anywhere.
  rows.Put(S3BucketMetaKey("unknown"), kT0, "{\"bucket_name\":\"unknown\"}");
  PutS3Object(&rows, {"unknown", 4, "old"}, {{1, {"X"}}});
  PutS3Object(&rows, {"unknown", 9, "new"}, {{1, {"Y"}}});
  rows.Put(S3BucketMetaKey("nothing"), kT0, "{\"bucket_name\":\"nothing\"}");
  // A counter below the record's generation, and another name.
  rows.Put(S3BucketMetaKey("behind"), kT0, S3BucketMetaJson("b", 5));
  rows.Put(S3BucketGenKey("behind"), kT0, S3BigEndian(4));
  PutS3Object(&rows, {"behind", 5, "k"}, {{1, {"Z"}}});
  rows.Put(S3BucketMetaKey("Bad_Name"), kT0, S3BucketMetaJson("Bad_Name", 1));
  rows.Put(S3BucketMetaKey(".."), kT0, S3BucketMetaJson("..", 1));
  rows.Put(S3BucketMetaKey("\xff"), kT0, S3BucketMetaJson("x", 1));
  PutS3Object(&rows, {"\xff", 1, "k"}, {{1, {"Z"}}});
  const DecodedRows out = DecodeRows(rows);
  CHECK_FALSE(Has(out, "s3/empty/_bucket.json"));
  CHECK_FALSE(Has(out, "s3/empty/x"));
  CHECK(out.files.at("s3/unknown/new") == "Y");
  CHECK_FALSE(Has(out, "s3/unknown/old"));
  CHECK(out.finding("s3_generation_unknown") == "warning 2");
  CHECK(out.files.at("s3/nothing/_bucket.json").find("\"generation\": 1") != std::string::npos);
  CHECK(out.files.at("s3/behind/k") == "Z");
  CHECK(out.finding("s3_generation_mismatch") == "note 1");
  CHECK(out.finding("s3_bucket_name_mismatch") == "note 1");
  CHECK(out.finding("s3_bucket_name_unusual") == "note 2");
  CHECK(Has(out, "s3/Bad_Name/_bucket.json"));
  CHECK(Has(out, "s3/5ec1f7e700f37c3d0b2981d04855fc34__../_bucket.json"));
  CHECK(out.damaged_codes() == Strings{"S3MalformedKey", "S3MalformedKey", "S3MalformedKey"});
}

TEST_CASE("any version of a bucket's record decides, a newer one and a damaged one too") {
  SnapshotBuilder newer;
  PutS3Object(&newer, kPlace, {{1, {"X"}}}, kT0);
  newer.Put(S3BucketMetaKey("photos"), kT1, S3BucketMetaJson("photos", 3));
  DecodeRowsOptions at;
  at.at = kT0;
  const DecodedRows before = DecodeRows(newer, at);
  CHECK_FALSE(Has(before, kBody));
  CHECK(before.finding("s3_bucket_meta_missing").empty());
  CHECK(DecodeRows(newer).files.at(kBody) == "X");

  SnapshotBuilder damaged;
  PutS3Object(&damaged, kPlace, {{1, {"X"}}}, kT0);
  damaged.Put(S3BucketMetaKey("photos"), kT1, "", 0, 0xf0);  // reserved bits
  damaged.Delete(S3BucketMetaKey("photos"), kT0);
  CHECK(DecodeRows(damaged).files.at(kBody) == "X");
  SnapshotBuilder deleted;
  PutS3Object(&deleted, kPlace, {{1, {"X"}}}, kT0);
  deleted.Put(S3BucketMetaKey("photos"), kT0, "", 0, 0xf0);
  deleted.Delete(S3BucketMetaKey("photos"), kT1);
  CHECK_FALSE(Has(DecodeRows(deleted), kBody));
}

TEST_CASE("parts uploaded again, and parts that were not named: traps 3 to 5") {
  SnapshotBuilder rows = Photos();
  S3PartText first = {1, {"new", "er"}, kS3Time + 5};
  first.ref_version = kS3Time + 4;  // means nothing in a part that is not offloaded
  const S3PartText third = {3, {"end"}, kS3Time + 7};
  PutS3Object(&rows, kPlace, {first, third});
  PutS3Chunks(&rows, kPlace, {1, {"old", "very", "long"}, kS3Time + 1});
  PutS3Chunks(&rows, kPlace, {1, {"put"}});
  PutS3Chunks(&rows, kPlace, {2, {"unnamed"}, kS3Time + 2});
  PutS3Chunks(&rows, {"photos", 3, "o", "other"}, {1, {"stale"}, kS3Time + 5});
  PutS3Chunks(&rows, kPlace, {1, {"ref"}, 0, kS3Time + 4, true});
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at(kBody) == "newerend");
  CHECK(out.findings() == Strings{"note s3_orphan_chunks 7"});
  CHECK(out.report.rows.operational == 8);  // with the bucket's counter

  DecodeRowsOptions orphans;
  orphans.include_orphans = true;
  const DecodedRows all = DecodeRows(rows, orphans);
  const std::string folder = "s3/photos/_orphans/o/gen-3/";
  CHECK(all.files.at(folder + "u_0000000000000001_0000000000000001_018bcfe568000002.bin") ==
        "very");
  CHECK(all.files.at(folder + "u_0000000000000001_0000000000000000_0000000000000000.bin") == "put");
  CHECK(all.files.at(folder + "u_0000000000000002_0000000000000000_018bcfe568000003.bin") ==
        "unnamed");
  CHECK(all.files.at(folder + "other_0000000000000001_0000000000000000_018bcfe568000006.bin") ==
        "stale");
}

TEST_CASE("a chunk's key with a version may stand before, behind or between those without") {
  for (const uint64_t version : {uint64_t{1}, kS3Time, ~kT0, ~kT1 + 1, UINT64_MAX}) {
    for (const bool versioned : {false, true}) {
      SnapshotBuilder rows = Photos();
      PutS3Object(&rows, kPlace, {{1, {"aa", "bb"}, versioned ? version : 0}});
      PutS3Chunks(&rows, kPlace, {1, {"xx", "yy"}, versioned ? 0 : version});
      rows.Delete(S3ChunkKey("blob", kPlace, 1, 1, versioned ? 0 : version), kT1);
      const DecodedRows out = DecodeRows(rows);
      CHECK(out.files.at(kBody) == "aabb");
      CHECK(out.finding("s3_orphan_chunks") == "note 1");
    }
  }
}

TEST_CASE("a manifest whose parts do not ascend, or repeat") {
  SnapshotBuilder rows = Photos();
  const std::vector<S3PartText> parts = {{5, {"five", "FIVE"}, 9},
                                         {2, {"two"}},
                                         {9, {"nine"}, 0, 3, true},
                                         {2, {"TWO"}, 4},
                                         {5, {"five", "FIVE"}, 9}};
  rows.Put(S3HeadKey(kPlace), kT0, S3HeadJson(kPlace, parts));
  for (size_t i = 0; i + 1 < parts.size(); ++i) PutS3Chunks(&rows, kPlace, parts[i]);
  rows.Put(S3ChunkBlobKey("nine"), kT0, "nine");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at(kBody) == "fiveFIVEtwonineTWOfiveFIVE");
  CHECK(out.findings().empty());
  CHECK(out.report.rows.emitted == 8);
  // And when one of their chunks is missing.
  rows.Delete(S3ChunkKey("blob", kPlace, 2, 0, 4), kT1);
  const DecodedRows incomplete = DecodeRows(rows);
  CHECK_FALSE(Has(incomplete, kBody));
  CHECK(incomplete.report.findings.by_code()
            .at("s3_object_incomplete")
            .example()
            .ends_with("part 2 chunk 0"));
}

TEST_CASE("offloaded chunks: shared, missing, damaged, of another size") {
  const auto rows_with = [](const std::string& stored) {
    SnapshotBuilder rows = Photos();
    PutS3Object(&rows, kPlace, {{1, {"first", "second"}, 0, 7, true}});
    PutS3Object(&rows, {"photos", 3, "q"}, {{1, {"first"}, 0, 0, true}});
    rows.Put(S3ChunkBlobKey("first"), kT0, "first");
    if (!stored.empty()) rows.Put(S3ChunkBlobKey("second"), kT0, stored);
    rows.Put(S3ChunkBlobKey("nobody"), kT0, "nobody");
    return rows;
  };
  const DecodedRows good = DecodeRows(rows_with("second"));
  CHECK(good.files.at(kBody) == "firstsecond");
  CHECK(good.files.at("s3/photos/q") == "first");
  CHECK(good.findings() == Strings{"note s3_orphan_chunks 1"});
  CHECK(good.report.rows.emitted == 8);

  for (const std::string stored : {"", "Second", "second."}) {
    const DecodedRows out = DecodeRows(rows_with(stored));
    CHECK_FALSE(Has(out, kBody));
    CHECK(out.files.at("s3/photos/q") == "first");
    CHECK(out.report.findings.by_code()
              .at("s3_object_incomplete")
              .example()
              .ends_with("part 1 chunk 1"));
    // The head, two references; the damaged chunk, or the one whose object it cannot help.
    CHECK(out.report.rows.damaged == (stored.empty() ? 3U : 4U));
  }
  // A chunk by content counts at any time (spec 01 section 7.5).
  SnapshotBuilder late = Photos();
  PutS3Object(&late, kPlace, {{1, {"x"}, 0, 0, true}});
  late.Put(S3ChunkBlobKey("x"), kT1, "x");
  DecodeRowsOptions at;
  at.at = kT0;
  CHECK(DecodeRows(late, at).files.at(kBody) == "x");

  DecodeRowsOptions orphans;
  orphans.include_orphans = true;
  SnapshotBuilder loose = rows_with("second");
  PutS3Chunks(&loose, {"photos", 3, "gone"}, {1, {"first", "lost"}, 0, 0, true});
  const DecodedRows all = DecodeRows(loose, orphans);
  CHECK(all.files.at("s3/photos/_orphans/gone/gen-3/"
                     "u_0000000000000001_0000000000000000_0000000000000000.ref.bin") == "first");
  CHECK(all.files.at("_internal/s3/chunkblobs/" + Sha256::HexOf("nobody") + ".bin") == "nobody");
}

TEST_CASE("deleted buckets and other generations, orphans included") {
  SnapshotBuilder rows = Photos();
  PutS3Object(&rows, {"photos", 2, "old/.."}, {{1, {"before"}}});
  rows.Delete(S3BucketMetaKey("gone"), kT1);
  PutS3Object(&rows, {"gone", 1, "k"}, {{1, {"after"}}});
  DecodeRowsOptions orphans;
  orphans.include_orphans = true;
  const DecodedRows out = DecodeRows(rows, orphans);
  const std::string chunk = "u_0000000000000001_0000000000000000_0000000000000000.bin";
  CHECK(out.files.at("s3/photos/_orphans/old%2F../gen-2/" + chunk) == "before");
  CHECK(out.files.at("s3/photos/_orphans/old%2F../gen-2/head.json").starts_with("{\"upload_id\""));
  CHECK(out.files.at("_internal/s3/gone/_orphans/k/gen-1/" + chunk) == "after");
  CHECK(Has(out, "_internal/s3/gone/_orphans/k/gen-1/head.json"));
  CHECK_FALSE(Has(out, "s3/gone/_bucket.json"));
  CHECK(out.report.rows.emitted == 5);
  orphans.extensions = false;
  CHECK_FALSE(Has(DecodeRows(rows, orphans), "_internal/s3/gone/_orphans/k/gen-1/" + chunk));
}

TEST_CASE("unknown members: kept as they are, in the indent of the file") {
  SnapshotBuilder rows;
  rows.Put(S3BucketMetaKey("photos"), kT0,
           R"({"bucket_name":"photos","generation":3,"x":{"b":1.0,"a":[]}})");
  rows.Put(S3HeadKey(kPlace), kT0, R"({"new":[1e2,"<"],"parts":[{"part_no":1,"odd":1}]})");
  const DecodedRows out = DecodeRows(rows);
  CHECK(out.files.at("s3/photos/_bucket.json") ==
        "{\n  \"format_version\": 1,\n  \"name\": \"photos\",\n  \"snaptree\": {\n    "
        "\"generation\": 3,\n    \"x_extra\": {\n      \"x\": {\n        \"b\": 1.0,\n        "
        "\"a\": []\n      }\n    }\n  }\n}");
  CHECK(out.files.at(kSidecar) ==
        "{\n  \"format_version\": 1,\n  \"size_bytes\": 0,\n  \"snaptree\": {\n    \"x_extra\": {\n"
        "      \"new\": [\n        1e2,\n        \"\\u003c\"\n      ]\n    }\n  }\n}");
  CHECK(out.finding("s3_unknown_member") == "warning 3");  // that of the part has no place
}

TEST_CASE("large chunks go through in pieces") {
  SnapshotBuilder rows = Photos();
  std::string big(3'000'000, '\0');
  for (size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 2654435761U >> 13);
  PutS3Object(&rows, kPlace, {{1, {big, "small", big.substr(7)}}});
  const DecodedRows out = DecodeRows(rows);
  CHECK((out.files.at(kBody) == big + "small" + big.substr(7)));
  CHECK(out.findings().empty());
}

}  // namespace
}  // namespace snaptree::test

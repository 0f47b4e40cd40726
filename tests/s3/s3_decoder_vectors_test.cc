// Whole trees: the decoding vectors V10 to V22 of spec 04 chapter 10.
#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "base/text.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/s3_rows.h"

namespace snaptree::test {
namespace {

using Strings = std::vector<std::string>;

const std::string kUploadId = "00112233445566778899aabbccddeeff";

DecodedRows Decode(const SnapshotBuilder& rows, DecodeRowsOptions options = {}) {
  return DecodeRows(rows, options);
}

TEST_CASE("V10: _bucket.json") {
  SnapshotBuilder rows;
  rows.Put(S3BucketMetaKey("photos"), kT0,
           R"({"bucket_name":"photos","generation":3,"created_at_hlc":111411200000000001,)"
           R"("region":"us-east-1","acl":"private"})");
  const DecodedRows out = Decode(rows);
  REQUIRE(out.files.size() == 1);
  const std::string& text = out.files.at("s3/photos/_bucket.json");
  CHECK(text.size() == 178);
  CHECK(Sha256::HexOf(text) == "9a54203e787f778a0372304f8419cacc452113713e16a4eca949afaf6d8bb29a");
  CHECK(out.findings().empty());
  CHECK(out.report.rows.emitted == 1);

  DecodeRowsOptions plain;
  plain.extensions = false;
  const std::string same_as_go = Decode(rows, plain).files.at("s3/photos/_bucket.json");
  CHECK(same_as_go.size() == 90);
  CHECK(Sha256::HexOf(same_as_go) ==
        "dfdb41d3ab0650b4025452decd9257d7bf060e679efa1ce9431f08cf56cb8de8");
}

TEST_CASE("V11: an object and its sidecar") {
  const S3Place place{"photos", 3, "img/a.txt", kUploadId};
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  rows.Put(
      S3HeadKey(place), kT0,
      R"({"upload_id":"00112233445566778899aabbccddeeff","etag":"1c2c9651ece0cc79c26f95b9f2ffd0f2",)"
      R"("size_bytes":9,"last_modified_hlc":111411200000000001,"content_type":)"
      R"("text/plain; charset=utf-8","cache_control":"max-age=60","user_metadata":{"alpha":"café",)"
      R"("zeta":"z\u003ca\u0026b\u003e"},"parts":[{"part_no":1,"etag":)"
      R"("1c2c9651ece0cc79c26f95b9f2ffd0f2","size_bytes":9,"chunk_count":1,"chunk_sizes":[9]}]})");
  rows.Put(S3ChunkKey("blob", place, 1, 0), kT0, "hello <x>");
  const DecodedRows out = Decode(rows);
  CHECK(out.files.at("s3/photos/img/a.txt") == "hello <x>");
  const std::string& sidecar = out.files.at("s3/photos/img/a.txt.elastickv-meta.json");
  CHECK(sidecar.size() == 297);
  CHECK(Sha256::HexOf(sidecar) ==
        "41df523d46a780fbdfadc645b89abfef4eeb6e5bc529fc4ad1a451bb44f92343");
  CHECK(out.files.size() == 3);
  CHECK(out.findings().empty());
}

TEST_CASE("V12: a multipart object") {
  const S3Place place{"photos", 3, "mp", kUploadId};
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  rows.Put(
      S3HeadKey(place), kT0,
      R"({"upload_id":"00112233445566778899aabbccddeeff","etag":"880fb67da11a38ceb3bc8fbeb74da76e-2",)"
      R"("size_bytes":5242885,"last_modified_hlc":111411200000327681,"content_type":"video/mp4",)"
      R"("parts":[{"part_no":2,"etag":"086e8871a71a0f18c0f7b6e9493dddbc","size_bytes":5242881,)"
      R"("chunk_count":6,"chunk_sizes":[1048576,1048576,1048576,1048576,1048576,1],)"
      R"("part_version":111411200000000001,"chunk_ref_version":111411200000000000},{"part_no":7,)"
      R"("etag":"7aea2552dfe7eb84b9443b6fc9ba6e01","size_bytes":4,"chunk_count":1,"chunk_sizes":[4],)"
      R"("part_version":111411200000000002,"chunk_ref_version":111411200000000001}]})");
  for (uint64_t i = 0; i < 6; ++i) {
    rows.Put(S3ChunkKey("blob", place, 2, i, 111411200000000001), kT0,
             std::string(i < 5 ? 1048576 : 1, 'A'));
  }
  rows.Put(S3ChunkKey("blob", place, 7, 0, 111411200000000002), kT0, "tail");
  const DecodedRows out = Decode(rows);
  CHECK(Sha256::HexOf(out.files.at("s3/photos/mp")) ==
        "99c91577d03e66eebd4f3ba702e94249cc850816b368e82ee21b5ec42d729a8f");
  const std::string& sidecar = out.files.at("s3/photos/mp.elastickv-meta.json");
  CHECK(sidecar.size() == 246);
  CHECK(Sha256::HexOf(sidecar) ==
        "1d0c566146f3be832b54764c22a60e7afb150dcbc379d0189c798b2a8445b525");
  CHECK(out.findings().empty());
  CHECK(out.report.rows.emitted == 9);
}

TEST_CASE("V15: KEYMAP.jsonl") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  for (const char* key : {"p", "p/q", "r.elastickv-meta.json"})
    PutS3Object(&rows, {"photos", 3, key}, {});
  DecodeRowsOptions rename;
  rename.rename_s3_collisions = true;
  CHECK(Decode(rows, rename).files.at("s3/photos/KEYMAP.jsonl") ==
        "{\"encoded\":\"p.elastickv-leaf-data\",\"original\":\"cA\",\"kind\":\"s3-leaf-data\"}\n"
        "{\"encoded\":\"r.elastickv-meta.json.user-data\",\"original\":"
        "\"ci5lbGFzdGlja3YtbWV0YS5qc29u\","
        "\"kind\":\"meta-suffix-rename\"}\n");
  SnapshotBuilder empty_key;
  PutS3Bucket(&empty_key);
  PutS3Object(&empty_key, {"photos", 3, ""}, {});
  const DecodedRows out = Decode(empty_key);
  CHECK(out.files.at("s3/photos/KEYMAP.jsonl") ==
        "{\"encoded\":\"e3b0c44298fc1c149afbf4c8996fb924__\",\"original\":\"\",\"kind\":"
        "\"sha-fallback\"}\n");
  CHECK(out.files.at("s3/photos/e3b0c44298fc1c149afbf4c8996fb924__").empty());
}

TEST_CASE("V16: an open upload") {
  const S3Place place{"photos", 3, "img/a.txt", kUploadId};
  const std::string meta =
      R"({"bucket":"photos","object":"img/a.txt","generation":3,"upload_id":)"
      R"("00112233445566778899aabbccddeeff","created_hlc":111411200000000001,"content_type":)"
      R"("video/mp4","metadata":{"k":"v"}})";
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  rows.Put(S3UploadMetaKey(place), kT0, meta).Put(S3GcKey(place), kT0, meta);
  rows.Put(
      S3UploadPartKey(place, 7), kT0,
      R"({"part_no":7,"etag":"7aea2552dfe7eb84b9443b6fc9ba6e01","size_bytes":4,"chunk_count":1,)"
      R"("chunk_sizes":[4],"part_version":111411200000000002,"chunk_ref_version":111411200000000001})");
  rows.Put(S3ChunkKey("blob", place, 7, 0, 111411200000000002), kT0, "tail");
  DecodeRowsOptions options;
  options.include_incomplete_uploads = true;
  const DecodedRows out = Decode(rows, options);
  const std::string& lines = out.files.at("s3/photos/_incomplete_uploads/records.jsonl");
  const size_t second = lines.find('\n') + 1;
  CHECK(lines.starts_with("{\"prefix\":\"!s3|upload|meta|\",\"key\":\""));
  CHECK(lines.substr(second) ==
        "{\"prefix\":\"!s3|upload|part|\",\"key\":"
        "\"IXMzfHVwbG9hZHxwYXJ0fHBob3RvcwABAAAAAAAAAANpbWcvYS50eHQAATAwMTEyMjMzNDQ1NTY2Nzc4ODk5YWFi"
        "YmNj"
        "ZGRlZWZmAAEAAAAAAAAABw==\",\"value\":"
        "\"eyJwYXJ0X25vIjo3LCJldGFnIjoiN2FlYTI1NTJkZmU3ZWI4NGI5NDQzYjZmYzliYTZlMDEiLCJzaXplX2J5dGVz"
        "Ijo0"
        "LCJjaHVua19jb3VudCI6MSwiY2h1bmtfc2l6ZXMiOls0XSwicGFydF92ZXJzaW9uIjoxMTE0MTEyMDAwMDAwMDAwMD"
        "IsImNo"
        "dW5rX3JlZl92ZXJzaW9uIjoxMTE0MTEyMDAwMDAwMDAwMDF9\"}\n");
  CHECK(out.files.at("s3/photos/_incomplete_uploads/data/" + kUploadId + "/00007.part") == "tail");
  CHECK(out.finding("s3_open_uploads") == "note 1");

  const DecodedRows without = Decode(rows);
  CHECK(without.files.size() == 1);
  CHECK(without.report.rows.excluded == 3);
  CHECK(without.finding("s3_open_uploads") == "note 1");
  CHECK(without.finding("s3_orphan_chunks").empty());
}

TEST_CASE("V17: an orphan chunk") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  rows.Put(S3ChunkKey("blob", {"photos", 3, "gone/x y", kUploadId}, 1, 0), kT0, "lost");
  CHECK(Decode(rows).finding("s3_orphan_chunks") == "note 1");
  CHECK(Decode(rows).files.size() == 1);
  DecodeRowsOptions options;
  options.include_orphans = true;
  const DecodedRows out = Decode(rows, options);
  CHECK(out.files.at("s3/photos/_orphans/gone%2Fx%20y/gen-3/" + kUploadId +
                     "_0000000000000001_0000000000000000_0000000000000000.bin") == "lost");
}

TEST_CASE("V18: last_modified") {
  const std::pair<uint64_t, const char*> times[] = {
      {0, nullptr},
      {1, "1970-01-01T00:00:00Z"},
      {65536, "1970-01-01T00:00:00.001Z"},
      {kS3Time, "2023-11-14T22:13:20Z"},
      {111411200007864320, "2023-11-14T22:13:20.12Z"},
      {0xffffffffffff0000, "10889-08-02T05:31:50.655Z"}};
  for (const auto& [hlc, text] : times) {
    SnapshotBuilder rows;
    PutS3Bucket(&rows);
    rows.Put(S3HeadKey({"photos", 3, "o"}), kT0,
             "{\"etag\":\"\",\"last_modified_hlc\":" + std::to_string(hlc) + "}");
    const std::string expected =
        text == nullptr ? "" : ",\n  \"last_modified\": \"" + std::string(text) + "\"";
    CHECK(Decode(rows).files.at("s3/photos/o.elastickv-meta.json") ==
          "{\n  \"format_version\": 1,\n  \"size_bytes\": 0" + expected + "\n}");
  }
}

TEST_CASE("V20: generations") {
  SnapshotBuilder three;
  PutS3Bucket(&three);
  PutS3Object(&three, {"photos", 2, "a"}, {{1, {"A"}}});
  PutS3Object(&three, {"photos", 3, "b"}, {{1, {"B"}}});
  PutS3Object(&three, {"photos", 4, "c"}, {{1, {"C"}}});
  const DecodedRows only_b = Decode(three);
  CHECK(only_b.files.size() == 3);
  CHECK(only_b.files.at("s3/photos/b") == "B");
  CHECK(only_b.finding("s3_stale_generation_objects") == "note 2");

  SnapshotBuilder deleted;
  PutS3Bucket(&deleted);
  deleted.Delete(S3BucketMetaKey("photos"), kT1);
  PutS3Object(&deleted, {"photos", 3, "b"}, {{1, {"B"}}});
  const DecodedRows nothing = Decode(deleted);
  CHECK(nothing.files.empty());
  CHECK(nothing.finding("s3_deleted_bucket_rows") == "note 2");
  CHECK(nothing.findings().size() == 1);

  SnapshotBuilder elsewhere;
  PutS3Object(&elsewhere, {"photos", 2, "a"}, {{1, {"A"}}});
  PutS3Object(&elsewhere, {"photos", 3, "b"}, {{1, {"B"}}});
  const DecodedRows alive = Decode(elsewhere);
  CHECK(alive.files.at("s3/photos/b") == "B");
  CHECK(alive.files.at("s3/photos/_bucket.json") ==
        "{\n  \"format_version\": 1,\n  \"name\": \"photos\",\n  \"snaptree\": {\n    "
        "\"generation\": 3\n  }\n}");
  CHECK(alive.files.size() == 3);
  CHECK(alive.finding("s3_bucket_meta_missing") == "warning 1");
}

TEST_CASE("V21: malformed rows") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  rows.Put(Unhex("2173337c6f626a7c686561647c700002"), kT0, "x");
  const S3Place place{"photos", 3, "img/a.txt", kUploadId};
  rows.Put(S3HeadKey(place) + "x", kT0, "x");
  const std::string chunk = S3ChunkKey("blob", place, 1, 2);
  rows.Put(chunk.substr(0, chunk.size() - 1), kT0, "x");
  rows.Put(chunk + "\1\2\3", kT0, "x");
  rows.Put(chunk + std::string(8, '\0'), kT0, "unreachable");
  std::string upper = S3ChunkBlobKey("hello");
  upper[upper.find('c', 15)] = 'C';
  rows.Put(upper, kT0, "hello");
  rows.Put(S3ChunkKey("chunkref", place, 1, 0), kT0, "\3" + S3ChunkRefValue("hello").substr(1));
  const DecodedRows out = Decode(rows);
  CHECK(out.damaged_codes() == Strings{"S3MalformedKey", "S3MalformedKey", "S3InvalidChunkRef",
                                       "S3MalformedKey", "S3MalformedKey"});
  CHECK(out.finding("s3_unreachable_row") == "warning 2");
  CHECK(out.report.rows.unknown == 2);
  const std::string& unknown = out.files.at("unknown/rows.jsonl");
  CHECK(unknown.find("\"value\":\"unreachable\"") != std::string::npos);
  CHECK(unknown.find("\"value\":\"hello\"") != std::string::npos);
  CHECK(out.files.count("s3/photos/_bucket.json") == 1);
}

TEST_CASE("V22: chunks of odd sizes") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  PutS3Object(&rows, {"photos", 3, "admin"}, {{1, {"abc", "defgh", "ij"}}});
  const DecodedRows out = Decode(rows);
  CHECK(out.files.at("s3/photos/admin") == "abcdefghij");
  CHECK(out.files.at("s3/photos/admin.elastickv-meta.json")
            .find("a925576942e94b2ef57a066101b48876") != std::string::npos);
  CHECK(out.findings().empty());
}

}  // namespace
}  // namespace snaptree::test

// Vectors of spec 04 chapter 10 that trees have, encoded.
#include <catch2/catch.hpp>

#include "base/sha256.h"
#include "base/text.h"
#include "formats/fsm_format.h"
#include "manifest/file_name_codec.h"
#include "tests/support/encoded_rows.h"
#include "tests/support/s3_rows.h"

namespace snaptree::test {
namespace {

using Strings = std::vector<std::string>;

const std::string kBucketFile = "s3/photos/_bucket.json";
const std::string kSuffix = ".elastickv-meta.json";

// V10, default form.
const std::string kBucketJson = R"({
  "format_version": 1,
  "name": "photos",
  "creation_time_iso": "2023-11-14T22:13:20Z",
  "region": "us-east-1",
  "acl": "private",
  "snaptree": {
    "generation": 3
  }
})";

std::string Head(const std::string& object) { return S3HeadKey({"photos", 3, object}); }
std::string Blob(const std::string& object, uint64_t part, uint64_t chunk) {
  return S3ChunkKey("blob", {"photos", 3, object, "elastickv-restore"}, part, chunk);
}

Files Bucket() { return {{kBucketFile, kBucketJson}}; }
void PutObject(Files* files, const std::string& path, const std::string& body,
               const std::string& sidecar) {
  (*files)["s3/photos/" + path] = body;
  (*files)["s3/photos/" + path + kSuffix] = sidecar;
}

Strings Keys(const EncodedRows& out) {
  Strings keys;
  for (const auto& [key, value] : out.rows) keys.push_back(key);
  return keys;
}

TEST_CASE("V19, a whole payload") {
  Files files = Bucket();
  PutObject(&files, "o", "abc",
            R"({"format_version":1,"etag":"900150983cd24fb0d6963f7d28e17f72","size_bytes":3,)"
            R"("last_modified":"2023-11-14T22:13:20Z","content_type":"text/plain"})");
  const EncodedRows out = EncodeFiles(files);
  REQUIRE(out.errors == Strings{});
  CHECK(out.findings() == Strings{});
  CHECK(out.differences.empty());
  CHECK(out.report.records() == 1);
  const Slice payload =
      Slice(out.snapshot)
          .substr(kFsmHeader1Bytes, out.snapshot.size() - kFsmHeader1Bytes - kFooterBytes);
  CHECK(payload.size() == 685);
  CHECK(Hex(AsSlice(Sha256::Of(payload))) ==
        "783301b15ea2ecd2152cdd5ff9a280b78b7f37116e7eecce7177d42a9c80a4e9");
  CHECK(out.rows.at(S3BucketGenKey("photos")) == S3BigEndian(3));
  CHECK(out.rows.at(S3BucketMetaKey("photos")) ==
        R"({"bucket_name":"photos","generation":3,"created_at_hlc":111411200000000000,)"
        R"("region":"us-east-1","acl":"private"})");
  CHECK(out.rows.at(Blob("o", 1, 0)) == "abc");
  CHECK(out.rows.at(Head("o")) ==
        R"({"upload_id":"elastickv-restore","etag":"900150983cd24fb0d6963f7d28e17f72",)"
        R"("size_bytes":3,"last_modified_hlc":111411200000000000,"content_type":"text/plain",)"
        R"("parts":[{"part_no":1,"etag":"900150983cd24fb0d6963f7d28e17f72","size_bytes":3,)"
        R"("chunk_count":1,"chunk_sizes":[3]}]})");
}

TEST_CASE("V10, a bucket of the Go tools") {
  const EncodedRows out = EncodeFiles(
      {{kBucketFile,
        "{\n  \"format_version\": 1,\n  \"name\": \"photos\",\n  \"region\": \"us-east-1\",\n  "
        "\"acl\": \"private\"\n}"}});
  REQUIRE(out.errors == Strings{});
  CHECK(out.rows.size() == 2);
  CHECK(out.rows.at(S3BucketGenKey("photos")) == S3BigEndian(1));
  CHECK(out.rows.at(S3BucketMetaKey("photos")) ==
        R"({"bucket_name":"photos","generation":1,"created_at_hlc":0,"region":"us-east-1",)"
        R"("acl":"private"})");
  CHECK(out.differences == std::set<std::string>{kBucketFile});
}

TEST_CASE("V11, all members of a sidecar") {
  Files files = Bucket();
  PutObject(&files, "img/a.txt", "hello <x>", R"({
  "format_version": 1,
  "etag": "1c2c9651ece0cc79c26f95b9f2ffd0f2",
  "size_bytes": 9,
  "last_modified": "2023-11-14T22:13:20Z",
  "content_type": "text/plain; charset=utf-8",
  "content_encoding": "gzip",
  "cache_control": "max-age=60",
  "content_disposition": "inline",
  "user_metadata": {
    "alpha": "café",
    "zeta": "z\u003ca\u0026b\u003e"
  },
  "snaptree": {
    "x_extra": {
      "n": 18446744073709551616.50,
      "o": {"a": [1, "\u003c"], "b": null}
    }
  }
})");
  const EncodedRows out = EncodeFiles(files);
  REQUIRE(out.errors == Strings{});
  CHECK(out.findings() == Strings{});
  CHECK(out.differences.empty());
  CHECK(out.rows.at(Head("img/a.txt")) ==
        R"({"upload_id":"elastickv-restore","etag":"1c2c9651ece0cc79c26f95b9f2ffd0f2",)"
        R"("size_bytes":9,"last_modified_hlc":111411200000000000,)"
        R"("content_type":"text/plain; charset=utf-8","content_encoding":"gzip",)"
        R"("cache_control":"max-age=60","content_disposition":"inline",)"
        R"("user_metadata":{"alpha":"café","zeta":"z\u003ca\u0026b\u003e"},)"
        R"("parts":[{"part_no":1,"etag":"1c2c9651ece0cc79c26f95b9f2ffd0f2","size_bytes":9,)"
        R"("chunk_count":1,"chunk_sizes":[9]}],"n":18446744073709551616.50,)"
        R"("o":{"a":[1,"\u003c"],"b":null}})");
}

TEST_CASE("V12, a multipart object") {
  const std::string part_1(5242881, 'A');
  const std::string sidecar = R"({
  "format_version": 1,
  "etag": "880fb67da11a38ceb3bc8fbeb74da76e-2",
  "size_bytes": 5242885,
  "last_modified": "2023-11-14T22:13:20.005Z",
  "content_type": "video/mp4",
  "snaptree": {
    "part_sizes": [
      5242881,
      4
    ]
  }
})";
  CHECK(sidecar.size() == 246);
  Files files = Bucket();
  PutObject(&files, "mp", part_1 + "tail", sidecar);

  SECTION("as it was") {
    const bool check_etags = GENERATE(true, false);
    EncodeFilesOptions options;
    options.choices.check_etags = check_etags;
    const EncodedRows out = EncodeFiles(files, options);
    REQUIRE(out.errors == Strings{});
    CHECK(out.findings() == Strings{});
    CHECK(out.differences.empty());
    CHECK(out.rows.at(Head("mp")) ==
          R"({"upload_id":"elastickv-restore","etag":"880fb67da11a38ceb3bc8fbeb74da76e-2",)"
          R"("size_bytes":5242885,"last_modified_hlc":111411200000327680,)"
          R"("content_type":"video/mp4",)"
          R"("parts":[{"part_no":1,"etag":"086e8871a71a0f18c0f7b6e9493dddbc",)"
          R"("size_bytes":5242881,"chunk_count":6,)"
          R"("chunk_sizes":[1048576,1048576,1048576,1048576,1048576,1]},)"
          R"({"part_no":2,"etag":"7aea2552dfe7eb84b9443b6fc9ba6e01","size_bytes":4,)"
          R"("chunk_count":1,"chunk_sizes":[4]}]})");
    Strings expected;
    for (uint64_t chunk = 0; chunk < 6; ++chunk) expected.push_back(Blob("mp", 1, chunk));
    expected.push_back(Blob("mp", 2, 0));
    expected.push_back(S3BucketGenKey("photos"));
    expected.push_back(S3BucketMetaKey("photos"));
    expected.push_back(Head("mp"));
    CHECK(Keys(out) == expected);
    CHECK(out.rows.at(Blob("mp", 1, 5)) == "A");
    CHECK(out.rows.at(Blob("mp", 2, 0)) == "tail");
  }
  SECTION("with one byte changed") {
    files["s3/photos/mp"][7] = 'B';
    const EncodedRows out = EncodeFiles(files);
    REQUIRE(out.errors == Strings{});
    CHECK(out.findings() == Strings{"warning s3_sidecar_rewritten 1"});
    CHECK(out.differences == std::set<std::string>{"s3/photos/mp" + kSuffix});
    const std::string md5 = S3HexMd5(files["s3/photos/mp"]);
    CHECK(out.rows.at(Head("mp")) ==
          R"({"upload_id":"elastickv-restore","etag":")" + md5 +
              R"(","size_bytes":5242885,"last_modified_hlc":111411200000327680,)"
              R"("content_type":"video/mp4","parts":[{"part_no":1,"etag":")" +
              md5 +
              R"(","size_bytes":5242885,"chunk_count":6,)"
              R"("chunk_sizes":[1048576,1048576,1048576,1048576,1048576,5]}]})");
    CHECK(out.rows.at(Blob("mp", 1, 5)) == "Atail");
  }
}

TEST_CASE("V14 and V15, keys of KEYMAP records") {
  const std::string sidecar =
      R"({"format_version":1,"etag":"d41d8cd98f00b204e9800998ecf8427e","size_bytes":0})";
  Files files = Bucket();
  std::string keymap;
  for (const std::string& key : Strings{"", "folder/", "/abs", std::string("n\0l", 3), "a\\b",
                                        "_bucket.json", "_orphans/x", "a//b", "img/.."}) {
    const std::string path = FallbackName(key);
    PutObject(&files, path, "", sidecar);
    keymap += R"({"encoded":")" + path + R"(","original":")" + Base64Url(key) +
              R"(","kind":"sha-fallback"})" + "\n";
  }
  keymap += R"({"encoded":"p.elastickv-leaf-data","original":"cA","kind":"s3-leaf-data"})"
            "\n"
            R"({"encoded":"r.elastickv-meta.json.user-data",)"
            R"("original":"ci5lbGFzdGlja3YtbWV0YS5qc29u","kind":"meta-suffix-rename"})"
            "\n";
  PutObject(&files, "p.elastickv-leaf-data", "", sidecar);
  PutObject(&files, "p/q", "", sidecar);
  PutObject(&files, "r.elastickv-meta.json.user-data", "", sidecar);
  files["s3/photos/KEYMAP.jsonl"] = keymap;
  EncodeFilesOptions options;
  options.manifest.rename_s3_collisions = true;
  const EncodedRows out = EncodeFiles(files, options);
  REQUIRE(out.errors == Strings{});
  CHECK(out.findings() == Strings{});
  CHECK(out.differences.empty());
  for (const std::string& key :
       Strings{"", "folder/", "/abs", std::string("n\0l", 3), "a\\b", "_bucket.json", "_orphans/x",
               "a//b", "img/..", "p", "p/q", "r.elastickv-meta.json"}) {
    INFO(Printable(key));
    CHECK(out.rows.count(Head(key)) == 1);
  }
  CHECK(out.rows.at(Head("")) ==
        R"({"upload_id":"elastickv-restore","etag":"d41d8cd98f00b204e9800998ecf8427e",)"
        R"("size_bytes":0,"last_modified_hlc":0})");
  CHECK(out.rows.size() == 12 + 2);
}

TEST_CASE("V18, times of sidecars") {
  const auto hlc = [](const std::string& time) {
    Files files = Bucket();
    PutObject(&files, "o", "",
              R"({"format_version":1,"etag":"d41d8cd98f00b204e9800998ecf8427e","size_bytes":0,)"
              R"("last_modified":")" +
                  time + "\"}");
    const EncodedRows out = EncodeFiles(files);
    if (!out.errors.empty()) return out.errors[0];
    const std::string& head = out.rows.at(Head("o"));
    const size_t at = head.find("_hlc\":") + 6;
    return head.substr(at, head.find_first_of(",}", at) - at) +
           (out.differences.empty() ? "" : " differs");
  };
  const std::string error = "S3EncodeInvalidSidecar s3/photos/o" + kSuffix;
  CHECK(hlc("1970-01-01T00:00:00Z") == "0 differs");
  CHECK(hlc("1970-01-01T00:00:00.001Z") == "65536");
  CHECK(hlc("2023-11-14T22:13:20Z") == "111411200000000000");
  CHECK(hlc("2023-11-14T22:13:20.12Z") == "111411200007864320");
  CHECK(hlc("10889-08-02T05:31:50.655Z") == "18446744073709486080");
  CHECK(hlc("2023-11-14T22:13:20.5+09:00") == "111409076666368000 differs");
  CHECK(hlc("2023-11-14T22:13:20.123999Z") == "111411200008060928 differs");
  CHECK(hlc("1969-12-31T23:59:59Z") == "0 differs");
  for (const char* bad :
       {"2023-11-14", "2023-11-14t22:13:20z", "2023-11-14T22:13:20", "2023-11-14T22:13:20,5Z",
        "2023-02-29T00:00:00Z", "10889-08-02T05:31:51Z", "02023-11-14T22:13:20Z",
        "2023-11-14T22:13:20.1234567890Z", "2023-11-14T24:00:00Z", "2023-11-14T22:13:20.Z", "x"}) {
    INFO(bad);
    CHECK(hlc(bad) == error);
  }
}

TEST_CASE("V21, quotes around an ETag are removed") {
  Files files = Bucket();
  PutObject(&files, "o", "abc",
            R"({"format_version":1,"etag":"\"900150983cd24fb0d6963f7d28e17f72\"","size_bytes":3})");
  const EncodedRows out = EncodeFiles(files);
  REQUIRE(out.errors == Strings{});
  CHECK(out.findings() == Strings{});
  CHECK(out.rows.at(Head("o")).find(R"("etag":"900150983cd24fb0d6963f7d28e17f72","size)") !=
        std::string::npos);
  CHECK(out.differences == std::set<std::string>{"s3/photos/o" + kSuffix});
}

TEST_CASE("V22, odd chunks become whole ones") {
  Files files = Bucket();
  PutObject(&files, "o", "abcdefghij",
            R"({"format_version":1,"etag":"a925576942e94b2ef57a066101b48876","size_bytes":10})");
  const EncodedRows out = EncodeFiles(files);
  REQUIRE(out.errors == Strings{});
  CHECK(out.differences.empty());
  CHECK(out.rows.at(Blob("o", 1, 0)) == "abcdefghij");
  CHECK(out.rows.at(Head("o")).find(R"("chunk_count":1,"chunk_sizes":[10]}])") !=
        std::string::npos);
}

TEST_CASE("chunks of bodies around a chunk's size") {
  for (const size_t size : {size_t{1}, size_t{65535}, size_t{65536}, size_t{65537}, size_t{1048575},
                            size_t{1048576}, size_t{1048577}, size_t{2097152}}) {
    INFO(size);
    std::string body;
    while (body.size() < size) body += std::to_string(body.size()) + " ";
    body.resize(size);
    Files files = Bucket();
    PutObject(&files, "o", body,
              R"({"format_version":1,"etag":")" + S3HexMd5(body) + R"(","size_bytes":)" +
                  std::to_string(size) + "}");
    const EncodedRows out = EncodeFiles(files);
    REQUIRE(out.errors == Strings{});
    CHECK(out.findings() == Strings{});
    CHECK(out.differences.empty());
    std::string joined;
    for (uint64_t chunk = 0; out.rows.count(Blob("o", 1, chunk)) != 0; ++chunk) {
      const std::string& data = out.rows.at(Blob("o", 1, chunk));
      joined += data;
      CHECK((data.size() == 1048576 || joined.size() == size));
    }
    CHECK(joined == body);
    CHECK(out.rows.size() == 3 + (size + 1048575) / 1048576);
  }
}

}  // namespace
}  // namespace snaptree::test

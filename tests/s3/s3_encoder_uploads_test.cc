// Open uploads of a tree: spec 04 section 7.4, vectors V7 and V16.
#include <catch2/catch.hpp>

#include "base/text.h"
#include "manifest/file_name_codec.h"
#include "tests/support/encoded_rows.h"
#include "tests/support/s3_rows.h"

namespace snaptree::test {
namespace {

using Strings = std::vector<std::string>;
using Paths = std::set<std::string>;

const std::string kFolder = "s3/photos/_incomplete_uploads/";
const std::string kRecords = kFolder + "records.jsonl";
const std::string kUpload = "00112233445566778899aabbccddeeff";
const S3Place kPlace = {"photos", 3, "img/a.txt", kUpload};

// V16.
const std::string kMeta =
    R"({"bucket":"photos","object":"img/a.txt","generation":3,)"
    R"("upload_id":"00112233445566778899aabbccddeeff","created_hlc":111411200000000001,)"
    R"("content_type":"video/mp4","metadata":{"k":"v"}})";
const std::string kPart7 =
    R"({"part_no":7,"etag":"7aea2552dfe7eb84b9443b6fc9ba6e01","size_bytes":4,"chunk_count":1,)"
    R"("chunk_sizes":[4],"part_version":111411200000000002,)"
    R"("chunk_ref_version":111411200000000001})";

std::string StandardBase64(Slice bytes) {
  std::string text = Base64Url(bytes);
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  return text + std::string((4 - text.size() % 4) % 4, '=');
}
std::string Line(const std::string& prefix, const std::string& key, const std::string& value) {
  return R"({"prefix":")" + prefix + R"(","key":")" + StandardBase64(key) + R"(","value":")" +
         StandardBase64(value) + "\"}\n";
}
std::string MetaLine(const S3Place& place, const std::string& value) {
  return Line("!s3|upload|meta|", S3UploadMetaKey(place), value);
}
std::string PartLine(const S3Place& place, uint64_t part, const std::string& value) {
  return Line("!s3|upload|part|", S3UploadPartKey(place, part), value);
}
std::string PartPath(const std::string& upload, const std::string& part) {
  return kFolder + "data/" + upload + "/" + part + ".part";
}

EncodedRows Encode(Files files, int generation = 3, EncodeFilesOptions options = {}) {
  files["s3/photos/_bucket.json"] =
      R"({"format_version":1,"name":"photos","snaptree":{"generation":)" +
      std::to_string(generation) + "}}";
  options.manifest.include_incomplete_uploads = true;
  return EncodeFiles(files, options);
}

TEST_CASE("V16, an open upload") {
  const Files files = {{kRecords, MetaLine(kPlace, kMeta) + PartLine(kPlace, 7, kPart7)},
                       {PartPath(kUpload, "00007"), "tail"}};
  const EncodedRows out = Encode(files);
  REQUIRE(out.errors == Strings{});
  CHECK(out.findings() == Strings{});
  CHECK(out.differences.empty());
  CHECK(out.rows.size() == 2 + 4);
  CHECK(out.rows.at(S3UploadMetaKey(kPlace)) == kMeta);
  CHECK(out.rows.at(S3GcKey(kPlace)) == kMeta);
  CHECK(out.rows.at(S3UploadPartKey(kPlace, 7)) == kPart7);
  CHECK(out.rows.at(S3ChunkKey("blob", kPlace, 7, 0, 111411200000000002)) == "tail");

  // The bucket has another generation now.
  const EncodedRows moved = Encode(files, 5);
  S3Place place = kPlace;
  place.generation = 5;
  std::string meta = kMeta;
  meta.replace(meta.find(":3,") + 1, 1, "5");
  CHECK(moved.rows.at(S3UploadMetaKey(place)) == meta);
  CHECK(moved.rows.count(S3UploadPartKey(place, 7)) == 1);
  CHECK(moved.rows.count(S3ChunkKey("blob", place, 7, 0, 111411200000000002)) == 1);
  CHECK(moved.differences == Paths{kRecords});

  EncodeFilesOptions dropping;
  dropping.choices.drop_incomplete_uploads = true;
  const EncodedRows dropped = Encode(files, 3, dropping);
  CHECK(dropped.rows.size() == 2);
  CHECK(dropped.findings() == Strings{"note s3_incomplete_uploads_dropped 2"});
  CHECK(dropped.differences.size() == 2);
}

TEST_CASE("members of lines that nobody knows do not come out") {
  std::string lines = MetaLine(kPlace, kMeta) + PartLine(kPlace, 7, kPart7);
  lines.insert(1, R"("note":"mine",)");
  const EncodedRows out = Encode({{kRecords, lines}, {PartPath(kUpload, "00007"), "tail"}});
  CHECK(out.errors == Strings{});
  CHECK(out.findings() == Strings{});
  CHECK(out.differences == Paths{kRecords});
}

TEST_CASE("large and offloaded parts are cut anew") {
  const std::string body(1048577, 'x');
  const std::string md5 = S3HexMd5(body);
  const std::string value = R"({"part_no":1,"etag":")" + md5 +
                            R"(","size_bytes":1048577,"chunk_count":2,)"
                            R"("chunk_sizes":[1048570,7],"chunk_ref_version":9,)"
                            R"("offloaded":true,"new":[1, 2]})";
  const EncodedRows out = Encode({{kRecords, MetaLine(kPlace, kMeta) + PartLine(kPlace, 1, value)},
                                  {PartPath(kUpload, "00001"), body}});
  REQUIRE(out.errors == Strings{});
  CHECK(out.rows.at(S3UploadPartKey(kPlace, 1)) ==
        R"({"part_no":1,"etag":")" + md5 +
            R"(","size_bytes":1048577,"chunk_count":2,"chunk_sizes":[1048576,1],)"
            R"("chunk_ref_version":9,"new":[1,2]})");
  CHECK(out.rows.at(S3ChunkKey("blob", kPlace, 1, 0)) == body.substr(0, 1048576));
  CHECK(out.rows.at(S3ChunkKey("blob", kPlace, 1, 1)) == "x");
  CHECK(out.differences == Paths{kRecords});
}

TEST_CASE("parts that are not what their records say are left out") {
  const std::string path = PartPath(kUpload, "00007");
  const std::string lines = MetaLine(kPlace, kMeta) + PartLine(kPlace, 7, kPart7);
  for (const char* body : {"", "tai", "tails", "toil"}) {
    INFO(body);
    const EncodedRows out = Encode({{kRecords, lines}, {path, body}});
    CHECK(out.errors == Strings{});
    CHECK(out.findings() == Strings{"warning s3_upload_part_missing 1"});
    CHECK(out.rows.size() == 4);
    CHECK(out.differences == Paths{kRecords, path});
  }
  CHECK(Encode({{kRecords, lines}}).findings() == Strings{"warning s3_upload_part_missing 1"});
  const EncodedRows alone = Encode({{kRecords, PartLine(kPlace, 7, kPart7)}});
  CHECK(alone.findings() == Strings{"note s3_leftover_parts_ignored 1"});
  CHECK(alone.rows.size() == 2);
  EncodeFilesOptions unchecked;
  unchecked.choices.check_etags = false;
  CHECK(Encode({{kRecords, lines}, {path, "toil"}}, 3, unchecked).rows.size() == 6);
}

TEST_CASE("uploads with odd or equal IDs") {
  std::string lines;
  Files files;
  const std::string part = R"({"part_no":1,"etag":")" + S3HexMd5("x") +
                           R"(","size_bytes":1,"chunk_count":1,"chunk_sizes":[1]})";
  std::vector<S3Place> places;
  for (const char* object : {"a", "b"}) {
    for (const char* id : {"", "..", "u/v"}) places.push_back({"photos", 3, object, id});
  }
  const std::string meta = R"({"upload_id":"","generation":3})";
  for (const S3Place& place : places) lines += MetaLine(place, meta);
  for (const S3Place& place : places) {
    lines += PartLine(place, 1, part);
    const bool first = place.object == "a" && place.upload == "u/v";
    files[PartPath(first ? "u%2Fv" : FallbackName(S3UploadMetaKey(place)), "00001")] = "x";
  }
  files[kRecords] = lines;
  const EncodedRows out = Encode(files);
  CHECK(out.errors == Strings{});
  CHECK(out.findings() == Strings{});
  CHECK(out.rows.size() == 2 + places.size() * 4);
}

TEST_CASE("records that nobody can use") {
  const std::string error = "S3EncodeInvalidUpload " + kRecords + ": line ";
  const auto errors = [](const std::string& lines) { return Encode({{kRecords, lines}}).errors; };
  const std::string meta = MetaLine(kPlace, kMeta);
  S3Place other = kPlace;
  other.bucket = "other";
  S3Place restored = kPlace;
  restored.upload = "elastickv-restore";
  for (const std::string& line : Strings{
           "\n", "[]\n", "{}\n", R"({"prefix":1,"key":"","value":""})", "x",
           Line("!s3|obj|head|", S3HeadKey(kPlace), "{}"),
           Line("!s3|upload|meta|", S3UploadPartKey(kPlace, 1), kMeta),
           Line("!s3|upload|part|", S3UploadMetaKey(kPlace), kMeta),
           Line("!s3|upload|meta|", S3UploadMetaKey(kPlace) + "x", kMeta), MetaLine(other, kMeta),
           MetaLine(restored, kMeta), MetaLine(kPlace, "x"), MetaLine(kPlace, "[]"),
           MetaLine(kPlace, R"({"generation":"3"})"), MetaLine(kPlace, R"({"bucket":1})"),
           MetaLine(kPlace, R"({"generation":3,"generation":3})"),
           R"({"prefix":"!s3|upload|meta|","key":"IQ","value":""})"}) {
    INFO(line);
    CHECK(errors(line) == Strings{error + "1"});
  }
  for (const std::string& value :
       Strings{"x", "{}", R"({"etag":1})", R"({"etag":"x","size_bytes":-1})",
               R"({"etag":"x","size_bytes":9223372036854775807})",
               R"({"etag":"x","part_version":1.5})", R"({"etag":"x","a":1,"a":1})"}) {
    INFO(value);
    CHECK(errors(meta + PartLine(kPlace, 1, value)) == Strings{error + "2"});
  }
  CHECK(errors(meta + meta) ==
        Strings{"DuplicateKey " + kRecords + ": line 1", "DuplicateKey " + kRecords + ": line 1"});
  CHECK(Encode({{kRecords, meta},
                {kFolder + "x", ""},
                {PartPath(kUpload, "00001"), ""},
                {PartPath(kUpload, "x"), ""}})
            .errors == Strings{"UnexpectedFile " + PartPath(kUpload, "00001"),
                               "UnexpectedFile " + PartPath(kUpload, "x"),
                               "UnexpectedFile " + kFolder + "x"});
}

}  // namespace
}  // namespace snaptree::test

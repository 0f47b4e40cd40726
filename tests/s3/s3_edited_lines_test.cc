// What people do to the lines of _objects.jsonl (spec 08).
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/encoded_snapshot.h"
#include "tests/support/s3_rows.h"

namespace snaptree::test {
namespace {

using Strings = std::vector<std::string>;
using Paths = std::set<std::string>;

const std::string kBucketFile = "s3/photos/_bucket.json";
const std::string kLines = "s3/photos/_objects.jsonl";
const std::string kSuffix = ".elastickv-meta.json";
const std::string kBucketJson =
    R"({"format_version":1,"name":"photos","snaptree":{"generation":3}})";
const std::string kAbc = R"("etag":"900150983cd24fb0d6963f7d28e17f72","size_bytes":3)";

std::string Line(const std::string& key, const std::string& members) {
  return R"({"key":")" + key + R"(","path":")" + key + R"(","format_version":1,)" + members + "}\n";
}

struct Mended {
  std::string lines;
  Strings findings;
  bool differs;
};

TEST_CASE("lines that are mended") {
  const std::string a = Line("a", kAbc);
  const std::string b = Line("b", kAbc);
  const Mended cases[] = {
      {a + b, {}, false},
      {a + b.substr(0, b.size() - 1), {}, false},
      {"  " + a.substr(0, a.size() - 1) + "\r\n" + b, {}, false},
      {b + a, {"note s3_lines_out_of_order 1"}, false},
      {a + "\n \t\r\n" + b, {}, true},
      {a, {"warning s3_sidecar_missing 1"}, true},
      {"", {"warning s3_sidecar_missing 2"}, true},
      {a + Line("b", kAbc + R"(,"new":1)"), {"note s3_sidecar_unknown_member 1"}, true},
      {a + Line("b", kAbc + R"(,"user_metadata":{"A":"x"})"),
       {"note s3_metadata_name_lowered 1"},
       true},
      {a + Line("b", R"("size_bytes":4)"), {"warning s3_sidecar_rewritten 1"}, true},
      {a + Line("b", R"("etag":"00000000000000000000000000000000","size_bytes":3)"),
       {"warning s3_sidecar_rewritten 1"},
       true},
      {a + Line("b", R"("etag":"00000000000000000000000000000000-2","size_bytes":3)"),
       {"note s3_etag_unverified 1"},
       false},
      {a + R"({"size_bytes":3,"path":"b","format_version":1,)" +
           R"("etag":"900150983cd24fb0d6963f7d28e17f72","key":{"base64":"Yg"}})",
       {},
       false},
  };
  for (const Mended& c : cases) {
    INFO(c.lines);
    const EncodedRows out = EncodeLines({{kBucketFile, kBucketJson},
                                         {"s3/photos/a", "abc"},
                                         {"s3/photos/b", "abc"},
                                         {kLines, c.lines}});
    REQUIRE(out.errors == Strings{});
    CHECK(out.findings() == c.findings);
    CHECK(out.differences == (c.differs ? Paths{kLines} : Paths{}));
    CHECK(out.report.records() == 2);
    CHECK(out.rows.count(S3HeadKey({"photos", 3, "b"})) == 1);
  }
}

TEST_CASE("what a line says goes into the head") {
  const std::string members =
      kAbc + R"(,"last_modified":"2023-11-14T22:13:20Z","content_type":"text/plain",)" +
      R"("user_metadata":{"k":"<v>"},"snaptree":{"x_extra":{"n":1}})";
  const EncodedRows lines = EncodeLines(
      {{kBucketFile, kBucketJson}, {"s3/photos/o", "abc"}, {kLines, Line("o", members)}});
  const EncodedRows files =
      EncodeFiles({{kBucketFile, kBucketJson},
                   {"s3/photos/o", "abc"},
                   {"s3/photos/o" + kSuffix, R"({"format_version":1,)" + members + "}"}});
  REQUIRE(lines.errors == Strings{});
  CHECK(lines.rows == files.rows);
  CHECK(lines.rows.at(S3HeadKey({"photos", 3, "o"})).find(R"("content_type":"text/plain")") !=
        std::string::npos);
}

TEST_CASE("a large body whose line is wrong") {
  const std::string body(70000, 'x');
  const EncodedRows out =
      EncodeLines({{kBucketFile, kBucketJson},
                   {"s3/photos/o", body},
                   {kLines, Line("o", R"("etag":"00000000000000000000000000000000",)"
                                      R"("size_bytes":70000)")}});
  REQUIRE(out.errors == Strings{});
  CHECK(out.findings() == Strings{"warning s3_sidecar_rewritten 1"});
  CHECK(out.differences == Paths{kLines});
}

TEST_CASE("a sidecar file among lines is read, and told") {
  Files files = {{kBucketFile, kBucketJson},
                 {"s3/photos/a", "abc"},
                 {"s3/photos/a" + kSuffix, R"({"format_version":1,)" + kAbc + "}"},
                 {"s3/photos/b", "abc"},
                 {kLines, Line("b", kAbc)}};
  const EncodedRows out = EncodeLines(files);
  REQUIRE(out.errors == Strings{});
  CHECK(out.findings() == Strings{"note s3_sidecar_beside_lines 1"});
  CHECK(out.differences == Paths{kLines, "s3/photos/a" + kSuffix});

  files[kLines] += Line("a", kAbc);
  CHECK(EncodeLines(files).errors == Strings{"S3EncodeTwoSidecars " + kLines + ": line 2"});
}

TEST_CASE("lines that are wrong") {
  const std::string b = Line("b", kAbc);
  const std::pair<std::string, Strings> cases[] = {
      {"{\n" + b, {"S3EncodeInvalidSidecar " + kLines + ": line 1"}},
      {b + "[]\n", {"S3EncodeInvalidSidecar " + kLines + ": line 2"}},
      {b + "{}\n", {"S3EncodeInvalidSidecar " + kLines + ": line 2"}},
      {R"({"key":"b","format_version":1})", {"S3EncodeInvalidSidecar " + kLines + ": line 1"}},
      {R"({"path":"b","format_version":1})", {"S3EncodeInvalidSidecar " + kLines + ": line 1"}},
      {R"({"key":1,"path":"b","format_version":1})",
       {"S3EncodeInvalidSidecar " + kLines + ": line 1"}},
      {R"({"key":{"base64":"Y="},"path":"b","format_version":1})",
       {"S3EncodeInvalidSidecar " + kLines + ": line 1"}},
      {R"({"key":{"base64":"Yg","x":1},"path":"b","format_version":1})",
       {"S3EncodeInvalidSidecar " + kLines + ": line 1"}},
      {R"({"key":"b","path":{"base64":"Yg"},"format_version":1})",
       {"S3EncodeInvalidSidecar " + kLines + ": line 1"}},
      {R"({"key":"b","path":"","format_version":1})",
       {"S3EncodeInvalidSidecar " + kLines + ": line 1"}},
      {R"({"key":{"base64":"_w"},"path":"%F","format_version":1})",
       {"S3EncodeInvalidSidecar " + kLines + ": line 1"}},
      {R"({"key":"b","path":"b"})", {"S3EncodeInvalidSidecar " + kLines + ": line 1"}},
      {R"({"key":"b","path":"b","format_version":2})",
       {"S3EncodeInvalidSidecar " + kLines + ": line 1"}},
      {R"({"key":"b","path":"b","path":"b","format_version":1})",
       {"S3EncodeInvalidSidecar " + kLines + ": line 1"}},
      {Line("b", R"("etag":1)"), {"S3EncodeInvalidSidecar " + kLines + ": line 1"}},
      {R"({"key":"c","path":"b","format_version":1})",
       {"S3EncodeInvalidSidecar " + kLines + ": line 1"}},
      {b + Line("c", kAbc), {"S3EncodeOrphanSidecar " + kLines + ": line 2"}},
      {b + Line("../photos/b", kAbc), {"S3EncodeOrphanSidecar " + kLines + ": line 2"}},
      {b + Line("_bucket.json", kAbc), {"S3EncodeOrphanSidecar " + kLines + ": line 2"}},
      {b + b, {"DuplicateKey " + kLines + ": line 2"}},
      {b + b + b, {"DuplicateKey " + kLines + ": line 2", "DuplicateKey " + kLines + ": line 3"}},
      {Line("c", kAbc) + "x\n" + b + "y\n",
       {"S3EncodeInvalidSidecar " + kLines + ": line 2",
        "S3EncodeInvalidSidecar " + kLines + ": line 4",
        "S3EncodeOrphanSidecar " + kLines + ": line 1"}},
  };
  for (const auto& [lines, errors] : cases) {
    INFO(lines);
    Strings found =
        EncodeLines({{kBucketFile, kBucketJson}, {"s3/photos/b", "abc"}, {kLines, lines}}).errors;
    Strings expected = errors;
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
    CHECK(found == expected);
  }
}

TEST_CASE("a line says what is wrong with its JSON") {
  const EncodedRows out = EncodeLines(
      {{kBucketFile, kBucketJson}, {"s3/photos/b", "abc"}, {kLines, "{\"key\" \"b\"}\n"}});
  REQUIRE(out.statuses.size() == 1);
  CHECK(out.statuses[0].Message().find("missing a colon") != std::string::npos);
}

TEST_CASE("a line that is longer than any can be") {
  const std::string line = Line("b", "\"etag\":\"" + std::string(26 << 20, 'x') + "\"");
  const EncodedRows out =
      EncodeLines({{kBucketFile, kBucketJson}, {"s3/photos/b", "abc"}, {kLines, line}});
  CHECK(out.errors == Strings{"LineTooLong " + kLines + ": line 1"});
}

}  // namespace
}  // namespace snaptree::test

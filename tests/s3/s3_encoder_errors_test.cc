// What people do to the files of s3/: errors with their places, and what is mended (spec 04 chapter
// 7, spec 07 chapter 3).
#include <catch2/catch.hpp>

#include "base/text.h"
#include "manifest/file_name_codec.h"
#include "tests/support/encoded_rows.h"
#include "tests/support/s3_rows.h"

namespace snaptree::test {
namespace {

using Strings = std::vector<std::string>;
using Paths = std::set<std::string>;

const std::string kBucketFile = "s3/photos/_bucket.json";
const std::string kKeymap = "s3/photos/KEYMAP.jsonl";
const std::string kSuffix = ".elastickv-meta.json";
const std::string kBucketJson =
    R"({"format_version":1,"name":"photos","snaptree":{"generation":3}})";
const std::string kAbc = "900150983cd24fb0d6963f7d28e17f72";    // MD5 of abc
const std::string kEmpty = "d41d8cd98f00b204e9800998ecf8427e";  // of nothing

std::string Head(const std::string& object) { return S3HeadKey({"photos", 3, object}); }

// A sidecar with more members.
std::string Sidecar(const std::string& members) { return R"({"format_version":1)" + members + "}"; }
std::string Etag(const std::string& etag, int size) {
  return R"(,"etag":")" + etag + R"(","size_bytes":)" + std::to_string(size);
}

// An object "o" of these bytes.
Files Object(const std::string& body, const std::string& sidecar) {
  return {{kBucketFile, kBucketJson}, {"s3/photos/o", body}, {"s3/photos/o" + kSuffix, sidecar}};
}
EncodedRows EncodeObject(const std::string& body, const std::string& members,
                         EncodeFilesOptions options = {}) {
  return EncodeFiles(Object(body, Sidecar(members)), options);
}
std::string EtagOf(const EncodedRows& out) {
  const std::string& head = out.rows.at(Head("o"));
  const size_t at = head.find(R"("etag":)") + 7;
  return head.substr(at, head.find(",\"size", at) - at);
}

// ---- Sidecars -----------------------------------------------------------------------------------

TEST_CASE("which ETag wins") {
  struct Case {
    std::string members;
    std::string etag;
    Strings findings;
    bool differs;
  };
  const std::string quoted = "\"" + kAbc + "\"";
  const std::string other = "00000000000000000000000000000000";
  // MD5 of the MD5 of "ab" and that of "c".
  const std::string digests = *ParseHex(S3HexMd5("ab")) + *ParseHex(S3HexMd5("c"));
  const std::string composite = S3HexMd5(digests) + "-2";
  const auto sizes = [](const std::string& list) {
    return R"(,"snaptree":{"part_sizes":[)" + list + "]}";
  };
  const Strings rewritten = {"warning s3_sidecar_rewritten 1"};
  const Strings unverified = {"note s3_etag_unverified 1"};
  const Case cases[] = {
      {"", quoted, {}, true},
      {R"(,"size_bytes":3)", quoted, {}, true},
      {R"(,"etag":"","size_bytes":3)", quoted, {}, true},
      {R"(,"size_bytes":4)", quoted, rewritten, true},
      {Etag(kAbc, 3), quoted, {}, false},
      {Etag("900150983CD24FB0D6963F7D28E17F72", 3),
       "\"900150983CD24FB0D6963F7D28E17F72\"",
       {},
       false},
      {Etag(kAbc, 4), quoted, rewritten, true},
      {Etag(other, 3), quoted, rewritten, true},
      {Etag(other, 4), quoted, rewritten, true},
      {Etag(kAbc, 3) + sizes("1,2"), quoted, {}, true},
      {Etag(composite, 3) + sizes("2,1"), "\"" + composite + "\"", {}, false},
      {Etag(composite, 4) + sizes("2,1"), "\"" + composite + "\"", rewritten, true},
      {Etag(composite, 3) + sizes("1,2"), quoted, rewritten, true},
      {Etag(composite, 3) + sizes("3"), quoted, rewritten, true},
      {Etag(composite, 3) + sizes("2,2"), quoted, rewritten, true},
      {Etag(composite, 3) + sizes("18446744073709551615,4"), quoted, rewritten, true},
      {Etag(composite, 3), "\"" + composite + "\"", unverified, false},
      {Etag(composite, 4), quoted, rewritten, true},
      {R"(,"etag":")" + composite + "\"", quoted, rewritten, true},
      {Etag(other + "-1", 3), "\"" + other + "-1\"", unverified, true},
      {Etag("odd<", 3), R"("odd\u003c")", unverified, false},
      {Etag("odd", 4), quoted, rewritten, true},
  };
  for (const Case& c : cases) {
    INFO(c.members);
    const EncodedRows out = EncodeObject("abc", c.members);
    REQUIRE(out.errors == Strings{});
    CHECK(EtagOf(out) == c.etag);
    CHECK(out.findings() == c.findings);
    CHECK(out.differences == (c.differs ? Paths{"s3/photos/o" + kSuffix} : Paths{}));
  }
}

TEST_CASE("large bodies follow the same rules") {
  const std::string body(70000, 'x');
  const std::string md5 = "\"" + S3HexMd5(body) + "\"";
  const std::string other = "00000000000000000000000000000000";
  CHECK(EtagOf(EncodeObject(body, "")) == md5);
  CHECK(EncodeObject(body, "").findings() == Strings{});
  const EncodedRows wrong = EncodeObject(body, Etag(other, 70000));
  CHECK(EtagOf(wrong) == md5);
  CHECK(wrong.findings() == Strings{"warning s3_sidecar_rewritten 1"});
  CHECK(wrong.differences == Paths{"s3/photos/o" + kSuffix});
  const EncodedRows both =
      EncodeObject(body, Etag(other, 7) + R"(,"snaptree":{"x_extra":{"new":1}})");
  CHECK(EtagOf(both) == md5);
  CHECK(both.findings() == Strings{"warning s3_sidecar_rewritten 1"});
  CHECK(both.rows.at(Head("o")).find("new") == std::string::npos);
  EncodeFilesOptions unchecked;
  unchecked.choices.check_etags = false;
  const EncodedRows taken = EncodeObject(body, Etag(other, 70000), unchecked);
  CHECK(EtagOf(taken) == "\"" + other + "\"");
  CHECK(taken.findings() == Strings{});
  CHECK(EtagOf(EncodeObject(body, Etag(other, 70001), unchecked)) == md5);
  CHECK(EtagOf(EncodeObject(body, R"(,"etag":")" + other + "\"", unchecked)) == md5);
}

TEST_CASE("empty parts of multipart objects") {
  // An upload of one empty part.
  const EncodedRows empty = EncodeObject(
      "", Etag("59adb24ef3cdbe0297f05b395827453f-1", 0) + R"(,"snaptree":{"part_sizes":[0]})");
  CHECK(empty.findings() == Strings{});
  CHECK(empty.rows.size() == 3);
  CHECK(empty.rows.at(Head("o")).find(R"("parts":[{"part_no":1,"etag":")" + kEmpty +
                                      R"(","size_bytes":0,"chunk_count":0}])") !=
        std::string::npos);
  // Empty ones around a large one.
  const std::string body(70000, 'x');
  const std::string digests = *ParseHex(kEmpty) + *ParseHex(S3HexMd5(body)) + *ParseHex(kEmpty);
  const EncodedRows out = EncodeObject(
      body, Etag(S3HexMd5(digests) + "-3", 70000) + R"(,"snaptree":{"part_sizes":[0,70000,0]})");
  CHECK(out.findings() == Strings{});
  CHECK(out.rows.at(S3ChunkKey("blob", {"photos", 3, "o", "elastickv-restore"}, 2, 0)) == body);
  CHECK(out.rows.size() == 4);
}

TEST_CASE("sidecars that nobody can read") {
  const std::string error = "S3EncodeInvalidSidecar s3/photos/o" + kSuffix;
  const std::string deep(5000, '[');
  const Strings bad = {
      "",
      "[]",
      "{}",
      R"({"format_version":2})",
      R"({"format_version":"1"})",
      R"({"format_version":1.0})",
      "\xef\xbb\xbf" + Sidecar(""),
      Sidecar("") + "}",
      Sidecar(R"(,"etag":null)"),
      Sidecar(R"(,"etag":1)"),
      Sidecar(R"(,"etag":"a","etag":"a")"),
      Sidecar(R"(,"etag":"\ud800")"),
      Sidecar(R"(,"etag":"\udc00")"),
      Sidecar(R"(,"etag":"\ud800\u0041")"),
      Sidecar(",\"etag\":\"\xff\""),
      Sidecar(R"(,"size_bytes":-1)"),
      Sidecar(R"(,"size_bytes":1.5)"),
      Sidecar(R"(,"size_bytes":9223372036854775808)"),
      Sidecar(R"(,"content_type":[])"),
      Sidecar(R"(,"last_modified":5)"),
      Sidecar(R"(,"user_metadata":[])"),
      Sidecar(R"(,"user_metadata":{"a":1})"),
      Sidecar(R"(,"user_metadata":{"a b":"1"})"),
      Sidecar(R"(,"user_metadata":{"":"1"})"),
      Sidecar(R"(,"user_metadata":{"é":"1"})"),
      Sidecar(R"(,"user_metadata":{"a":"1\n"})"),
      Sidecar(R"(,"user_metadata":{"a":"1","A":"2"})"),
      Sidecar(R"(,"user_metadata":{"a":"1","a":"2"})"),
      Sidecar(R"(,"snaptree":[])"),
      Sidecar(R"(,"snaptree":{"part_sizes":1})"),
      Sidecar(R"(,"snaptree":{"part_sizes":[-1]})"),
      Sidecar(R"(,"snaptree":{"part_sizes":[1.5]})"),
      Sidecar(R"(,"snaptree":{"x_extra":[]})"),
      Sidecar(R"(,"snaptree":{"x_extra":{"etag":"x"}})"),
      Sidecar(R"(,"snaptree":{"x_extra":{"a":1,"a":1}})"),
      Sidecar(R"(,"snaptree":{"x_extra":{"a":"\udc00"}})"),
      Sidecar(R"(,"snaptree":{"x_extra":{},"x_extra":{}})"),
      Sidecar(",\"x\":" + deep),
  };
  for (const std::string& text : bad) {
    INFO(text.substr(0, 100));
    CHECK(EncodeFiles(Object("abc", text)).errors == Strings{error});
  }
}

TEST_CASE("what is mended in sidecars") {
  const auto lowered = EncodeObject("abc", Etag(kAbc, 3) + R"(,"user_metadata":{"Camera":"x\ty"})");
  CHECK(lowered.findings() == Strings{"note s3_metadata_name_lowered 1"});
  CHECK(lowered.differences == Paths{"s3/photos/o" + kSuffix});
  CHECK(lowered.rows.at(Head("o")).find(R"("user_metadata":{"camera":"x\ty"},)") !=
        std::string::npos);
  const auto unknown = EncodeObject("abc", Etag(kAbc, 3) + R"(,"Etag":1,"snaptree":{"z":{}})");
  CHECK(unknown.findings() == Strings{"note s3_sidecar_unknown_member 2"});
  CHECK(unknown.differences == Paths{"s3/photos/o" + kSuffix});
  const auto empty =
      EncodeObject("abc", Etag(kAbc, 3) + R"(,"content_type":"","user_metadata":{})");
  CHECK(empty.findings() == Strings{});
  CHECK(empty.differences == Paths{"s3/photos/o" + kSuffix});
  for (const char* own : {"{}", R"({"x_extra":{}})"}) {
    INFO(own);
    const auto out = EncodeObject("abc", Etag(kAbc, 3) + R"(,"snaptree":)" + own);
    CHECK(out.errors == Strings{});
    CHECK(out.findings() == Strings{});
    CHECK(out.differences == Paths{"s3/photos/o" + kSuffix});
  }
  CHECK(EncodeObject("abc", Etag(kAbc, 3) + R"(,"snaptree":{"x_extra":{"q":1}})")
            .differences.empty());
}

TEST_CASE("headers have no control characters") {
  for (const char* name :
       {"content_type", "content_encoding", "cache_control", "content_disposition"}) {
    const std::string begin = Etag(kAbc, 3) + ",\"" + name + "\":\"a";
    for (const char* bad : {"\\u0000", "\\r", "\\n", "\\u007f", "\\r\\nX-Other: 1"}) {
      INFO(name << bad);
      CHECK(EncodeObject("abc", begin + bad + "b\"").errors ==
            Strings{"S3EncodeInvalidSidecar s3/photos/o" + kSuffix});
    }
    CHECK(EncodeObject("abc", begin + "\\t\xc3\xa4\"").errors == Strings{});
  }
}

TEST_CASE("bodies and sidecars without one another") {
  const std::string large(70000, 'x');
  Files files = {{kBucketFile, kBucketJson},
                 {"s3/photos/added", "abc"},
                 {"s3/photos/d/large", large},
                 {"s3/photos/lost" + kSuffix, Sidecar("")},
                 {"s3/photos/d/" + kSuffix, Sidecar("")}};
  CHECK(EncodeFiles(files).errors == Strings{"S3EncodeOrphanSidecar s3/photos/d/" + kSuffix,
                                             "S3EncodeOrphanSidecar s3/photos/lost" + kSuffix});
  files.erase("s3/photos/lost" + kSuffix);
  files.erase("s3/photos/d/" + kSuffix);
  EncodeFilesOptions options;
  options.commit_ts = kS3Time;
  const EncodedRows out = EncodeFiles(files, options);
  CHECK(out.errors == Strings{});
  CHECK(out.findings() == Strings{"warning s3_sidecar_missing 2"});
  CHECK(out.differences == Paths{"s3/photos/added" + kSuffix, "s3/photos/d/large" + kSuffix});
  const std::string members =
      R"(,"last_modified_hlc":111411200000000000,"content_type":"application/octet-stream",)";
  CHECK(out.rows.at(Head("added")).find(R"("etag":")" + kAbc + R"(","size_bytes":3)" + members) !=
        std::string::npos);
  CHECK(out.rows.at(Head("d/large")).find(members) != std::string::npos);
  options.choices.use_mtime = true;  // of a tree in memory: 1700000000123
  CHECK(EncodeFiles(files, options)
            .rows.at(Head("added"))
            .find(R"("last_modified_hlc":111411200008060928)") != std::string::npos);
}

TEST_CASE("names that are objects in a bucket's folder only") {
  Files files = {{kBucketFile, kBucketJson}};
  for (const char* name :
       {"MANIFEST.json", "CHECKSUMS", ".scratch/x", "a/_bucket.json", ".obj.tmp-1", "x~",
        ".DS_Store", "a/KEYMAP.jsonl", "KEYMAP.jsonl", "_orphans", "\xff\xfe"}) {
    files["s3/photos/" + std::string(name)] = "abc";
    files["s3/photos/" + std::string(name) + kSuffix] = Sidecar(Etag(kAbc, 3));
  }
  files["s3/photos/d/.obj.tmp-12"] = "left";
  const EncodedRows out = EncodeFiles(files);
  CHECK(out.errors == Strings{});
  // KEYMAP.jsonl and _orphans are keys that the decoder would move.
  CHECK(out.findings() == Strings{"note s3_path_not_canonical 2", "warning tree_leftover 1"});
  CHECK(out.report.records() == 11);
  CHECK(out.rows.count(Head("KEYMAP.jsonl")) == 1);
  CHECK(out.differences.count("s3/photos/" + FallbackName("_orphans")) == 1);
  CHECK(out.differences.count("s3/photos/d/.obj.tmp-12") == 1);
  EncodeFilesOptions strict;
  strict.choices.strict = true;
  CHECK(EncodeFiles(files, strict).errors ==
        Strings{"NameNotCanonical s3/photos/KEYMAP.jsonl", "NameNotCanonical s3/photos/_orphans"});
}

// ---- Buckets ------------------------------------------------------------------------------------

TEST_CASE("_bucket.json that nobody can use") {
  const std::string error = "S3EncodeInvalidBucket " + kBucketFile;
  for (const std::string& text :
       Strings{"", "[]", R"({"name":"photos"})", R"({"format_version":1})",
               R"({"format_version":1,"name":5})", R"({"format_version":1,"name":"Photos"})",
               R"({"format_version":1,"name":""})", R"({"format_version":2,"name":"photos"})",
               R"({"format_version":1,"name":"photos","name":"photos"})",
               R"({"format_version":1,"name":"photos","acl":null})",
               R"({"format_version":1,"name":"photos","creation_time_iso":"today"})",
               R"({"format_version":1,"name":"photos","snaptree":{"generation":-1}})",
               R"({"format_version":1,"name":"photos","snaptree":{"x_extra":{"acl":1}}})"}) {
    INFO(text);
    CHECK(EncodeFiles({{kBucketFile, text}}).errors == Strings{error});
  }
  CHECK(EncodeFiles({{"s3/photos/x", ""}}).errors == Strings{error});
  // Other errors of the bucket are found as well.
  CHECK(EncodeFiles({{"s3/photos/x" + kSuffix, ""}}).errors ==
        Strings{error, "S3EncodeOrphanSidecar s3/photos/x" + kSuffix});
  CHECK(EncodeFiles({{"s3/x", ""}, {"s3/_x", ""}}).errors == Strings{"UnexpectedFile s3/x"});
}

TEST_CASE("what is mended in _bucket.json") {
  const EncodedRows out = EncodeFiles(
      {{kBucketFile,
        R"({"format_version":1,"name":"photos","creation_time_iso":"2023-11-14T22:13:20+00:00",)"
        R"("owner":"o","acl":"odd","versioning":"on","policy_json":"{}","new":1,)"
        R"("snaptree":{"generation":0,"x_extra":{"q":1e3}}})"}});
  CHECK(out.errors == Strings{});
  CHECK(out.findings() == Strings{"warning s3_bucket_acl_unknown 1",
                                  "warning s3_bucket_member_ignored 2",
                                  "note s3_bucket_unknown_member 1"});
  CHECK(out.rows.at(S3BucketMetaKey("photos")) ==
        R"({"bucket_name":"photos","generation":1,"created_at_hlc":111411200000000000,)"
        R"("owner":"o","acl":"odd","q":1e3})");
  CHECK(out.differences == Paths{kBucketFile});
}

TEST_CASE("an x_extra without members does not come out") {
  const auto with = [](const std::string& extra) {
    return EncodeFiles(
        {{kBucketFile,
          R"({"format_version":1,"name":"photos","snaptree":{"generation":1)" + extra + "}}"}});
  };
  CHECK(with("").differences.empty());
  CHECK(with(R"(,"x_extra":{"q":1})").differences.empty());
  const EncodedRows out = with(R"(,"x_extra":{})");
  CHECK(out.errors == Strings{});
  CHECK(out.findings() == Strings{});
  CHECK(out.differences == Paths{kBucketFile});
}

TEST_CASE("folders that are only bodies") {
  EncodeFilesOptions options;
  options.choices.allow_bare_buckets = true;
  const EncodedRows out = EncodeFiles({{"s3/my%20photos/a", "abc"}}, options);
  CHECK(out.errors == Strings{});
  CHECK(out.findings() == Strings{"note s3_bucket_defaults 1", "note s3_bucket_name_unusual 1",
                                  "note s3_sidecar_missing 1"});
  CHECK(out.rows.at(S3BucketMetaKey("my photos")) ==
        R"({"bucket_name":"my photos","generation":1,"created_at_hlc":0,"region":"us-east-1",)"
        R"("acl":"private"})");
  CHECK(out.rows.count(S3HeadKey({"my photos", 1, "a"})) == 1);
  CHECK(EncodeFiles({{"s3/my photos/a", "abc"}}, options).errors ==
        Strings{"S3EncodeInvalidBucket s3/my photos/_bucket.json"});
  CHECK(EncodeFiles({{"s3/%ff/a", "abc"}}, options).errors ==
        Strings{"S3EncodeInvalidBucket s3/%ff/_bucket.json"});
}

TEST_CASE("reserved folders") {
  const Files files = {{kBucketFile, kBucketJson},
                       {"s3/photos/_orphans/d/gen-3/x.bin", "x"},
                       {"s3/photos/_incomplete_uploads/records.jsonl", ""}};
  const EncodedRows out = EncodeFiles(files);
  CHECK(out.errors == Strings{});
  CHECK(out.findings() ==
        Strings{"warning s3_incomplete_uploads_ignored 1", "note s3_orphans_not_encoded 1"});
  CHECK(out.differences.size() == 2);
  Files bad = files;
  bad["s3/photos/_orphans/x" + kSuffix] = "";
  bad["s3/photos/_incomplete_uploads/x" + kSuffix] = "";
  CHECK(EncodeFiles(bad).errors ==
        Strings{"S3EncodeReservedName s3/photos/_incomplete_uploads/x" + kSuffix,
                "S3EncodeReservedName s3/photos/_orphans/x" + kSuffix});
}

// ---- KEYMAP.jsonl -------------------------------------------------------------------------------

std::string Line(const std::string& encoded, const std::string& original,
                 const std::string& kind = "sha-fallback") {
  return R"({"encoded":")" + encoded + R"(","original":")" + Base64Url(original) + R"(","kind":")" +
         kind + "\"}\n";
}

Strings KeymapErrors(const std::string& keymap, const Strings& bodies) {
  Files files = {{kBucketFile, kBucketJson}, {kKeymap, keymap}};
  for (const std::string& body : bodies) {
    files["s3/photos/" + body] = "abc";
    files["s3/photos/" + body + kSuffix] = Sidecar(Etag(kAbc, 3));
  }
  return EncodeFiles(files).errors;
}

TEST_CASE("KEYMAP records that do not fit") {
  const std::string line_1 = kKeymap + ": line 1";
  const std::string line_2 = kKeymap + ": line 2";
  const std::string f = FallbackName("a/");
  const std::string leaf = "s3-leaf-data";
  CHECK(KeymapErrors(Line(f, "a/"), {f}) == Strings{});
  CHECK(KeymapErrors(Line(f, "a/"), {}) == Strings{"KeymapInvalid " + line_1});
  CHECK(KeymapErrors(Line(f, "a/") + Line(f, "a/"), {f}) ==
        Strings{"DuplicateKey " + line_2, "KeymapInvalid " + line_2});
  CHECK(KeymapErrors(Line(f, "b/"), {}) == Strings{"KeymapMismatch " + line_1});
  CHECK(KeymapErrors(Line(f, "a/", "odd"), {}) == Strings{"KeymapInvalid " + line_1});
  CHECK(KeymapErrors("\n", {}) == Strings{"KeymapInvalid " + line_1});
  CHECK(KeymapErrors("{}\n", {}) == Strings{"KeymapInvalid " + line_1});
  CHECK(KeymapErrors("", {f}) == Strings{"KeymapMissing s3/photos/" + f});
  CHECK(KeymapErrors(Line("x", "y", leaf), {"x"}) == Strings{"KeymapMismatch " + line_1});
  CHECK(KeymapErrors(Line(".elastickv-leaf-data", "", leaf), {}) ==
        Strings{"KeymapInvalid " + line_1});
  CHECK(KeymapErrors(Line("a.user-data", "a", "meta-suffix-rename"), {}) ==
        Strings{"KeymapMismatch " + line_1});
  for (const std::string& key :
       Strings{"a/../b", "/a", "a//b", "a\\\\b", "_orphans/x", "_incomplete_uploads/x"}) {
    INFO(key);
    std::string original = key == "a\\\\b" ? "a\\b" : key;
    CHECK(KeymapErrors(Line(key + ".elastickv-leaf-data", original, leaf), {}) ==
          Strings{"KeymapInvalid " + line_1});
  }
  // Two files of one key.
  CHECK(KeymapErrors(Line("p.elastickv-leaf-data", "p", leaf), {"p", "p.elastickv-leaf-data"}) ==
        Strings{"DuplicateKey s3/photos/p"});
  CHECK(KeymapErrors(Line("p.elastickv-leaf-data", "p", leaf) + Line(FallbackName("p"), "p"),
                     {FallbackName("p"), "p.elastickv-leaf-data"}) ==
        Strings{"DuplicateKey " + line_2});
  // A name that stands for a key which ends as a sidecar's name does.
  const std::string odd = FallbackName("a" + kSuffix);
  CHECK(KeymapErrors(Line(odd, "a" + kSuffix), {odd}) == Strings{});
  CHECK(KeymapErrors("", {odd})[0] == "KeymapMissing s3/photos/" + odd);
}

TEST_CASE("members of KEYMAP records that nobody knows do not come out") {
  const std::string path = "s3/photos/" + FallbackName("a/");
  Files files = {{kBucketFile, kBucketJson},
                 {kKeymap, Line(FallbackName("a/"), "a/")},
                 {path, "abc"},
                 {path + kSuffix, Sidecar(Etag(kAbc, 3))}};
  CHECK(EncodeFiles(files).differences.empty());
  files[kKeymap].insert(1, R"("note":1,)");
  const EncodedRows out = EncodeFiles(files);
  CHECK(out.errors == Strings{});
  CHECK(out.findings() == Strings{});
  CHECK(out.differences == Paths{kKeymap});
}

TEST_CASE("names that look like fallback names in trees of other tools") {
  const std::string name = "d41d8cd98f00b204e9800998ecf8427e__photo.jpg";
  EncodeFilesOptions options;
  options.manifest.snaptree_version = "";
  const EncodedRows out = EncodeFiles({{kBucketFile, kBucketJson},
                                       {"s3/photos/" + name, "abc"},
                                       {"s3/photos/" + name + kSuffix, Sidecar(Etag(kAbc, 3))}},
                                      options);
  CHECK(out.errors == Strings{});
  CHECK(out.findings() ==
        Strings{"warning s3_name_looks_like_fallback 1", "note s3_path_not_canonical 1"});
  CHECK(out.rows.count(Head(name)) == 1);
  CHECK(out.differences.count("s3/photos/" + FallbackName(name)) == 1);
}

TEST_CASE("a key that gave way to others comes home when they are gone") {
  const std::string path = "s3/photos/p.elastickv-leaf-data";
  Files files = {{kBucketFile, kBucketJson},
                 {kKeymap, Line("p.elastickv-leaf-data", "p", "s3-leaf-data")},
                 {path, "abc"},
                 {path + kSuffix, Sidecar(Etag(kAbc, 3))},
                 {"s3/photos/p/q", "abc"},
                 {"s3/photos/p/q" + kSuffix, Sidecar(Etag(kAbc, 3))}};
  CHECK(EncodeFiles(files).findings() == Strings{});
  files.erase("s3/photos/p/q");
  files.erase("s3/photos/p/q" + kSuffix);
  const EncodedRows out = EncodeFiles(files);
  CHECK(out.findings() == Strings{"note s3_path_not_canonical 1"});
  CHECK(out.differences ==
        Paths{path, path + kSuffix, "s3/photos/p", "s3/photos/p" + kSuffix, kKeymap});
}

TEST_CASE("keys that are too long") {
  const std::string key(1048520, 'k');
  const std::string path = FallbackName(key);
  CHECK(KeymapErrors(Line(path, key), {path}) == Strings{"S3EncodeKeyTooLong s3/photos/" + path});
}

TEST_CASE("a bucket of many levels") {
  std::string path = "s3/photos";
  for (int i = 0; i < 1200; ++i) path += "/a";
  const EncodedRows out = EncodeFiles(
      {{kBucketFile, kBucketJson}, {path, "abc"}, {path + kSuffix, Sidecar(Etag(kAbc, 3))}});
  CHECK(out.errors == Strings{});
  CHECK(out.rows.count(Head(path.substr(10))) == 1);
}

}  // namespace
}  // namespace snaptree::test

// Sidecars as lines of _objects.jsonl (spec 08): what they say, and the way back.
#include <algorithm>

#include <catch2/catch.hpp>

#include "adapters/s3/s3_object_line.h"
#include "base/text.h"
#include "manifest/file_name_codec.h"
#include "manifest/json_writer.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/encoded_snapshot.h"
#include "tests/support/rounds.h"
#include "tests/support/s3_rows.h"
#include "tests/support/s3_store.h"

namespace snaptree::test {
namespace {

using Strings = std::vector<std::string>;
using Paths = std::set<std::string>;

const std::string kBucketFile = "s3/photos/_bucket.json";
const std::string kLines = "s3/photos/_objects.jsonl";
const std::string kKeymap = "s3/photos/KEYMAP.jsonl";
const std::string kSuffix = ".elastickv-meta.json";
const std::string kBucketJson =
    R"({"format_version":1,"name":"photos","snaptree":{"generation":3}})";

DecodeRowsOptions AsLines() {
  DecodeRowsOptions options;
  options.jsonl = true;
  return options;
}

Files OfS3(const Files& files) {
  Files out;
  for (const auto& [path, text] : files) {
    if (path.starts_with("s3/")) out[path] = text;
  }
  return out;
}

// ---- Text ---------------------------------------------------------------------------------------

TEST_CASE("the members of a line") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  const S3Place place{"photos", 3, "img/<a>.txt", "u"};
  rows.Put(S3ChunkKey("blob", place, 1, 0), kT0, "hello <x>");
  rows.Put(
      S3HeadKey(place), kT0,
      R"({"upload_id":"u","etag":"1c2c9651ece0cc79c26f95b9f2ffd0f2","size_bytes":9,)"
      R"("last_modified_hlc":111411200000000001,"content_type":"text/plain","cache_control":"no",)"
      R"("user_metadata":{"b":"z\u003ca\u0026b\u003e\u2028","a":"é"},"parts":[{"part_no":1,)"
      R"("etag":"1c2c9651ece0cc79c26f95b9f2ffd0f2","size_bytes":9,"chunk_count":1,)"
      R"("chunk_sizes":[9]}],"new":{"a": [1, 18446744073709551616.50]}})");
  PutS3Object(&rows, {"photos", 3, "multi", "u"}, {{1, {"ab"}}, {2, {"c"}}});
  const DecodedRows out = DecodeRows(rows, AsLines());
  CHECK(out.files.at(kLines) ==
        "{\"key\":\"img/<a>.txt\",\"path\":\"img/<a>.txt\",\"format_version\":1,"
        "\"etag\":\"1c2c9651ece0cc79c26f95b9f2ffd0f2\",\"size_bytes\":9,"
        "\"last_modified\":\"2023-11-14T22:13:20Z\",\"content_type\":\"text/plain\","
        "\"cache_control\":\"no\",\"user_metadata\":{\"a\":\"é\",\"b\":\"z<a&b>\\u2028\"},"
        "\"snaptree\":{\"x_extra\":{\"new\":{\"a\":[1,18446744073709551616.50]}}}}\n"
        "{\"key\":\"multi\",\"path\":\"multi\",\"format_version\":1,"
        "\"etag\":\"" +
            S3HexMd5(*ParseHex(S3HexMd5("ab")) + *ParseHex(S3HexMd5("c"))) +
            "-2\",\"size_bytes\":3,\"last_modified\":\"2023-11-14T22:13:20Z\","
            "\"snaptree\":{\"part_sizes\":[2,1]}}\n");
  CHECK(out.files.at("s3/photos/img/<a>.txt") == "hello <x>");
  CHECK(out.files.size() == 4);
  CHECK(out.report.extensions == Strings{"s3/*/_objects.jsonl"});
}

TEST_CASE("keys and paths that are no text") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  const Strings keys = {"50%/\xffq", "\xff//\xfe", "50%/é", "b"};
  for (const std::string& key : keys) PutS3Object(&rows, {"photos", 3, key}, {{1, {"abc"}}});
  const DecodedRows out = DecodeRows(rows, AsLines());
  const auto starts = [](const std::string& text) {
    Strings lines;
    for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
      lines.push_back(text.substr(at, text.find(",\"format_version\"", at) - at));
    return lines;
  };
  const std::string fallback = FallbackName("\xff//\xfe");
  CHECK(starts(out.files.at(kLines)) ==
        Strings{"{\"key\":\"50%/é\",\"path\":\"50%/é\"",
                "{\"key\":{\"base64\":\"NTAlL_9x\"},\"path\":\"50%25/%FFq\"",
                "{\"key\":\"b\",\"path\":\"b\"",
                "{\"key\":{\"base64\":\"_y8v_g\"},\"path\":\"" + fallback + "\""});
  const EncodedRows encoded = EncodeLines(out.files);
  REQUIRE(encoded.errors == Strings{});
  CHECK(encoded.findings() == Strings{});
  CHECK(encoded.differences == Paths{});
  for (const std::string& key : keys) CHECK(encoded.rows.count(S3HeadKey({"photos", 3, key})) == 1);
  CHECK(OfS3(DecodeRows(SnapshotOf(encoded), AsLines()).files) == out.files);
}

TEST_CASE("every path comes back from its text") {
  Strings keys = {"%",        "%41",       "%4",   "\xff%41",  "\xff%",
                  "\xc3",     "é\xc3/%25", "%zz/", "\xf0\x9f", std::string("\xfe\0", 2),
                  "a\x80\x62"};
  for (int c = 1; c < 256; ++c) keys.push_back("x" + std::string(1, static_cast<char>(c)) + "%y");
  for (const std::string& key : keys) {
    for (const std::string& path : {key, FallbackName(key)}) {
      const std::string text = s3::PathText(path);
      CHECK(IsUtf8(text));
      if (IsUtf8(path)) CHECK(text == path);
      JsonWriter json(JsonStyle::kCompact, HtmlEscape::kOff);
      json.StartObject();
      json.Key("path");
      json.String(text);
      json.Key("key");
      json.Bytes(key);
      json.EndObject();
      StoredJson parsed;
      const Result<s3::ObjectLine> line = s3::ParseObjectLine(json.text(), &parsed);
      REQUIRE(line.ok());
      CHECK(line->key == key);
      CHECK(line->path == path);
    }
  }
}

TEST_CASE("a bucket without objects has no lines") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  const DecodedRows out = DecodeRows(rows, AsLines());
  CHECK(out.files.size() == 1);
  CHECK(out.report.extensions == Strings{});
  CHECK(EncodeLines(out.files).errors == Strings{});
}

// ---- The name of the file -----------------------------------------------------------------------

TEST_CASE("objects that are called as the file of lines") {
  const Strings keys = {"_objects.jsonl", "_objects.jsonl.elastickv-leaf-data", "_objects.jsonl/x",
                        "_objects.jsonlx", "a/_objects.jsonl"};
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  for (const std::string& key : keys) PutS3Object(&rows, {"photos", 3, key}, {{1, {key}}});

  const DecodedRows plain = DecodeRows(rows);
  CHECK(plain.files.at("s3/photos/_objects.jsonl/x") == keys[2]);
  CHECK(plain.files.at("s3/photos/_objects.jsonl.elastickv-leaf-data") == keys[0]);
  CHECK(EncodeFiles(plain.files).errors == Strings{});

  const DecodedRows out = DecodeRows(rows, AsLines());
  for (const std::string& key : {keys[0], keys[2]})
    CHECK(out.files.at("s3/photos/" + FallbackName(key)) == key);
  for (const std::string& key : {keys[3], keys[4]}) CHECK(out.files.at("s3/photos/" + key) == key);
  CHECK(std::count(out.files.at(kLines).begin(), out.files.at(kLines).end(), '\n') == 5);
  const EncodedRows encoded = EncodeLines(out.files);
  REQUIRE(encoded.errors == Strings{});
  CHECK(encoded.findings() == Strings{});
  CHECK(encoded.differences == Paths{});
  CHECK(OfS3(DecodeRows(SnapshotOf(encoded)).files) == OfS3(plain.files));
  CHECK(OfS3(DecodeRows(SnapshotOf(encoded), AsLines()).files) == OfS3(out.files));
}

TEST_CASE("alone, its name stays in the layout of files and is moved in that of lines") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  PutS3Object(&rows, {"photos", 3, "_objects.jsonl"}, {{1, {"{}\n"}}});
  CHECK(DecodeRows(rows).files.at(kLines) == "{}\n");
  CHECK(EncodeFiles(DecodeRows(rows).files).finding("s3_sidecar_missing") == "");

  DecodeRowsOptions one = AsLines();
  one.filter.include = {"s3/photos/_objects.jsonl"};  // addresses are those of the other layout
  const DecodedRows out = DecodeRows(rows, one);
  const std::string body = "s3/photos/" + FallbackName("_objects.jsonl");
  CHECK(out.files.at(body) == "{}\n");
  CHECK(out.report.unmatched.empty());
  CHECK(out.files.at(kKeymap).find("sha-fallback") != std::string::npos);
  one.filter.include = {body};
  CHECK(DecodeRows(rows, one).report.records == 0);
}

TEST_CASE("the file of lines is an object in a tree of the other layout") {
  const Files files = {{kBucketFile, kBucketJson},
                       {kLines, "no JSON"},
                       {kLines + kSuffix, R"({"format_version":1})"}};
  const EncodedRows out = EncodeFiles(files);
  REQUIRE(out.errors == Strings{});
  CHECK(out.rows.count(S3HeadKey({"photos", 3, "_objects.jsonl"})) == 1);
  CHECK(EncodeLines(files).errors == Strings{"S3EncodeInvalidSidecar " + kLines + ": line 1",
                                             "S3EncodeOrphanSidecar " + kLines + kSuffix});
}

// ---- Random stores ------------------------------------------------------------------------------

// Outside of strings no white space; in strings `<`, `>` and `&` as they are.
std::string Compact(const std::string& pretty) {
  std::string out;
  bool in_string = false;
  for (size_t i = 0; i < pretty.size(); ++i) {
    if (!in_string && (pretty[i] == ' ' || pretty[i] == '\n')) continue;
    if (pretty[i] == '"') in_string = !in_string;
    if (pretty[i] != '\\') {
      out += pretty[i];
      continue;
    }
    const std::string six = pretty.substr(i, 6);
    const char* const html = six == "\\u003c" ? "<" : six == "\\u003e" ? ">" : "&";
    const bool is_html = *html != '&' || six == "\\u0026";
    out += is_html ? std::string(html) : pretty.substr(i, 2);
    i += is_html ? 5 : 1;
  }
  return out;
}

// Original keys of the paths of a bucket that KEYMAP.jsonl has.
std::map<std::string, std::string> Originals(const std::string& keymap) {
  std::map<std::string, std::string> out;
  const auto member = [&](const char* name, size_t from) {
    const size_t begin = keymap.find(name, from) + std::string(name).size();
    return keymap.substr(begin, keymap.find('"', begin) - begin);
  };
  for (size_t at = 0; at < keymap.size(); at = keymap.find('\n', at) + 1)
    out[member("\"encoded\":\"", at)] = *ParseBase64Url(member("\"original\":\"", at));
  return out;
}

// The tree with lines, from that with files: a second reading of spec 08.
Files WithLines(const Files& plain) {
  Files out;
  std::map<std::string, std::map<std::string, std::string>> lines;  // by bucket and key
  for (const auto& [path, text] : plain) {
    const std::string folder = path.substr(0, path.find('/', 3) + 1);
    const auto keymap = plain.find(folder + "KEYMAP.jsonl");
    const std::map<std::string, std::string> originals =
        keymap == plain.end() ? std::map<std::string, std::string>() : Originals(keymap->second);
    const std::string name = path.substr(folder.size());
    if (!path.ends_with(kSuffix) || originals.count(name) != 0) {
      out[path] = text;
      continue;
    }
    const std::string body = name.substr(0, name.size() - kSuffix.size());
    const auto original = originals.find(body);
    const std::string key = original == originals.end() ? body : original->second;
    JsonWriter json(JsonStyle::kCompact, HtmlEscape::kOff);
    json.StartObject();
    json.Key("key");
    json.Bytes(key);
    json.Member("path", Slice(s3::PathText(body)));
    lines[folder][key] = json.text() + "," + Compact(text).substr(1) + "\n";
  }
  for (const auto& [folder, by_key] : lines) {
    for (const auto& [key, line] : by_key) out[folder + "_objects.jsonl"] += line;
  }
  return out;
}

std::string Difference(const Files& found, const Files& expected, const Paths& ignored) {
  for (const auto& [path, text] : expected) {
    if (ignored.count(path) != 0) continue;
    const auto at = found.find(path);
    if (at == found.end()) return "missing: " + path;
    if (at->second != text) return path + "\nexpected: " + text + "\nfound: " + at->second;
  }
  for (const auto& [path, text] : found) {
    if (expected.count(path) == 0 && ignored.count(path) == 0) return "invented: " + path;
  }
  return "";
}

TEST_CASE("random stores are the same in both layouts") {
  uint64_t objects = 0;
  uint64_t byte_for_byte = 0;
  for (uint64_t seed = 40000; seed < 40000 + Rounds(1500); ++seed) {
    INFO("seed " << seed);
    const SnapshotBuilder rows = S3StoreSnapshot(RandomS3Store(seed));
    DecodeRowsOptions files;
    files.rename_s3_collisions = seed % 2 == 0;
    files.sorter_bytes = seed % 40 == 0 ? 0 : size_t{64} << 20;
    DecodeRowsOptions lines = files;
    lines.jsonl = true;
    const Files plain = OfS3(DecodeRows(rows, files).files);
    const Files bundled = OfS3(DecodeRows(rows, lines).files);
    REQUIRE(Difference(bundled, WithLines(plain), {}) == "");

    EncodeFilesOptions of_files;
    of_files.adapters = {"s3"};
    of_files.manifest.rename_s3_collisions = files.rename_s3_collisions;
    EncodeFilesOptions of_lines = of_files;
    of_lines.manifest.jsonl = true;
    const EncodedRows from_files = EncodeFiles(plain, of_files);
    const EncodedRows from_lines = EncodeFiles(bundled, of_lines);
    REQUIRE(from_files.errors == Strings{});
    REQUIRE(from_lines.errors == Strings{});
    REQUIRE(from_lines.rows == from_files.rows);
    REQUIRE(from_lines.findings() == from_files.findings());
    const SnapshotBuilder again = SnapshotOf(from_lines);
    REQUIRE(Difference(OfS3(DecodeRows(again, lines).files), bundled, from_lines.differences) ==
            "");
    REQUIRE(Difference(OfS3(DecodeRows(again, files).files), plain, from_files.differences) == "");
    objects += from_lines.report.records();
    byte_for_byte += from_lines.differences.empty() ? 1U : 0U;
  }
  CHECK(objects > Rounds(1500));
  CHECK(byte_for_byte > Rounds(300));
}

TEST_CASE("very many lines, with sorters that spill each of them") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  constexpr int kObjects = 3000;
  for (int i = 0; i < kObjects; ++i)
    PutS3Object(&rows, {"photos", 3, "k" + std::to_string(i)}, {{1, {"abc"}}});
  DecodeRowsOptions options = AsLines();
  options.sorter_bytes = 0;
  options.least_piece_bytes = 1000;
  const DecodedRows out = DecodeRows(rows, options);
  const std::string& lines = out.files.at(kLines);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == kObjects);
  const EncodedRows encoded = EncodeLines(out.files);
  REQUIRE(encoded.errors == Strings{});
  CHECK(encoded.findings() == Strings{});
  CHECK(encoded.report.records() == kObjects);
  CHECK(DecodeRows(SnapshotOf(encoded), AsLines()).files.at(kLines).size() == lines.size());
}

}  // namespace
}  // namespace snaptree::test

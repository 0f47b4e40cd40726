#include "manifest/keymap.h"

#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"

namespace snaptree {
namespace {

TEST_CASE("lines of spec 07 V5, written and read") {
  struct Vector {
    std::string encoded, original, kind, line;
  };
  const std::vector<Vector> vectors = {
      {"72ef1a090c013093607ce5a62f598cf4__b64.foo", "b64.foo", "sha-fallback",
       R"({"encoded":"72ef1a090c013093607ce5a62f598cf4__b64.foo","original":"YjY0LmZvbw","kind":"sha-fallback"})"},
      {"path/to.elastickv-leaf-data", "path/to", "s3-leaf-data",
       R"({"encoded":"path/to.elastickv-leaf-data","original":"cGF0aC90bw","kind":"s3-leaf-data"})"},
      {"a.elastickv-meta.json.user-data", "a.elastickv-meta.json", "meta-suffix-rename",
       R"({"encoded":"a.elastickv-meta.json.user-data","original":"YS5lbGFzdGlja3YtbWV0YS5qc29u","kind":"meta-suffix-rename"})"},
      {"e3b0c44298fc1c149afbf4c8996fb924__", "", "sha-fallback",
       R"({"encoded":"e3b0c44298fc1c149afbf4c8996fb924__","original":"","kind":"sha-fallback"})"},
  };
  for (const Vector& v : vectors) {
    std::string line;
    AppendKeymapLine(&line, v.encoded, v.original, v.kind);
    CHECK(line == v.line + "\n");
    const Result<KeymapRecord> record = ParseKeymapLine(v.line);
    REQUIRE(record.ok());
    CHECK(record->encoded == v.encoded);
    CHECK(record->original == v.original);
    CHECK(record->kind == v.kind);
    CHECK_FALSE(record->has_unknown);
  }
}

TEST_CASE("other members are ignored, order is free") {
  const Result<KeymapRecord> record =
      ParseKeymapLine(R"( {"kind":"k","x":[{"x":1}],"original":"_w","encoded":"e\u002f"} )");
  REQUIRE(record.ok());
  CHECK(record->encoded == "e/");
  CHECK(record->original == "\xff");
  CHECK(record->has_unknown);
}

TEST_CASE("lines that are no record are refused") {
  const std::vector<std::string> lines = {
      "",
      " ",
      "[]",
      "null",
      "\"x\"",
      R"({"encoded":"x","original":null,"kind":"sha-fallback"})",  // spec 07 V15
      R"({"encoded":"x","original":"","kind":null})",
      R"({"encoded":"","original":"","kind":"k"})",
      R"({"encoded":"x","original":"","kind":""})",
      R"({"encoded":1,"original":"","kind":"k"})",
      R"({"original":"","kind":"k"})",
      R"({"encoded":"x","kind":"k"})",
      R"({"encoded":"x","original":""})",
      R"({"Encoded":"x","original":"","kind":"k"})",
      R"({"encoded":"x","original":"YQ==","kind":"k"})",
      R"({"encoded":"x","original":"YR","kind":"k"})",  // unused bits
      R"({"encoded":"x","original":"Y+","kind":"k"})",
      R"({"encoded":"x","original":"YW\nI","kind":"k"})",
      R"({"encoded":"x","original":"","kind":"k"}})",
      R"({"encoded":"x","original":"","kind":"k",})",
      R"({"encoded":"x","original":"","kind":"k"} {})",
      R"({"encoded":"x","original":"","kind":"k")",
      R"({"encoded":"x","encoded":"x","original":"","kind":"k"})",
      R"({"encoded":"x","original":"","kind":"k","z":1,"z":1})",
      "{\"encoded\":\"\xff\",\"original\":\"\",\"kind\":\"k\"}",
      "\xef\xbb\xbf{\"encoded\":\"x\",\"original\":\"\",\"kind\":\"k\"}",
      R"({"encoded":"\ud800","original":"","kind":"k"})",
  };
  for (const std::string& line : lines) {
    INFO(line);
    const Result<KeymapRecord> record = ParseKeymapLine(line);
    REQUIRE_FALSE(record.ok());
    CHECK(record.status().code() == "KeymapInvalid");
    CHECK(record.status().kind() == ErrorKind::kData);
  }
}

TEST_CASE("a key of the largest size fits a line, more does not") {
  const std::string key(size_t{1} << 20, '\xfe');
  std::string line;
  AppendKeymapLine(&line, "e", key, kKeymapShaFallback);
  line.pop_back();
  const Result<KeymapRecord> record = ParseKeymapLine(line);
  REQUIRE(record.ok());
  CHECK(record->original == key);
  CHECK_FALSE(ParseKeymapLine(line + std::string(size_t{4} << 20, ' ')).ok());
}

TEST_CASE("a line cut anywhere is refused") {
  std::string line;
  AppendKeymapLine(&line, "name", "original", "kind");
  line.pop_back();
  REQUIRE(ParseKeymapLine(line).ok());
  for (size_t size = 0; size < line.size(); ++size) {
    CHECK_FALSE(ParseKeymapLine(Slice(line).substr(0, size)).ok());
  }
}

}  // namespace
}  // namespace snaptree

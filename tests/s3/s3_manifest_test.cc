// Manifests and part records: spec 04 sections 2.3, 2.4, 6 items 1 and 16; vectors V11, V12.
#include "adapters/s3/s3_manifest.h"

#include <catch2/catch.hpp>

#include "adapters/s3/s3_etag.h"
#include "tests/support/s3_rows.h"

namespace snaptree::s3 {
namespace {

// A value that stands elsewhere and is read in pieces.
class TextSource : public RowSource {
 public:
  explicit TextSource(std::string text) : text_(std::move(text)) {}
  ValueRef value() const { return {Slice(text_).substr(0, 5), text_.size(), 0}; }

  const std::string& name() const override { return text_; }
  Extent extent() const override { return {}; }
  std::unique_ptr<RowCursor> OpenCursor(Extent) const override { return nullptr; }
  Status ReadValue(uint64_t, uint64_t from, char* out, size_t n) const override {
    text_.copy(out, n, from);
    return {};
  }
  Result<Slice> View(uint64_t, size_t, ViewBuffer*) const override { return Slice(); }

 private:
  std::string text_;
};

Result<Manifest> Parse(const std::string& text) {
  const TextSource source(text);
  return ParseManifest(source, source.value());
}

std::vector<uint64_t> Sizes(const Part& part) {
  std::vector<uint64_t> sizes;
  ChunkSizes::Reader reader(part.chunk_sizes);
  while (sizes.size() < part.chunk_sizes.count()) sizes.push_back(reader.Next());
  return sizes;
}

TEST_CASE("V12: all members of a manifest") {
  const auto m = Parse(
      R"({"upload_id":"00112233445566778899aabbccddeeff","etag":"880fb67da11a38ceb3bc8fbeb74da76e-2",)"
      R"("size_bytes":5242885,"last_modified_hlc":111411200000327681,"content_type":"video/mp4",)"
      R"("content_encoding":"gzip","cache_control":"no-store","content_disposition":"inline",)"
      R"("user_metadata":{"b":"2","a":"1"},"parts":[{"part_no":2,)"
      R"("etag":"086e8871a71a0f18c0f7b6e9493dddbc","size_bytes":5242881,"chunk_count":6,)"
      R"("chunk_sizes":[1048576,1048576,1048576,1048576,1048576,1],"part_version":111411200000000001,)"
      R"("chunk_ref_version":111411200000000000},{"part_no":7,"etag":"7aea2552dfe7eb84b9443b6fc9ba6e01",)"
      R"("size_bytes":4,"chunk_count":1,"chunk_sizes":[4],"chunk_ref_version":5,"offloaded":true}]})");
  REQUIRE(m.ok());
  CHECK(m->upload_id == "00112233445566778899aabbccddeeff");
  CHECK(m->etag == "880fb67da11a38ceb3bc8fbeb74da76e-2");
  CHECK(m->size_bytes == 5242885);
  CHECK(m->last_modified_hlc == 111411200000327681);
  CHECK(m->content_type == "video/mp4");
  CHECK(m->content_encoding == "gzip");
  CHECK(m->cache_control == "no-store");
  CHECK(m->content_disposition == "inline");
  CHECK(m->user_metadata == std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}});
  REQUIRE(m->parts.size() == 2);
  const Part& big = m->parts[0];
  CHECK(big.number == 2);
  CHECK(big.chunks() == 6);
  CHECK(Sizes(big) == std::vector<uint64_t>{1048576, 1048576, 1048576, 1048576, 1048576, 1});
  CHECK(big.chunk_sizes.sum() == 5242881);
  CHECK(big.row_version() == 111411200000000001);  // never chunk_ref_version: trap 3
  CHECK(m->parts[1].row_version() == 5);
  CHECK(m->HasOffloadedParts());
  CHECK(m->PartsAscend());
  CHECK(m->extra.empty());
}

TEST_CASE("numbers are exact, null and repeated members follow the rules, unknown ones are kept") {
  const auto m = Parse(
      " {\"etag\":\"first\",\"new\":{\"a\":[1.50,-0,1e300,\"\\u003c\\u2028\",null,true]},\"etag\":"
      "\"last\",\"content_type\":null,\"Size_Bytes\":1,\"size_bytes\":9223372036854775807,"
      "\"last_modified_hlc\":18446744073709551615,\"new2\":0,\"new\":7,\"user_metadata\":{\"k\":"
      "\"1\",\"k\":\"2\",\"n\":null},\"parts\":[{\"part_no\":1,\"chunk_sizes\":[1,2],"
      "\"chunk_sizes\":[3],\"odd\":{\"x\":[{}]}}]}\n");
  REQUIRE(m.ok());
  CHECK(m->etag == "last");
  CHECK(m->size_bytes == INT64_MAX);
  CHECK(m->last_modified_hlc == UINT64_MAX);
  CHECK(m->user_metadata == std::map<std::string, std::string>{{"k", "2"}, {"n", ""}});
  const std::vector<std::pair<std::string, std::string>> extra = {
      {"Size_Bytes", "1"}, {"new2", "0"}, {"new", "7"}};
  CHECK(m->extra.members() == extra);
  REQUIRE(m->parts.size() == 1);
  CHECK(Sizes(m->parts[0]) == std::vector<uint64_t>{3});
  CHECK(m->unknown_part_members == std::vector<std::string>{"odd"});
  const auto nested = Parse("{\"n\":{\"a\":[1.50,-0,1e300,\"\\u003c\",null,true,{}]}}");
  REQUIRE(nested.ok());
  CHECK(nested->extra.members()[0].second == "{\"a\":[1.50,-0,1e300,\"<\",null,true,{}]}");
}

TEST_CASE("values that are no manifest") {
  const std::string deep(20'000, '[');
  const std::string bad[] = {"",
                             " ",
                             "null",
                             "[]",
                             "1",
                             "{",
                             "{}x",
                             "{} {}",
                             std::string("{}\0", 3),
                             "{\"a\":1,}",
                             "{\"etag\":1}",
                             "{\"etag\":{}}",
                             "{\"size_bytes\":-1}",
                             "{\"size_bytes\":1.0}",
                             "{\"size_bytes\":1e3}",
                             "{\"size_bytes\":\"1\"}",
                             "{\"size_bytes\":9223372036854775808}",
                             "{\"last_modified_hlc\":18446744073709551616}",
                             "{\"last_modified_hlc\":-0.0}",
                             "{\"parts\":{}}",
                             "{\"parts\":[1]}",
                             "{\"parts\":[null]}",
                             "{\"parts\":[[]]}",
                             "{\"user_metadata\":[]}",
                             "{\"user_metadata\":{\"a\":1}}",
                             "{\"user_metadata\":{\"a\":{}}}",
                             "{\"parts\":[{\"part_no\":-1}]}",
                             "{\"parts\":[{\"chunk_sizes\":[-1]}]}",
                             "{\"parts\":[{\"chunk_sizes\":[null]}]}",
                             "{\"parts\":[{\"chunk_sizes\":3}]}",
                             "{\"parts\":[{\"offloaded\":1}]}",
                             "{\"parts\":[{\"offloaded\":\"true\"}]}",
                             "{\"parts\":[{\"chunk_sizes\":[18446744073709551615,1]}]}",
                             "{\"etag\":\"\xff\"}",
                             "{\"\xff\":1}",
                             "{\"etag\":\"\\udc00\"}",
                             "{\"etag\":\"\\ud800\"}",
                             "{\"x\":\"\\udc00\"}",
                             "{\"x\":" + deep + "}",
                             "{\"etag\":\"" + std::string(9 << 20, 'x') + "\"}",
                             "{\"x\":" + std::string(9 << 20, '1') + "}"};
  for (const std::string& text : bad) {
    INFO(text.substr(0, 80));
    const auto result = Parse(text);
    REQUIRE_FALSE(result.ok());
    CHECK(result.status().code() == "S3InvalidManifest");
  }
}

TEST_CASE("a part record is one part") {
  const TextSource source(
      R"({"part_no":7,"size_bytes":4,"chunk_count":1,"chunk_sizes":[4],"z":1})");
  std::vector<std::string> unknown;
  const auto part = ParsePart(source, source.value(), &unknown);
  REQUIRE(part.ok());
  CHECK(part->number == 7);
  CHECK(part->chunks() == 1);
  CHECK(unknown == std::vector<std::string>{"z"});
  const TextSource bad("{\"part_no\":7,\"parts\":");
  CHECK(ParsePart(bad, bad.value(), &unknown).status().code() == "S3InvalidPart");
}

TEST_CASE("trap 16: a manifest of 40 MB needs little memory") {
  std::string text = R"({"size_bytes":1,"parts":[{"part_no":1,"chunk_sizes":[)";
  constexpr uint64_t kChunks = 5'000'000;
  text.reserve(kChunks * 8 + 1000);
  for (uint64_t i = 0; i < kChunks; ++i) text += "1048576,";
  text += "77]}]}";
  const auto m = Parse(text);
  REQUIRE(m.ok());
  CHECK(m->parts[0].chunks() == kChunks + 1);
  CHECK(m->parts[0].chunk_sizes.sum() == kChunks * 1048576 + 77);
  CHECK(m->parts[0].chunk_sizes.packed_bytes() < 100);
}

TEST_CASE("chunk sizes come back as they were given") {
  ChunkSizes sizes;
  const std::vector<uint64_t> given = {0, 0, 5, 5, 5, 1, UINT64_MAX / 2, 127, 128, 128, 0};
  for (const uint64_t size : given) REQUIRE(sizes.Append(size));
  ChunkSizes::Reader reader(sizes);
  for (size_t i = 0; i < given.size(); ++i) {
    CHECK(reader.next_index() == i);
    CHECK(reader.Next() == given[i]);
  }
  CHECK_FALSE(sizes.Append(UINT64_MAX));
}

// ---- ETags --------------------------------------------------------------------------------------

EtagVerdict Check(const std::string& etag,
                  const std::vector<std::pair<std::string, std::string>>& parts) {
  EtagCheck check;
  check.Begin(etag, parts.size());
  for (const auto& [body, part_etag] : parts) {
    check.Update(body);
    check.EndPart(part_etag);
  }
  return check.Finish();
}

TEST_CASE("ETags: spec 04 sections 2.7 and 5.5") {
  using enum EtagVerdict;
  const std::string abc = "900150983cd24fb0d6963f7d28e17f72";
  const std::string empty = "d41d8cd98f00b204e9800998ecf8427e";
  CHECK(Check(abc, {{"abc", abc}}) == kMatches);
  CHECK(Check("900150983CD24FB0D6963F7D28E17F72", {{"abc", ""}}) == kMatches);
  CHECK(Check(empty, {}) == kMatches);
  CHECK(Check(abc, {}) == kDiffers);
  CHECK(Check(abc, {{"abd", ""}}) == kDiffers);
  CHECK(Check(abc, {{"abc", empty}}) == kDiffers);
  CHECK(Check(abc, {{"a", ""}, {"bc", ""}}) == kMatches);
  // Trap 6: a multipart object with one empty part.
  CHECK(Check("59adb24ef3cdbe0297f05b395827453f-1", {{"", empty}}) == kMatches);
  CHECK(Check("59adb24ef3cdbe0297f05b395827453f-1", {{"x", ""}}) == kDiffers);
  CHECK(Check("59adb24ef3cdbe0297f05b395827453f-2", {{"", empty}}) == kUnverified);
  CHECK(Check("59adb24ef3cdbe0297f05b395827453f-2", {{"", abc}}) == kDiffers);
  CHECK(Check("\"" + abc + "\"", {{"abc", abc}}) == kUnverified);  // trap 9
  CHECK(Check("", {{"abc", ""}}) == kUnverified);
  CHECK(Check(abc + "-", {{"abc", ""}}) == kUnverified);
  CHECK(Check(abc + "-0", {}) == kUnverified);
  CHECK(Check(abc + "0", {{"abc", ""}}) == kUnverified);
  // V22: a part in three chunks.
  CHECK(Check("a925576942e94b2ef57a066101b48876", {{"abcdefghij", ""}}) == kMatches);
}

}  // namespace
}  // namespace snaptree::s3

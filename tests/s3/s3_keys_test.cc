// Key codecs against the vectors V1 to V8, V2b and V21 of spec 04.
#include "adapters/s3/s3_keys.h"

#include <catch2/catch.hpp>

#include "tests/support/s3_rows.h"

namespace snaptree::s3 {
namespace {

using test::Unhex;

const std::string kScope =
    "70686f746f730001"
    "0000000000000003"
    "696d672f612e7478740001";
const std::string kUpload =
    "3030313132323333343435353636373738383939616162626363646465656666"
    "0001";

// The tail of a key in hex; fails when it has another prefix.
std::string TailOf(Slice prefix, const std::string& hex) {
  const std::string key = Unhex(hex);
  REQUIRE(key.starts_with(prefix));
  return key.substr(prefix.size());
}

TEST_CASE("V1: bucket rows") {
  for (const auto& [prefix, hex] :
       {std::pair{kBucketMetaPrefix, "2173337c6275636b65747c6d6574617c70686f746f730001"},
        std::pair{kBucketGenerationPrefix, "2173337c6275636b65747c67656e7c70686f746f730001"}}) {
    const std::string tail = TailOf(prefix, hex);
    S3Key key;
    REQUIRE(ParseTail(tail, KeyLayout::kBucket, &key) == KeyShape::kGood);
    CHECK(SegmentText(key.bucket) == "photos");
  }
}

TEST_CASE("V2, V2b: heads") {
  const std::string tail = TailOf(kHeadPrefix, "2173337c6f626a7c686561647c" + kScope);
  S3Key key;
  REQUIRE(ParseTail(tail, KeyLayout::kObject, &key) == KeyShape::kGood);
  CHECK(SegmentText(key.bucket) == "photos");
  CHECK(key.generation == 3);
  CHECK(SegmentText(key.object) == "img/a.txt");
  CHECK(key.scope == tail);
  for (const auto& [hex, object] : {std::pair{"6e00ff6c0001", std::string("n\0l", 3)},
                                    std::pair{"00ffff010001", std::string("\0\xff\x01", 3)},
                                    std::pair{"0001", std::string()}}) {
    const std::string other = Unhex("70686f746f7300010000000000000003" + std::string(hex));
    REQUIRE(ParseTail(other, KeyLayout::kObject, &key) == KeyShape::kGood);
    CHECK(SegmentText(key.object) == object);
    std::string again;
    AppendSegment(&again, object);
    CHECK(again == Unhex(hex));
  }
}

TEST_CASE("V3 to V5: chunks with and without a version") {
  const struct {
    Slice prefix;
    std::string hex;
    uint64_t part, chunk, version;
  } rows[] = {
      {kBlobPrefix, "2173337c626c6f627c" + kScope + kUpload + "00000000000000010000000000000002", 1,
       2, 0},
      {kBlobPrefix,
       "2173337c626c6f627c" + kScope + kUpload + "00000000000000020000000000000001018bcfe568000001",
       2, 1, test::kS3Time},
      {kChunkRefPrefix,
       "2173337c6368756e6b7265667c" + kScope + kUpload + "00000000000000010000000000000000", 1, 0,
       0},
      {kChunkRefPrefix,
       "2173337c6368756e6b7265667c" + kScope + kUpload +
           "00000000000000010000000000000000018bcfe568000001",
       1, 0, test::kS3Time}};
  for (const auto& row : rows) {
    const std::string tail = TailOf(row.prefix, row.hex);
    S3Key key;
    REQUIRE(ParseTail(tail, KeyLayout::kChunk, &key) == KeyShape::kGood);
    CHECK(key.scope == Unhex(kScope));
    CHECK(SegmentText(key.upload) == "00112233445566778899aabbccddeeff");
    CHECK(key.part == row.part);
    CHECK(key.chunk == row.chunk);
    CHECK(key.version == row.version);
    CHECK(key.part_scope.size() == Unhex(kScope + kUpload).size() + 8);
  }
}

TEST_CASE("V6: chunks by content") {
  Sha256Digest digest;
  const std::string tail = TailOf(kChunkBlobPrefix,
                                  "2173337c6368756e6b626c6f627c"
                                  "3263663234646261356662306133306532366538336232616335623965323965"
                                  "31623136316535633166613734323565"
                                  "37333034333336323933386239383234");
  REQUIRE(ParseChunkBlobTail(tail, &digest) == KeyShape::kGood);
  CHECK(digest == Sha256::Of("hello"));
  CHECK(test::S3ChunkBlobKey("hello") == std::string(kChunkBlobPrefix) + tail);
  std::string upper = tail;
  upper[1] = 'C';
  CHECK(ParseChunkBlobTail(upper, &digest) == KeyShape::kUnreachable);
  CHECK(ParseChunkBlobTail(Slice(tail).substr(1), &digest) == KeyShape::kMalformed);
  CHECK(ParseChunkBlobTail(Slice(tail).substr(2), &digest) == KeyShape::kMalformed);
  CHECK(ParseChunkBlobTail(tail + "00", &digest) == KeyShape::kMalformed);
  std::string bad = tail;
  bad[5] = 'g';
  CHECK(ParseChunkBlobTail(bad, &digest) == KeyShape::kMalformed);
}

TEST_CASE("V7: uploads") {
  S3Key key;
  const std::string meta =
      TailOf(kUploadMetaPrefix, "2173337c75706c6f61647c6d6574617c" + kScope + kUpload);
  REQUIRE(ParseTail(meta, KeyLayout::kUpload, &key) == KeyShape::kGood);
  const std::string part = TailOf(kUploadPartPrefix, "2173337c75706c6f61647c706172747c" + kScope +
                                                         kUpload + "0000000000000007");
  REQUIRE(ParseTail(part, KeyLayout::kPart, &key) == KeyShape::kGood);
  CHECK(key.part == 7);
}

TEST_CASE("V21: malformed and unreachable keys") {
  S3Key key;
  CHECK(ParseTail(Unhex("700002"), KeyLayout::kObject, &key) == KeyShape::kMalformed);
  CHECK(ParseTail(Unhex(kScope + "78"), KeyLayout::kObject, &key) == KeyShape::kMalformed);
  const std::string chunk = Unhex(kScope + kUpload + "00000000000000010000000000000002");
  REQUIRE(ParseTail(chunk, KeyLayout::kChunk, &key) == KeyShape::kGood);
  // Every prefix of a good key is malformed, and so is what is longer but not by 8 bytes.
  for (size_t n = 0; n < chunk.size(); ++n) {
    CHECK(ParseTail(Slice(chunk).substr(0, n), KeyLayout::kChunk, &key) == KeyShape::kMalformed);
  }
  for (const size_t more : {1U, 3U, 7U, 9U, 16U}) {
    CHECK(ParseTail(chunk + std::string(more, '\1'), KeyLayout::kChunk, &key) ==
          KeyShape::kMalformed);
  }
  CHECK(ParseTail(chunk + std::string(8, '\0'), KeyLayout::kChunk, &key) == KeyShape::kUnreachable);
  CHECK(ParseTail(chunk + std::string(8, '\1'), KeyLayout::kChunk, &key) == KeyShape::kGood);
}

}  // namespace
}  // namespace snaptree::s3

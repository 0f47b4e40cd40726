// Thousands of random stores: decoded, encoded, and decoded again.
#include <random>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/encoded_snapshot.h"
#include "tests/support/rounds.h"
#include "tests/support/s3_rows.h"
#include "tests/support/s3_store.h"

namespace snaptree::test {
namespace {

Files OfS3(const Files& files) {
  Files out;
  for (const auto& [path, text] : files) {
    if (path.starts_with("s3/")) out[path] = text;
  }
  return out;
}

Files DecodeAgain(const EncodedRows& encoded, const DecodeRowsOptions& options) {
  return OfS3(DecodeRows(SnapshotOf(encoded), options).files);
}

std::string Difference(Files before, Files after, const std::set<std::string>& expected) {
  for (const std::string& path : expected) {
    before.erase(path);
    after.erase(path);
  }
  for (const auto& [path, text] : before) {
    const auto at = after.find(path);
    if (at == after.end()) return "lost: " + path;
    if (at->second != text) return path + "\nbefore: " + text + "\nafter: " + at->second;
  }
  for (const auto& [path, text] : after) {
    if (before.count(path) == 0) return "invented: " + path;
  }
  return "";
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// Open uploads beside a store's rows: some with the same ID, with parts of several sizes and
// versions, offloaded ones, parts that lack chunks, parts without an upload.
void PutUploads(SnapshotBuilder* rows, uint64_t seed) {
  std::minstd_rand random(static_cast<uint32_t>(seed + 1));
  const auto below = [&](uint64_t n) { return random() % n; };
  const std::vector<std::string> uploads = {"v", "w", "", "..", "x/y", std::string(300, 'l')};
  std::set<std::string> taken;
  for (uint64_t n = below(5); n > 0; --n) {
    const S3Place place = {below(2) == 0 ? "photos" : "p", 1 + below(3),
                           below(2) == 0 ? "a/b" : "new", uploads[below(uploads.size())]};
    if (!taken.insert(S3UploadMetaKey(place)).second) continue;
    const std::string meta = R"({"bucket":")" + place.bucket + R"(","object":")" + place.object +
                             R"(","generation":)" + std::to_string(place.generation) +
                             R"(,"upload_id":")" + place.upload +
                             R"(","created_hlc":111411200000000001,"metadata":{"k":"v"}})";
    if (below(5) != 0) {
      rows->Put(S3UploadMetaKey(place), kT0 + 9, meta);
      rows->Put(S3GcKey(place), kT0 + 9, meta);
    }
    for (uint64_t part = 1 + below(2); part < 4; part += 1 + below(2)) {
      S3PartText text = {part, {}, below(2) * kS3Time, below(2) * (kS3Time - 1), below(4) == 0};
      for (uint64_t chunks = below(3); chunks > 0; --chunks)
        text.chunks.push_back(std::string(1 + below(3), static_cast<char>('a' + below(9))));
      rows->Put(S3UploadPartKey(place, part), kT0 + 9, S3PartJson(text));
      if (below(6) != 0) PutS3Chunks(rows, place, text, kT0 + 9);
      for (const std::string& chunk : text.chunks) {
        if (text.offloaded && taken.insert(chunk).second)
          rows->Put(S3ChunkBlobKey(chunk), kT0 + 9, chunk);
      }
    }
  }
}

struct Counts {
  uint64_t objects = 0;
  uint64_t expected_differences = 0;
  uint64_t composite = 0;
  uint64_t parts = 0;
  uint64_t moved = 0;  // stores
};

void RoundTrip(uint64_t seed, bool rename, bool uploads, Counts* counts) {
  INFO("seed " << seed);
  DecodeRowsOptions decode;
  decode.rename_s3_collisions = rename;
  decode.include_incomplete_uploads = uploads;
  SnapshotBuilder rows = S3StoreSnapshot(RandomS3Store(seed));
  if (uploads) PutUploads(&rows, seed);
  const Files before = OfS3(DecodeRows(rows, decode).files);
  EncodeFilesOptions encode;
  encode.adapters = {"s3"};
  encode.manifest.rename_s3_collisions = rename;
  encode.manifest.include_incomplete_uploads = uploads;
  const EncodedRows encoded = EncodeFiles(before, encode);
  INFO(Joined(encoded.findings()));
  REQUIRE(Joined(encoded.errors) == "");
  REQUIRE(Difference(before, DecodeAgain(encoded, decode), encoded.differences) == "");
  // Bodies come out as they were, whatever was mended beside them, but for those that an object
  // moved that could not be written.
  const bool moved = encoded.finding("s3_path_not_canonical") != "";
  counts->moved += moved ? 1U : 0U;
  for (const std::string& path : encoded.differences) {
    const bool is_part = path.find("/_incomplete_uploads/") != std::string::npos;
    REQUIRE((moved || is_part || path.ends_with(".elastickv-meta.json") ||
             path.ends_with("/_bucket.json")));
  }
  counts->objects += encoded.report.records();
  counts->expected_differences += encoded.differences.size();
  for (const auto& [path, text] : before) {
    if (text.find("part_sizes") != std::string::npos && encoded.differences.count(path) == 0) {
      ++counts->composite;
    }
    if (path.ends_with(".part") && encoded.differences.count(path) == 0) ++counts->parts;
  }
}

TEST_CASE("random stores come out as they went in") {
  Counts counts;
  for (uint64_t seed = 0; seed < Rounds(1500); ++seed)
    RoundTrip(seed, seed % 2 == 0, false, &counts);
  // The stores are worth the time.
  CHECK(counts.objects > Rounds(1500));
  CHECK(counts.composite > Rounds(100));
  CHECK(counts.expected_differences < counts.objects / 4);
  CHECK(counts.moved < 10);
}

TEST_CASE("open uploads come out as they went in") {
  Counts counts;
  for (uint64_t seed = 3000; seed < 3000 + Rounds(1500); ++seed)
    RoundTrip(seed, false, true, &counts);
  CHECK(counts.parts > Rounds(500));
}

}  // namespace
}  // namespace snaptree::test

// Open uploads, and what is left of closed ones: spec 04 chapter 3 and section 5.6. Selections of
// records.
#include <catch2/catch.hpp>

#include "manifest/file_name_codec.h"
#include "tests/support/decoded_rows.h"
#include "tests/support/s3_rows.h"

namespace snaptree::test {
namespace {

using Strings = std::vector<std::string>;

const std::string kMeta = R"({"upload_id":"u"})";
const std::string kFolder = "s3/photos/_incomplete_uploads/";

bool Has(const DecodedRows& out, const std::string& path) { return out.files.count(path) > 0; }

DecodeRowsOptions WithUploads() {
  DecodeRowsOptions options;
  options.include_incomplete_uploads = true;
  return options;
}

// A part's record and its chunks.
void PutPart(SnapshotBuilder* rows, const S3Place& place, const S3PartText& part) {
  rows->Put(S3UploadPartKey(place, part.number), kT0, S3PartJson(part));
  PutS3Chunks(rows, place, part);
}

size_t LinesOf(const DecodedRows& out) {
  const auto found = out.files.find(kFolder + "records.jsonl");
  if (found == out.files.end()) return 0;
  return static_cast<size_t>(std::count(found->second.begin(), found->second.end(), '\n'));
}

TEST_CASE("open uploads, leftovers and chunks that no part names") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  const S3Place open = {"photos", 3, "o", "open"};
  rows.Put(S3UploadMetaKey(open), kT0, kMeta);
  PutPart(&rows, open, {1, {"one", "1"}, kS3Time});
  PutPart(&rows, open, {2, {}, kS3Time});
  PutPart(&rows, open, {3, {"off"}, 0, kS3Time, true});
  rows.Put(S3ChunkBlobKey("off"), kT0, "off");
  PutS3Chunks(&rows, open, {1, {"older"}, kS3Time - 1});
  PutS3Chunks(&rows, open, {4, {"loading"}});
  PutPart(&rows, {"photos", 3, "o", "closed"}, {1, {"left"}, kS3Time});
  const S3Place stale = {"photos", 2, "o", "stale"};
  rows.Put(S3UploadMetaKey(stale), kT0, kMeta);
  PutPart(&rows, stale, {1, {"stale"}});
  PutS3Object(&rows, {"photos", 3, "o", "done"}, {{1, {"body"}}});

  const DecodedRows without = DecodeRows(rows);
  CHECK(without.files.size() == 3);
  CHECK(without.files.at("s3/photos/o") == "body");
  CHECK(without.findings() ==
        Strings{"note s3_leftover_parts 1", "note s3_open_uploads 1", "note s3_orphan_chunks 4"});
  CHECK(without.report.rows.excluded == 8);

  const DecodedRows out = DecodeRows(rows, WithUploads());
  CHECK(LinesOf(out) == 4);
  CHECK(out.files.at(kFolder + "data/open/00001.part") == "one1");
  CHECK(out.files.at(kFolder + "data/open/00002.part").empty());
  CHECK(out.files.at(kFolder + "data/open/00003.part") == "off");
  CHECK(out.files.size() == 7);
  CHECK(out.report.rows.excluded == 0);
  CHECK(out.findings() == without.findings());
}

TEST_CASE("a group may hold no more of a bucket than an open upload") {
  SnapshotBuilder rows;
  const S3Place open = {"photos", 3, "o", "open"};
  rows.Put(S3UploadMetaKey(open), kT0, kMeta);
  PutPart(&rows, open, {1, {"one"}, kS3Time});
  const DecodedRows without = DecodeRows(rows);
  CHECK(without.findings() ==
        Strings{"warning s3_bucket_meta_missing 1", "note s3_open_uploads 1"});
  CHECK(without.report.rows.excluded == 3);
  const DecodedRows out = DecodeRows(rows, WithUploads());
  CHECK(out.files.at(kFolder + "data/open/00001.part") == "one");
  CHECK(LinesOf(out) == 2);
}

TEST_CASE("an incomplete part has no file, the others and the records have") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  const S3Place open = {"photos", 3, "o", "u"};
  rows.Put(S3UploadMetaKey(open), kT0, kMeta);
  PutPart(&rows, open, {1, {"one", "1"}});
  rows.Put(S3UploadPartKey(open, 2), kT0, S3PartJson({2, {"two", "2"}}));
  rows.Put(S3ChunkKey("blob", open, 2, 1), kT0, "2");
  rows.Put(S3UploadPartKey(open, 3), kT0, "{\"part_no\":");
  PutS3Chunks(&rows, open, {3, {"three"}});
  const DecodedRows out = DecodeRows(rows, WithUploads());
  CHECK(out.files.at(kFolder + "data/u/00001.part") == "one1");
  CHECK_FALSE(Has(out, kFolder + "data/u/00002.part"));
  CHECK_FALSE(Has(out, kFolder + "data/u/00003.part"));
  CHECK(LinesOf(out) == 3);
  CHECK(out.finding("s3_upload_part_incomplete") == "warning 1");
  CHECK(out.damaged_codes() == Strings{"S3ObjectIncomplete", "S3InvalidPart"});
  CHECK(out.report.losses == 1);
}

TEST_CASE("folders of uploads: taken names, and names that are none") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  PutS3Bucket(&rows, "second");
  const S3Place places[] = {{"photos", 3, "a", "same"}, {"photos", 3, "b", "same"},
                            {"photos", 3, "c", "same"}, {"second", 3, "a", "same"},
                            {"photos", 3, "d", ""},     {"photos", 3, "e", ".."},
                            {"photos", 3, "f", "a/b"}};
  for (const S3Place& place : places) {
    rows.Put(S3UploadMetaKey(place), kT0, kMeta);
    PutPart(&rows, place, {12345, {place.object}});
  }
  for (const size_t memory : {size_t{64} << 20, size_t{0}}) {
    DecodeRowsOptions options = WithUploads();
    options.sorter_bytes = memory;
    const DecodedRows out = DecodeRows(rows, options);
    CHECK(out.files.at(kFolder + "data/same/12345.part") == "a");
    CHECK(out.files.at("s3/second/_incomplete_uploads/data/same/12345.part") == "a");
    CHECK(out.files.at(kFolder + "data/a%2Fb/12345.part") == "f");
    for (const size_t i : {1U, 2U, 4U, 5U}) {
      const std::string name = FallbackName(S3UploadMetaKey(places[i]));
      CHECK(out.files.at(kFolder + "data/" + name + "/12345.part") == places[i].object);
    }
  }
}

TEST_CASE("an upload whose object was completed with it is closed, whatever its record says") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  const S3Place place = {"photos", 3, "o", "u"};
  rows.Put(S3UploadMetaKey(place), kT0, kMeta);
  PutPart(&rows, place, {1, {"one"}, 5});
  PutPart(&rows, place, {2, {"two"}, 6});
  rows.Put(S3HeadKey(place), kT0, S3HeadJson(place, {{1, {"one"}, 5}}));
  const DecodedRows out = DecodeRows(rows, WithUploads());
  CHECK(out.files.at("s3/photos/o") == "one");
  CHECK(out.files.size() == 3);
  CHECK(out.findings() == Strings{"note s3_leftover_parts 2", "note s3_orphan_chunks 1"});
}

TEST_CASE("no files of ours without extensions, the rows are counted all the same") {
  SnapshotBuilder rows;
  PutS3Bucket(&rows);
  const S3Place open = {"photos", 3, "o", "u"};
  rows.Put(S3UploadMetaKey(open), kT0, kMeta);
  PutPart(&rows, open, {1, {"one"}});
  PutPart(&rows, open, {2, {"off"}, 0, 0, true});
  rows.Put(S3ChunkBlobKey("off"), kT0, "off");
  DecodeRowsOptions options = WithUploads();
  options.extensions = false;
  const DecodedRows out = DecodeRows(rows, options);
  CHECK(LinesOf(out) == 3);
  CHECK(out.files.size() == 2);
  CHECK(out.report.rows.excluded == 3);
}

// ---- Selections ---------------------------------------------------------------------------------

SnapshotBuilder TwoBuckets() {
  SnapshotBuilder rows;
  for (const std::string bucket : {"photos", "videos"}) {
    PutS3Bucket(&rows, bucket);
    PutS3Object(&rows, {bucket, 3, "a/1"}, {{1, {"one"}}});
    PutS3Object(&rows, {bucket, 3, "a/2"}, {{1, {"two"}, 0, 0, true}});
    PutS3Object(&rows, {bucket, 3, "b/"}, {});
    PutS3Chunks(&rows, {bucket, 3, "gone"}, {1, {"orphan"}});
    rows.Put(S3UploadMetaKey({bucket, 3, "up", "u"}), kT0, kMeta);
    PutPart(&rows, {bucket, 3, "up", "u"}, {1, {"part"}});
  }
  return rows.Put(S3ChunkBlobKey("two"), kT0, "two");
}

DecodedRows DecodeWith(const Strings& include, const Strings& exclude, bool all, bool jsonl) {
  DecodeRowsOptions options;
  options.jsonl = jsonl;
  options.filter.include = include;
  options.filter.exclude = exclude;
  options.include_orphans = all;
  options.include_incomplete_uploads = all;
  return DecodeRows(TwoBuckets(), options);
}

Strings PathsOf(const DecodedRows& decoded) {
  Strings paths;
  for (const auto& [path, content] : decoded.files) paths.push_back(path);
  return paths;
}

Strings PathsWith(const Strings& include, const Strings& exclude = {}, bool all = false) {
  return PathsOf(DecodeWith(include, exclude, all, false));
}

TEST_CASE("selections: an object's address is its path, and its sidecar goes with it") {
  const std::string folder = FallbackName("b/");
  CHECK(PathsWith({"s3/photos/a/1"}) ==
        Strings{"s3/photos/_bucket.json", "s3/photos/a/1", "s3/photos/a/1.elastickv-meta.json"});
  CHECK(PathsWith({"s3/videos"}, {"*/a/*"}) ==
        Strings{"s3/videos/KEYMAP.jsonl", "s3/videos/_bucket.json", "s3/videos/" + folder,
                "s3/videos/" + folder + ".elastickv-meta.json"});
  CHECK(PathsWith({"s3/photos/_bucket.json"}) == Strings{"s3/photos/_bucket.json"});
  CHECK(PathsWith({"redis"}).empty());
  CHECK(PathsWith({"*/a/2"}, {"s3/photos"}) ==
        Strings{"s3/videos/_bucket.json", "s3/videos/a/2", "s3/videos/a/2.elastickv-meta.json"});
  CHECK(PathsWith({"s3/photos/_orphans", "s3/photos/_incomplete_uploads"}, {}, true) ==
        Strings{"s3/photos/_bucket.json", "s3/photos/_incomplete_uploads/data/u/00001.part",
                "s3/photos/_incomplete_uploads/records.jsonl",
                "s3/photos/_orphans/gone/gen-3/"
                "u_0000000000000001_0000000000000000_0000000000000000.bin"});
  CHECK(PathsWith({"*records.jsonl"}, {"s3/videos"}, true) ==
        Strings{"s3/photos/_bucket.json", "s3/photos/_incomplete_uploads/records.jsonl"});
}

TEST_CASE("an object without its sidecar, which is excluded by its own name") {
  const std::string folder = FallbackName("b/");
  const DecodedRows decoded = DecodeWith({"s3/photos"}, {"*/1.elastickv-meta.json"}, false, false);
  CHECK(PathsOf(decoded) == Strings{"s3/photos/KEYMAP.jsonl", "s3/photos/_bucket.json",
                                    "s3/photos/a/1", "s3/photos/a/2",
                                    "s3/photos/a/2.elastickv-meta.json", "s3/photos/" + folder,
                                    "s3/photos/" + folder + ".elastickv-meta.json"});
  CHECK(decoded.report.unmatched.empty());
  const DecodedRows whole = DecodeWith({"s3/photos"}, {}, false, false);
  CHECK(decoded.report.rows.emitted == whole.report.rows.emitted);
  CHECK(decoded.report.rows.excluded == whole.report.rows.excluded);
  CHECK(decoded.report.records == whole.report.records);
  // A name that is excluded asks for nothing; and patterns meet what others leave out.
  CHECK(DecodeWith({"*/1.elastickv-meta.json"}, {"s3/*.elastickv-meta.json"}, false, false)
            .report.unmatched.empty());
  CHECK(PathsWith({"*/1.elastickv-meta.json"}, {"s3/*.elastickv-meta.json"}).empty());
  const DecodedRows none = DecodeWith({}, {"*/a/1", "*/a/1.elastickv-meta.json"}, false, false);
  CHECK(none.files.count("s3/videos/a/1") == 0);
  CHECK(none.report.unmatched.empty());
}

TEST_CASE("lines of a bundle are no sidecars: no pattern leaves them out") {
  const DecodedRows lines = DecodeWith({"s3/photos"}, {"*.elastickv-meta.json"}, false, true);
  CHECK(lines.files == DecodeWith({"s3/photos"}, {}, false, true).files);
  REQUIRE(lines.report.unmatched.size() == 1);
  CHECK(lines.report.unmatched[0].pattern == "*.elastickv-meta.json");
}

}  // namespace
}  // namespace snaptree::test

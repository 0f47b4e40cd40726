// Logical rows of the S3 families: keys and values as spec 04 chapters 1 and 2 describe them,
// written down once more, apart from adapters/s3, so that a mistake there is seen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/slice.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

// T1 of spec 04 chapter 10: 2023-11-14T22:13:20Z, logical 1.
inline constexpr uint64_t kS3Time = 111411200000000001;

// The tail of a key behind its family's prefix.
struct S3Place {
  std::string bucket = "photos";
  uint64_t generation = 3;
  std::string object;
  std::string upload = "u";
};

std::string S3BucketMetaKey(Slice bucket);
std::string S3BucketGenKey(Slice bucket);
std::string S3HeadKey(const S3Place& place);
// family: "blob" or "chunkref"; version 0: none in the key.
std::string S3ChunkKey(Slice family, const S3Place& place, uint64_t part, uint64_t chunk,
                       uint64_t version = 0);
std::string S3ChunkBlobKey(Slice data);
std::string S3UploadMetaKey(const S3Place& place);
std::string S3UploadPartKey(const S3Place& place, uint64_t part);
std::string S3GcKey(const S3Place& place);

std::string S3BigEndian(uint64_t v);
std::string S3BucketMetaJson(Slice bucket, uint64_t generation);
// Version 1, source "n1".
std::string S3ChunkRefValue(Slice data);
std::string S3HexMd5(Slice data);

// What a manifest says of a part, and the chunks that make it.
struct S3PartText {
  uint64_t number = 1;
  std::vector<std::string> chunks;
  uint64_t version = 0;
  uint64_t ref_version = 0;
  bool offloaded = false;
};
std::string S3PartJson(const S3PartText& part);
// The plain ETag of the body, or the composite one when there is a part with another number than 1
// or more than one part.
std::string S3HeadJson(const S3Place& place, const std::vector<S3PartText>& parts);
std::string S3Body(const std::vector<S3PartText>& parts);

// Head and chunk rows of an object.
void PutS3Object(SnapshotBuilder* rows, const S3Place& place, const std::vector<S3PartText>& parts,
                 uint64_t ts = kT0);
void PutS3Chunks(SnapshotBuilder* rows, const S3Place& place, const S3PartText& part,
                 uint64_t ts = kT0);
// A bucket's two rows.
void PutS3Bucket(SnapshotBuilder* rows, Slice bucket = "photos", uint64_t generation = 3,
                 uint64_t ts = kT0);

}  // namespace snaptree::test

// Key codecs of the S3 families: spec 04 sections 1.1 and 1.2.
//
// A key here is *logical*: the 8-byte MVCC suffix is removed. Its *tail* is what follows the
// family's prefix. Segments end themselves, numbers have a fixed width, so tails of one family
// sort as (bucket, generation, object, upload, part, chunk), and rows of different families can be
// joined by comparing the bytes of their tails. Stateless: safe from any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/sha256.h"
#include "base/slice.h"

namespace snaptree::s3 {

inline constexpr Slice kBlobPrefix = "!s3|blob|";
inline constexpr Slice kBucketGenerationPrefix = "!s3|bucket|gen|";
inline constexpr Slice kBucketMetaPrefix = "!s3|bucket|meta|";
inline constexpr Slice kChunkBlobPrefix = "!s3|chunkblob|";
inline constexpr Slice kChunkRefPrefix = "!s3|chunkref|";
inline constexpr Slice kHeadPrefix = "!s3|obj|head|";
inline constexpr Slice kGcUploadPrefix = "!s3|gc|upload|";
inline constexpr Slice kUploadMetaPrefix = "!s3|upload|meta|";
inline constexpr Slice kUploadPartPrefix = "!s3|upload|part|";

// How far a tail goes.
enum class KeyLayout : uint8_t {
  kBucket,  // S(bucket)
  kObject,  // ... u64(generation) S(object): "BGO"
  kUpload,  // BGO S(upload id)
  kPart,    // BGO S(upload id) u64(part)
  kChunk,   // BGO S(upload id) u64(part) u64(chunk), perhaps u64(version)
};

// The parts of a tail; members beyond its layout are empty or 0. Segments are views of the escaped
// bytes with their terminator.
struct S3Key {
  Slice tail;
  Slice bucket;
  uint64_t generation = 0;
  Slice object;
  Slice scope;       // bucket, generation and object
  Slice upload;      // the segment alone
  Slice part_scope;  // scope, upload and part
  uint64_t part = 0;
  uint64_t chunk = 0;
  uint64_t version = 0;  // 0: the key has no such field
};

enum class KeyShape : uint8_t {
  kGood,
  kMalformed,    // `S3MalformedKey`
  kUnreachable,  // well-formed, but a live node never looks it up (section 1.2)
};

// Views into `tail`. *key is undefined unless the result is kGood.
KeyShape ParseTail(Slice tail, KeyLayout layout, S3Key* key);
KeyShape ParseChunkBlobTail(Slice tail, Sha256Digest* digest);

// S(bucket) at the beginning of a tail; empty: there is none.
Slice BucketSegment(Slice tail);

// S(x).
void AppendSegment(std::string* out, Slice text);
// x of an escaped segment with its terminator. REQUIRES: it came out of ParseTail().
std::string SegmentText(Slice segment);

}  // namespace snaptree::s3

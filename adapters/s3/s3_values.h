// The small values of the S3 families: bucket record, generation counter, chunk reference (spec 04
// sections 2.1, 2.2, 2.6). Stateless but for the JSON parser that the caller lends.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/common/stored_json.h"
#include "adapters/s3/s3_extra_members.h"
#include "base/result.h"
#include "base/sha256.h"
#include "formats/value_ref.h"

namespace snaptree::s3 {

inline constexpr size_t kMaxSmallValueBytes = size_t{16} << 20;

struct BucketMeta {
  std::string bucket_name;
  uint64_t generation = 0;
  uint64_t created_at_hlc = 0;
  std::string owner;
  std::string region;
  std::string acl;
  ExtraMembers extra;
};

// `S3InvalidBucketMeta`. REQUIRES: the value is not empty (that is no bucket, section 2.1).
Result<BucketMeta> ParseBucketMeta(Slice value, StoredJson* json);

// nullopt: `S3InvalidGeneration`.
std::optional<uint64_t> ParseGeneration(Slice value);

// Whether the value is what live stores for an open upload (section 2.5); `S3InvalidUpload`.
Status CheckUploadMeta(Slice value, StoredJson* json);

struct ChunkRef {
  Sha256Digest digest;
  uint64_t size = 0;  // of the chunk
};
// nullopt: `S3InvalidChunkRef`. Peers are of no use offline: only their framing is checked.
std::optional<ChunkRef> ParseChunkRef(Slice value);
Result<std::optional<ChunkRef>> LoadChunkRef(const RowSource& source, const ValueRef& value);

}  // namespace snaptree::s3

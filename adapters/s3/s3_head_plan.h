// What an object's head row will say: spec 04 sections 7.2 and 7.3. Most of it is known from the
// sidecar and the size of the body; the rest when the body was read.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "adapters/s3/s3_sidecar.h"
#include "base/md5.h"
#include "base/slice.h"

namespace snaptree::s3 {

inline constexpr uint64_t kChunkBytes = uint64_t{1} << 20;
// Of one part of a multipart upload, far above what any S3 takes.
inline constexpr uint64_t kMaxPartBytes = uint64_t{1} << 44;
// Of every object that is encoded: never empty, as live cleans nothing up for an empty one.
inline constexpr Slice kRestoredUploadId = "elastickv-restore";

// Which ETag the head gets.
enum class EtagRule : uint8_t {
  kBody,       // MD5 of the body
  kIfBody,     // the sidecar's when it is the MD5 of the body, else that, `s3_sidecar_rewritten`
  kAsWritten,  // the sidecar's
};

struct HeadPlan {
  EtagRule rule = EtagRule::kBody;
  std::string etag;        // the sidecar's
  std::string fields;      // members between size_bytes and parts, each with a comma before it
  std::string extra;       // members behind parts, the same
  bool rewritten = false;  // the sidecar is known to be wrong, and that was told
  bool multipart = false;  // the parts are those of a multipart upload
};

// What the sidecar and the size of the body say about the parts.
struct PartsPlan {
  std::vector<uint64_t> sizes;  // one for each part; never empty
  bool verify = false;          // only if their digests make the ETag
  bool unverified = false;      // the ETag is taken although nothing proves it
};

// Fills rule, etag, extra and rewritten. check: whether to compare ETags with the bytes.
PartsPlan PlanParts(const Sidecar& sidecar, uint64_t body_bytes, bool check, HeadPlan* plan);
// The body is not what the ETag says: it goes into one part.
void GiveUpEtag(uint64_t body_bytes, PartsPlan* parts, HeadPlan* plan);

// Of a body's parts, in order.
using PartDigests = std::vector<Md5Digest>;

// Whether the digests of parts make this composite ETag.
bool MakesEtag(const PartDigests& digests, Slice etag);

// Number of chunks of a part.
inline uint64_t ChunksOf(uint64_t part_bytes) {
  return part_bytes / kChunkBytes + (part_bytes % kChunkBytes != 0 ? 1 : 0);
}
// The JSON value of "chunk_sizes"; "" when there are no chunks.
std::string ChunkSizesJson(uint64_t part_bytes);

// The members of a head that a sidecar knows, as HeadPlan::fields has them.
std::string HeadFields(const Sidecar& sidecar);

struct Head {
  std::string json;
  bool rewritten = false;  // kIfBody: the ETag is another one; it is to be told
};
// digests: one for each part.
Head MakeHead(const HeadPlan& plan, std::span<const uint64_t> part_sizes,
              const PartDigests& digests);

}  // namespace snaptree::s3

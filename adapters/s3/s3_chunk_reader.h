// Finds the chunks of one list of parts (of an object, or one part of an upload) in the order in
// which they make the body: spec 04 chapter 4. Holds no data; one thread.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "adapters/s3/s3_cursor.h"
#include "adapters/s3/s3_manifest.h"
#include "adapters/s3/s3_shared.h"

namespace snaptree::s3 {

// Where the chunk rows of one object stand.
struct ChunkRows {
  Extent extent;  // all physical rows of the object; empty: it has none
  // For manifests whose parts do not ascend: where the rows of each part begin.
  std::map<uint64_t, uint64_t> part_begins;
};
using ObjectChunkRows = std::array<ChunkRows, kChunkFamilies>;

class ChunkReader {
 public:
  // `rows` must outlive it. scope: BGO; upload: S(upload id).
  ChunkReader(Shared* shared, const ObjectChunkRows& rows, Slice scope, Slice upload);

  // Goes to a part. Parts that do not ascend need part_begins.
  Status BeginPart(const Part& part);
  // The part's next chunk. `size`: that it must have, if known. nullopt: missing, or not of this
  // size. verify: also compare the SHA-256 of an offloaded chunk.
  Result<std::optional<ValueRef>> Next(std::optional<uint64_t> size, bool verify);
  uint64_t next_chunk() const { return chunk_; }
  // Of the last chunk, when it was an offloaded one.
  const Sha256Digest& digest() const { return digest_; }

 private:
  Status Open(ChunkFamily family, uint64_t part_number);
  Result<std::optional<ValueRef>> Offloaded(const ViewRow& reference, std::optional<uint64_t> size,
                                            bool verify);

  Shared& shared_;
  const ObjectChunkRows& rows_;
  const std::string stem_;  // scope and upload
  std::array<std::unique_ptr<S3Cursor>, kChunkFamilies> cursors_;
  std::array<uint64_t, kChunkFamilies> last_part_{};
  ChunkFamily family_ = ChunkFamily::kBlob;
  uint64_t version_ = 0;
  uint64_t chunk_ = 0;
  std::string part_scope_;
  std::string tail_;
  Sha256Digest digest_{};
};

struct MissingChunk {
  uint64_t part;
  uint64_t chunk;
};

// Calls take(value) -> Status for all chunks of a part; ends at the first that is missing, which is
// then the result. REQUIRES: reader->BeginPart(part) was called.
template <class Take>
Result<std::optional<MissingChunk>> ForEachChunk(ChunkReader* reader, const Part& part, bool verify,
                                                 Take take) {
  ChunkSizes::Reader sizes(part.chunk_sizes);
  for (uint64_t i = 0; i < part.chunks(); ++i) {
    const std::optional<uint64_t> size =
        part.chunk_sizes.empty() ? std::nullopt : std::optional<uint64_t>(sizes.Next());
    SNAPTREE_ASSIGN(const std::optional<ValueRef> value, reader->Next(size, verify));
    if (!value) return std::optional<MissingChunk>({part.number, i});
    SNAPTREE_TRY(take(*value));
  }
  return std::optional<MissingChunk>();
}

}  // namespace snaptree::s3

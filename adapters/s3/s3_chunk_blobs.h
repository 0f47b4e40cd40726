// The chunks of offloaded objects, stored once by content (`!s3|chunkblob|`), and who uses them
// (spec 04 section 4 item 4). Rows are in the order of their digests, which is that of nothing
// else: an index finds them, and what became of each is settled at the end. Any thread may look for
// chunks and note uses; the rest is for one, when all is noted.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "adapters/common/decode_context.h"
#include "adapters/s3/s3_misfit_rows.h"
#include "base/external_sorter.h"
#include "base/sha256.h"
#include "formats/value_ref.h"

namespace snaptree::s3 {

// What a chunk was needed for; of several uses the greatest counts.
enum class ChunkUse : uint8_t {
  kOrphan,      // a reference that no object has
  kExcluded,    // an object or upload that was not asked for
  kIncomplete,  // an object that lacks other chunks
  kEmitted,     // its data is in the tree
  kDamaged,     // its data is not what its name says
};

class ChunkBlobs {
 public:
  explicit ChunkBlobs(const DecodeContext& context);

  // The chunk; nullopt: there is none.
  Result<std::optional<ValueRef>> Find(const Sha256Digest& digest);
  // Whether a chunk's bytes have this digest; notes the use kDamaged when not.
  Result<bool> Verify(const Sha256Digest& digest, const ValueRef& value);
  Status AddUse(const Sha256Digest& digest, ChunkUse use);

  const UnreachableRows& unreachable() const { return misfits_.unreachable(); }

  // What nobody refers to.
  struct Unused {
    uint64_t rows = 0;
    uint64_t bytes = 0;
  };
  // Books all rows. Those that no chunkref names are written below `folder`, when it is not empty.
  Result<Unused> BookAll(Slice folder);

 private:
  // Each stride-th row, so that the index has a ceiling whatever the number of rows is.
  struct Sample {
    Sha256Digest digest;
    uint64_t position;
  };

  Status BuildIndex();
  void AddSample(const Sha256Digest& digest, uint64_t position);
  Status NextUse();
  Result<std::optional<ChunkUse>> UseOf(const Sha256Digest& digest);
  Status Book(const ViewRow& row, const Sha256Digest& digest, Slice folder, Unused* unused);

  const DecodeContext& context_;
  MisfitRows misfits_;
  const FamilyId family_;
  std::mutex mutex_;  // of building the index, and of uses_ while they are added
  bool indexed_ = false;
  std::vector<Sample> samples_;  // ascending
  uint64_t stride_ = 1;
  uint64_t since_sample_ = 0;
  uint64_t end_ = 0;  // of the family's rows

  ExternalSorter uses_;  // digest to ChunkUse
  bool more_uses_ = false;
  std::string use_digest_;
  ChunkUse use_ = ChunkUse::kOrphan;
};

}  // namespace snaptree::s3

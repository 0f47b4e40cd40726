// What the parts of a decode share.
#pragma once

#include <array>
#include <set>
#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/s3/s3_chunk_blobs.h"
#include "adapters/s3/s3_keys.h"
#include "adapters/s3/s3_misfit_rows.h"
#include "base/spare_threads.h"

namespace snaptree::s3 {

struct S3Options {
  bool include_incomplete_uploads = false;
  bool include_orphans = false;
  bool rename_collisions = false;
  bool check_etags = true;
  unsigned threads = 1;
  bool jsonl = false;  // sidecars as lines of _objects.jsonl (spec 08)
};

// Whether rows that no object has are written.
inline bool WritesOrphans(const DecodeContext& context, const S3Options& options) {
  return options.include_orphans || context.salvage;
}

// The two families of chunk rows of an object.
enum class ChunkFamily : uint8_t { kBlob, kReference };
inline constexpr size_t kChunkFamilies = 2;

// Rows that are counted rather than written: in all, and for the first buckets or prefixes.
struct Tally {
  Finding counts;
  uint64_t bytes = 0;

  void Add(Slice where, uint64_t more_bytes = 0, uint64_t more = 1) {
    if (more == 0) return;
    counts.count += more;
    counts.AddExample(where, more);
    bytes += more_bytes;
  }
  void Merge(const Tally& other) {
    counts.count += other.counts.count;
    for (const auto& [where, n] : other.counts.examples) counts.AddExample(where, n);
    bytes += other.bytes;
  }
};

struct Tallies {
  Tally stale_heads;  // examples are names of buckets
  Tally orphan_chunks;
  Tally open_uploads;
  Tally open_upload_parts;
  Tally open_upload_chunks;
  Tally leftover_parts;
  Tally deleted_bucket_rows;
  UnreachableRows unreachable;
  bool wrote_internal = false;     // below _internal/s3/
  bool wrote_upload_data = false;  // below _incomplete_uploads/data/
  bool wrote_object_lines = false;

  void Merge(const Tallies& other);
};

// Of the decode of one piece, in which buckets come one after another. One thread.
struct Shared {
  Shared(const DecodeContext& the_context, const S3Options& the_options, ChunkBlobs* blobs,
         SpareThreads* spare)
      : context(the_context),
        options(the_options),
        misfits(the_context),
        chunk_blobs(*blobs),
        spare_threads(*spare) {}

  const DecodeContext& context;
  const S3Options& options;
  const std::array<FamilyId, kChunkFamilies> chunk_families = {FamilyOf(kBlobPrefix),
                                                               FamilyOf(kChunkRefPrefix)};
  MisfitRows misfits;
  ChunkBlobs& chunk_blobs;      // of all pieces
  SpareThreads& spare_threads;  // the same
  Tallies tallies;
  AdapterTotals totals;

  // Of the bucket at hand.
  std::set<std::pair<std::string, bool>> unknown_members;  // reported: name, whether it is kept
  uint64_t records_in_bucket = 0;                          // files, but those that describe it

  FamilyId chunk_family(ChunkFamily family) const {
    return chunk_families[static_cast<size_t>(family)];
  }
};

// One bucket while its rows go by.
enum class BucketState : uint8_t {
  kAbsent,  // deleted, or only leftovers of it are in the input
  kExists,
  kUnknown,  // it has objects, and no version of its record is in the input (spec 04 chapter 3)
};

struct Bucket {
  std::string segment;  // S(name)
  std::string name;
  std::string folder;  // "s3/<E(name)>/"
  std::string
      orphan_folder;  // where "_orphans/" goes: `folder`, or below _internal/; empty: nowhere
  BucketState state = BucketState::kAbsent;
  bool known_deleted = false;  // of kAbsent
  bool may_be_selected = true;
  uint64_t generation = 0;  // of the objects that are alive

  bool IsAlive(uint64_t row_generation) const {
    return state != BucketState::kAbsent && row_generation == generation;
  }
};

}  // namespace snaptree::s3

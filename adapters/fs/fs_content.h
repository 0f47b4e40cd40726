// The bytes of files: chunks, in the order of their rows, meet the files that they belong to, which
// are written front to back, seeking over holes (spec 06 sections 4.3 and 4.5, step 3).
#pragma once

#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_links.h"
#include "adapters/fs/fs_stray_chunks.h"
#include "adapters/fs/fs_values.h"
#include "formats/view_cursor.h"

namespace snaptree::fs {

class Content {
 public:
  explicit Content(const DecodeContext& context);

  // A file to be written at this path of the tree; or, when it is larger than the place of the tree
  // can hold, its chunks as lines under fs/_orphans/.
  Status AddFile(const Inode& file, Slice path);
  // A file that is left out: its chunks are only booked.
  Status AddExcluded(const Inode& file);
  // Writes all of them and books every chunk.
  Status Write();
  uint64_t losses() const { return losses_; }

 private:
  using Fate = RowLedger::Place;
  enum class Kind : char { kFile, kChunkLines, kExcluded };
  struct Job {
    Kind kind = Kind::kFile;
    uint64_t size = 0;
    uint64_t chunk_size = 0;
    Slice path;
  };

  Status AddJob(Kind kind, const Inode& file, Slice path);
  static Job UnpackJob(Slice payload);
  Status NextChunk();
  void WarnOfDamage();
  bool ChunkIsAt(Slice job_key) const { return has_chunk_ && Slice(chunk_owner_) == job_key; }
  // Books the chunk at hand and goes to the next one.
  Status Book(Fate fate);
  Status WriteJob(Slice key, const Job& job);
  Status WriteFile(Slice key, const Job& job);
  Status WriteChunkLines(Slice key, const Job& job);
  bool StartOfChunk(const Job& job, uint64_t* start) const;
  Status TakeStray();

  const DecodeContext& context_;
  const FamilyId family_;
  ExternalSorter jobs_;  // home slot, inode; then what UnpackJob reads
  StrayChunks strays_;
  ViewCursor cursor_;
  ViewRow row_;  // the chunk at hand
  ChunkKey chunk_;
  std::string chunk_owner_;  // its home slot and inode, as in the keys of jobs_
  bool has_chunk_ = false;
  uint64_t losses_ = 0;
  std::string key_;
  std::string payload_;
};

}  // namespace snaptree::fs

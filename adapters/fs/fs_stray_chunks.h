// Chunks that belong to no file that is written: left over from a move, a truncation or a deletion
// (spec 06 section 4.3), or without an inode that tells. The bytes of the latter are kept as lines
// in fs/_orphans/: their inode may be damaged, or in the snapshot of another raft group. One
// thread.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/common/json_value.h"
#include "adapters/fs/fs_keys.h"
#include "formats/view_cursor.h"

namespace snaptree::fs {

// {"index":n,"value":BV}, of a file that is known; with "home_slot" of one that is not.
Status WriteChunkLine(const RowSource& source, const ChunkKey& chunk, const ValueRef& value,
                      bool with_home_slot, JsonFile* file);

class StrayChunks {
 public:
  explicit StrayChunks(const DecodeContext& context);

  // A live row, in the order of the rows.
  Status Add(const ViewRow& row, const ChunkKey& chunk);
  // Finds out what each of them is, and books them.
  Status Finish();
  uint64_t losses() const { return losses_; }  // inodes with content of which nobody can tell

 private:
  // Rows of one inode that follow one another.
  struct Run {
    uint64_t inode = 0;
    uint64_t rows = 0;
    Extent place;
  };

  Status EndRun();
  // Inodes that are there, or are known to be deleted; ascending from call to call.
  class KnownInodes;
  Status Keep(const Run& run);
  Status WriteLines(const Run& run);
  Status CloseFile();

  const DecodeContext& context_;
  const FamilyId family_;
  ExternalSorter runs_;  // by inode
  Run run_;
  uint64_t losses_ = 0;
  // The file at hand.
  JsonFile file_;
  bool is_open_ = false;
  bool is_selected_ = false;
  uint64_t inode_ = 0;
};

}  // namespace snaptree::fs

// What of the damage in a snapshot may be that of one record.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "check/get/get_parts.h"

#include "formats/row_lookup.h"

namespace snaptree {

// The finding about damaged pieces of any file of the filesystem.
inline constexpr const char* kDamagedChunk = "fs_damaged_chunk";

// Counts.
struct RowDamage {
  uint64_t rows = 0;    // that cannot be read
  uint64_t losses = 0;  // records that could not be brought out whole
  uint64_t chunks = 0;  // pieces of a file

  bool any() const { return rows + losses + chunks > 0; }
};

// Of a run over all rows of the address's adapter, or of its scope: what may concern the file of
// that address. Of a file below fs/tree/ that is its own chunks; `inode_lines`: lines of
// fs/inodes.jsonl, its own among them.
Result<RowDamage> DamageOf(const ScannedSnapshot& snapshot, const DecodeReport& decoded,
                           Slice address, Slice inode_lines);

// Whether values that were left out, because nobody can tell whether they were committed, are among
// these rows.
Result<bool> HasUnresolved(const ScannedSnapshot& snapshot, const std::vector<KeyRange>& rows);

}  // namespace snaptree

// The data blocks of a table that has lost its index: blocks stand back to back from the table's
// beginning on, and each one's checksum tells where it ends.
#pragma once

#include <memory>
#include <string>

#include "formats/table/table.h"

namespace snaptree {

struct FoundBlocks {
  std::shared_ptr<const Table> table;  // of the blocks that were found; may have none
  uint64_t end = 0;                    // offset in the file behind the last one
  std::string last_key;                // raw, of its last row
};

// Takes blocks as long as they hold plain rows only (kind 1 or 18, sequence 0) whose raw keys
// ascend from `smallest` on, up to `largest`; what follows is an index, or damaged. Nothing behind
// a damaged block is found. Of a Pebble v4 table with CRC32C, as bundles have them. At most
// `max_blocks`.
Result<FoundBlocks> FindBlocks(const TableBytes& table, Slice smallest, Slice largest,
                               size_t max_blocks);

}  // namespace snaptree

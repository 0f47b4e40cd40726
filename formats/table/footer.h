// The end of a table: its version, checksum and the blocks to begin with (spec 01b section 2.1).
#pragma once

#include <string>

#include "formats/table/block.h"

namespace snaptree {

struct TableFooter {
  std::string format;  // "Pebble v4", "RocksDB v2", "LevelDB"
  BlockChecksum checksum = BlockChecksum::kCrc32c;
  bool is_pebble = false;         // else of RocksDB or LevelDB
  bool has_value_prefix = false;  // Pebble v3, v4
  bool has_hint_bit = false;      // of an entry's kind: Pebble v4
  bool has_properties = true;     // tables of LevelDB may lack them
  BlockHandle metaindex;
  BlockHandle index;
  uint64_t begin = 0;  // in the table: all blocks end before it
};

// "TableMagic", "TableFormatUnsupported", "TableChecksumType", "TableCorrupt".
Result<TableFooter> ReadFooter(const TableBytes& table);

}  // namespace snaptree

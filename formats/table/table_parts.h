// Parts of a table that are read when it is opened (spec 01b section 2.7).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "formats/table/footer.h"
#include "formats/table/row_block.h"
#include "formats/table/table.h"

namespace snaptree {

Status TableDamage(std::string what, const TableBytes& table);

// Takes a handle (two numbers) from the front of *bytes. "TableCorrupt": it is cut, or the block
// would not end before `limit`.
Result<BlockHandle> TakeHandle(Slice* bytes, const TableBytes& table, uint64_t limit);

// Reads a block and calls take(key, value) -> Status for each of its entries.
template <class Take>
Status ForEachEntry(const TableBytes& table, BlockHandle handle, BlockChecksum checksum,
                    const Take& take) {
  std::string packed;
  std::string block;
  SNAPTREE_TRY(ReadBlock(table, handle, checksum, &packed, &block));
  std::string().swap(packed);
  const uint64_t offset = table.region.begin + handle.offset;
  SNAPTREE_ASSIGN(const Slice entries, EntriesOf(block, table.file->path(), offset));
  RowBlockReader reader(entries, table.file->path(), offset);
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, reader.Next());
    if (!more) return {};
    SNAPTREE_TRY(take(reader.key(), reader.value()));
  }
}

// What the metaindex leads to.
struct TableContents {
  TableProperties properties;
  bool two_levels = false;
  bool has_obsolete_key = false;  // a property that Pebble v4 writes, and no version before it
  uint64_t raw_value_bytes = 0;   // of all values, without their prefixes
  std::vector<BlockHandle> value_blocks;
};
Result<TableContents> ReadContents(const TableBytes& table, const TableFooter& footer);

// The value index (section 2.6): value blocks by number, ascending.
Result<std::vector<BlockHandle>> ReadValueIndex(const TableBytes& table, const TableFooter& footer,
                                                Slice metaindex_value);

// All data blocks in the order of the index. They ascend and end before the footer.
Result<std::vector<BlockHandle>> ReadIndex(const TableBytes& table, const TableFooter& footer,
                                           bool two_levels);
// The first data block whose index key is raw_key or above; nullopt: there is none.
Result<std::optional<BlockHandle>> FindInIndex(const TableBytes& table, BlockHandle index,
                                               BlockChecksum checksum, bool two_levels,
                                               Slice raw_key);

}  // namespace snaptree

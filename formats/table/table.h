// A Pebble (RocksDB, LevelDB) table: footer, properties, index (spec 01b chapter 2). Its rows are
// read through table_set.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "formats/table/block.h"

namespace snaptree {

struct TableProperties {
  std::string comparator;
  std::string merge_operator;
  uint64_t entries = 0;  // point entries and range deletions
  uint64_t deleted_keys = 0;
  uint64_t range_deletions = 0;
  uint64_t merge_operands = 0;
  uint64_t range_keys = 0;  // sets, unsets and deletions of them
};

// Immutable and thread-safe once it is open.
class Table {
  struct Key {};  // only Open() makes tables

 public:
  explicit Table(Key /*key*/) {}
  // Reads footer, metaindex, properties and all of the index, with their checksums, and of old
  // versions all rows once (table_version.h). "TableMagic",
  // "TableChecksumType", "TableFormatUnsupported", "TableIndexType", "TableCorrupt" and errors of
  // ReadBlock(). A comparator other than leveldb.BytewiseComparator is "TableFormatUnsupported".
  static Result<std::shared_ptr<const Table>> Open(TableBytes bytes);
  // A Pebble v4 table whose index is lost, of the data blocks that were found in it. BlockFor() is
  // an error then.
  static std::shared_ptr<const Table> OfBlocks(TableBytes bytes, std::vector<BlockHandle> blocks);

  const TableBytes& bytes() const { return bytes_; }
  const TableProperties& properties() const { return properties_; }
  // "Pebble v4", "RocksDB v2", for messages.
  const std::string& format() const { return format_; }
  // Data blocks in the order of their keys; offsets ascend and blocks do not overlap.
  std::span<const BlockHandle> blocks() const { return blocks_; }
  // Blocks of values that stand outside of their rows' blocks (section 2.6), by number.
  std::span<const BlockHandle> value_blocks() const { return value_blocks_; }
  // Whether values of kind SET begin with a prefix byte (v3 and later).
  bool has_value_prefix() const { return has_value_prefix_; }
  // Whether bit 0x40 of an entry's kind is a hint (v4).
  bool has_hint_bit() const { return has_hint_bit_; }
  // Tables of LevelDB may lack properties: then they tell nothing.
  bool has_properties() const { return has_properties_; }
  BlockChecksum checksum() const { return checksum_; }
  // What it holds in memory.
  size_t memory_bytes() const;

  // Number of the first block that can hold this raw key or a greater one; blocks().size(): none.
  Result<size_t> BlockFor(Slice raw_key) const;
  // Number of the first of blocks() that ends after this offset of the table.
  size_t FirstBlockEndingAfter(uint64_t offset) const;
  // The block, of rows or of values, that stands at an offset of the table.
  std::optional<BlockHandle> BlockAt(uint64_t offset) const;

 private:
  TableBytes bytes_;
  TableProperties properties_;
  std::string format_;
  std::vector<BlockHandle> blocks_;
  std::vector<BlockHandle> value_blocks_;
  bool has_value_prefix_ = false;
  bool has_hint_bit_ = false;
  bool has_properties_ = false;
  BlockChecksum checksum_ = BlockChecksum::kCrc32c;
  BlockHandle index_;
  bool two_levels_ = false;
};

}  // namespace snaptree

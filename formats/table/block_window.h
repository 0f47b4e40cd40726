// Stored bytes of a table's blocks in order, several blocks with each read.
#pragma once

#include <string>

#include "formats/table/block.h"
#include "formats/table/byte_room.h"

namespace snaptree {

class BlockWindow {
 public:
  static constexpr size_t kMaxBytes = 256 << 10;

  // The block with its trailer; lives until the next call. Reads ahead, but not beyond `ahead` of
  // the table. REQUIRES: it is not larger than kMaxBytes, and stands in the table.
  Result<Slice> Stored(const TableBytes& table, BlockHandle handle, uint64_t ahead);
  // Of another table: what was read is of no use.
  void Clear() { size_ = 0; }

 private:
  ByteRoom room_;
  uint64_t begin_ = 0;  // in the table
  size_t size_ = 0;
  size_t next_read_ = 16 << 10;  // grows as long as blocks follow one another
};

}  // namespace snaptree

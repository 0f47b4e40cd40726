// A cursor over a run of tables (table_set.h): block after block, each read once.
#pragma once

#include "formats/table/block_rows.h"
#include "formats/table/block_window.h"
#include "formats/table/table_store.h"

namespace snaptree {

class TableCursor : public EntryCursor {
 public:
  TableCursor(const TableStore& store, TableRun run, Extent addresses);

  Result<std::span<const Row>> NextBatch() override;
  std::span<const uint64_t> trailers() const override { return rows_.trailers(); }

 private:
  Result<bool> NextBlock();
  Status OpenMember();
  Status EndMember();
  void LeaveMember();
  Status LoadBlock(BlockHandle handle);
  Result<Slice> Unpack(BlockHandle handle);
  uint64_t ReadAheadEnd() const;
  Status Lose(Extent lost, Status reason);

  const TableStore& store_;
  TableRun run_;
  Extent wanted_;
  size_t member_;       // the next, or that of table_
  TablePointer table_;  // null: between two
  size_t next_block_ = 0;
  bool is_whole_ = true;  // all entries of table_ have been given
  uint64_t ahead_ = 0;
  BlockWindow window_;
  ByteRoom room_;       // for what a block unpacks to
  BlockPointer large_;  // unless it is large
  BlockRows rows_;
};

}  // namespace snaptree

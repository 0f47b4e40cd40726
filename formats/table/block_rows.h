// Rows of one block after the other: keys put together, values in place (spec 01b sections 2.3 to
// 2.6).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "formats/table/byte_room.h"
#include "formats/table/entry_cursor.h"
#include "formats/table/key_builder.h"
#include "formats/table/table_store.h"

namespace snaptree {

// A block, unpacked, and what is to be done with its entries.
struct RowBlock {
  const TableStore* store = nullptr;
  size_t member = 0;
  TablePointer table;
  BlockHandle handle;
  Slice entries;
  uint64_t next = 0;  // address of what follows it in the run
  Extent wanted;      // addresses
};

class BlockRows {
 public:
  BlockRows();

  // The next blocks are of this member.
  void StartTable(const TableMember& member);
  // REQUIRES: Finish() was called after the block before it.
  void Start(RowBlock block);
  // The next batch in rows(), which may be empty; they live until the next call. After an error
  // rows() are those before the damage, and the block is at its end.
  Status Next();
  bool AtEnd() const { return at_ == end_; }
  // Whether a key above the table's bounds, or an address behind those wanted, has been met.
  bool PastEnd() const { return past_end_; }
  // Remembers the last key: the next block must be above it. While the block is still there.
  void Finish();

  std::span<const Row> rows() const { return {rows_.data(), count_}; }
  std::span<const uint64_t> trailers() const { return {trailers_.data(), count_}; }
  uint64_t entries() const { return entries_; }  // of the table, wanted or not

 private:
  struct Value {
    Slice resident;
    uint64_t size = 0;
    uint64_t position = 0;
  };

  Status TakeEntry(const EntryHead& head, const char* bytes);
  Status CheckFirst(Slice raw_key, uint64_t trailer) const;
  Status CheckOrder(int order, uint64_t trailer) const;
  bool IsWanted(Slice raw_key, uint64_t position);
  Status TakeValue(Slice stored, EntryKind kind, Value* value);
  Status TakeSeparateValue(Slice handle, Value* value);
  Status Damage(std::string what) const;
  uint64_t AddressOf(const char* at) const {
    return address_ + static_cast<uint64_t>(at - block_.entries.data());
  }

  RowBlock block_;
  const KeyBounds* bounds_ = nullptr;  // of the table
  std::optional<uint64_t> sequence_;
  uint64_t address_ = 0;  // of the block's first byte
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool past_end_ = false;
  bool is_full_ = false;  // the arena
  bool below_bounds_ = false;
  uint64_t entries_ = 0;

  KeyBuilder keys_;
  uint64_t last_trailer_ = 0;  // of the entry before
  bool has_last_ = false;
  std::string last_key_;  // raw, of the block before

  ByteRoom values_;  // heads of those in value blocks
  size_t values_used_ = 0;
  uint64_t value_block_ = UINT64_MAX;  // number of
  BlockPointer value_bytes_;
  std::vector<Row> rows_;
  std::vector<uint64_t> trailers_;
  size_t count_ = 0;
};

}  // namespace snaptree

// Tables and blocks of a set that are open at the moment, and which of them an address means.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/table/shared_cache.h"
#include "formats/table/table_set.h"

namespace snaptree {

struct UnpackedBlock {
  std::string bytes;
  size_t memory_bytes() const { return sizeof *this + bytes.capacity(); }
};
using BlockPointer = std::shared_ptr<const UnpackedBlock>;
using TablePointer = std::shared_ptr<const Table>;

// Where a value's bytes are.
struct AddressedBlock {
  BlockPointer block;
  uint64_t address = 0;  // of its first byte
};

// Thread-safe.
class TableStore {
 public:
  TableStore(std::vector<TableMember> members, TableSetOptions options);

  const std::vector<TableMember>& members() const { return members_; }
  const TableSetOptions& options() const { return options_; }

  // Places of a member, and of a block in it.
  uint64_t PlaceOf(size_t member) const { return places_[member]; }
  uint64_t AddressOf(size_t member, uint64_t offset = 0) const {
    return (places_[member] + offset) << kAddressShift;
  }
  // REQUIRES: there are members.
  size_t MemberAt(uint64_t address) const;

  Result<TablePointer> Open(size_t member) const;
  // Unpacked, kept for others.
  Result<BlockPointer> Load(size_t member, const Table& table, BlockHandle handle) const;
  Result<AddressedBlock> BlockOf(uint64_t address) const;

 private:
  std::vector<TableMember> members_;
  std::vector<uint64_t> places_;  // one more than members
  TableSetOptions options_;
  mutable SharedCache<Table> tables_;
  mutable SharedCache<UnpackedBlock> blocks_;
};

}  // namespace snaptree

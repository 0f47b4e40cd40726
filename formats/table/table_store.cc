#include "formats/table/table_store.h"

#include <algorithm>

namespace snaptree {
namespace {

// Each of them may be a descriptor of its own.
constexpr size_t kMaxOpenTables = 256;

}  // namespace

TableStore::TableStore(std::vector<TableMember> members, TableSetOptions options)
    : members_(std::move(members)),
      places_{0},
      options_(std::move(options)),
      tables_(options_.memory_bytes / 2, kMaxOpenTables),
      blocks_(options_.memory_bytes / 2, SIZE_MAX) {
  // Not even an empty file is passed over without a word.
  for (const TableMember& member : members_) {
    places_.push_back(places_.back() + std::max<uint64_t>(1, member.region.size()));
  }
}

size_t TableStore::MemberAt(uint64_t address) const {
  const auto after = std::upper_bound(places_.begin(), places_.end() - 1, address >> kAddressShift);
  return static_cast<size_t>(after - places_.begin()) - 1;
}

Result<TablePointer> TableStore::Open(size_t member) const {
  const TableMember& what = members_[member];
  if (what.opened != nullptr) return what.opened;
  return tables_.Get(member, [&]() -> Result<TablePointer> {
    if (places_.back() > kMaxSetBytes) {
      return DataError("TableFormatUnsupported", "the tables are too large for one input")
          .At(what.path)
          .Expected("at most " + std::to_string(kMaxSetBytes) + " bytes")
          .Found(std::to_string(places_.back()))
          .Next("take the node's newest .fsm file instead");
    }
    std::shared_ptr<const InputFile> file = what.file;
    if (file == nullptr) {
      SNAPTREE_ASSIGN(InputFile opened, InputFile::Open(what.path));
      file = std::make_shared<const InputFile>(std::move(opened));
    }
    return Table::Open({std::move(file), what.region});
  });
}

Result<BlockPointer> TableStore::Load(size_t member, const Table& table, BlockHandle handle) const {
  return blocks_.Get(PlaceOf(member) + handle.offset, [&]() -> Result<BlockPointer> {
    auto block = std::make_shared<UnpackedBlock>();
    std::string packed;
    SNAPTREE_TRY(ReadBlock(table.bytes(), handle, table.checksum(), &packed, &block->bytes));
    return BlockPointer(std::move(block));
  });
}

Result<AddressedBlock> TableStore::BlockOf(uint64_t address) const {
  const size_t member = MemberAt(address);
  SNAPTREE_ASSIGN(const TablePointer table, Open(member));
  const uint64_t offset = (address >> kAddressShift) - PlaceOf(member);
  const std::optional<BlockHandle> handle = table->BlockAt(offset);
  if (!handle) {
    return DataError("TableCorrupt", "no block of the table holds this value")
        .At(members_[member].path, members_[member].region.begin + offset);
  }
  AddressedBlock found;
  found.address = AddressOf(member, handle->offset);
  SNAPTREE_ASSIGN(found.block, Load(member, *table, *handle));
  return found;
}

}  // namespace snaptree

#include "formats/table/table.h"

#include <algorithm>

#include "formats/table/table_parts.h"
#include "formats/table/table_version.h"

namespace snaptree {
namespace {

// Where a block would be inserted in the order of offsets.
std::span<const BlockHandle>::iterator Above(std::span<const BlockHandle> blocks, uint64_t offset) {
  return std::upper_bound(blocks.begin(), blocks.end(), offset,
                          [](uint64_t at, const BlockHandle& block) { return at < block.offset; });
}

uint64_t EndOf(const BlockHandle& block) { return block.offset + block.size + kBlockTrailerBytes; }

// Else an address would be of two blocks.
bool Overlap(std::span<const BlockHandle> data, std::span<const BlockHandle> values) {
  return std::any_of(values.begin(), values.end(), [data](const BlockHandle& value) {
    const auto after = Above(data, value.offset);
    return (after != data.end() && after->offset < EndOf(value)) ||
           (after != data.begin() && EndOf(*(after - 1)) > value.offset);
  });
}

}  // namespace

Result<std::shared_ptr<const Table>> Table::Open(TableBytes bytes) {
  if (bytes.region.begin > bytes.region.end || bytes.region.end > bytes.file->size()) {
    return DataError("TableCorrupt", "the file is shorter than its table")
        .At(bytes.file->path())
        .Expected(std::to_string(bytes.region.end) + " bytes")
        .Found(std::to_string(bytes.file->size()))
        .Next("get the file again from the node or a copy");
  }
  SNAPTREE_ASSIGN(const TableFooter footer, ReadFooter(bytes));
  SNAPTREE_ASSIGN(TableContents contents, ReadContents(bytes, footer));
  SNAPTREE_ASSIGN(std::vector<BlockHandle> blocks, ReadIndex(bytes, footer, contents.two_levels));
  if (Overlap(blocks, contents.value_blocks)) {
    return TableDamage("a value block stands in a block of rows", bytes);
  }
  SNAPTREE_TRY(CheckVersion(bytes, footer, contents, blocks));
  auto table = std::make_shared<Table>(Key{});
  table->bytes_ = std::move(bytes);
  table->properties_ = std::move(contents.properties);
  table->format_ = footer.format;
  table->blocks_ = std::move(blocks);
  table->value_blocks_ = std::move(contents.value_blocks);
  table->has_value_prefix_ = footer.has_value_prefix;
  table->has_hint_bit_ = footer.has_hint_bit;
  table->has_properties_ = !table->properties_.comparator.empty();
  table->checksum_ = footer.checksum;
  table->index_ = footer.index;
  table->two_levels_ = contents.two_levels;
  return std::shared_ptr<const Table>(std::move(table));
}

std::shared_ptr<const Table> Table::OfBlocks(TableBytes bytes, std::vector<BlockHandle> blocks) {
  auto table = std::make_shared<Table>(Key{});
  table->bytes_ = std::move(bytes);
  table->format_ = "Pebble v4";
  table->blocks_ = std::move(blocks);
  table->has_value_prefix_ = true;
  table->has_hint_bit_ = true;
  return table;
}

size_t Table::memory_bytes() const {
  return sizeof(Table) + (blocks_.capacity() + value_blocks_.capacity()) * sizeof(BlockHandle);
}

size_t Table::FirstBlockEndingAfter(uint64_t offset) const {
  const std::span<const BlockHandle> all = blocks();
  const auto after = Above(all, offset);
  const bool is_inside = after != all.begin() && EndOf(*(after - 1)) > offset;
  return static_cast<size_t>(after - all.begin()) - (is_inside ? 1 : 0);
}

std::optional<BlockHandle> Table::BlockAt(uint64_t offset) const {
  for (const std::span<const BlockHandle> all : {blocks(), value_blocks()}) {
    const auto after = Above(all, offset);
    if (after != all.begin() && EndOf(*(after - 1)) > offset) return *(after - 1);
  }
  return std::nullopt;
}

Result<size_t> Table::BlockFor(Slice raw_key) const {
  SNAPTREE_ASSIGN(const std::optional<BlockHandle> found,
                  FindInIndex(bytes_, index_, checksum_, two_levels_, raw_key));
  if (!found) return blocks_.size();
  return FirstBlockEndingAfter(found->offset);
}

}  // namespace snaptree

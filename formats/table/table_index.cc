#include "formats/table/table_parts.h"

namespace snaptree {
namespace {

constexpr size_t kTrailerBytes = 8;

// Handles that must ascend without overlapping: so an index of a small file cannot name many.
class Ascending {
 public:
  Ascending(const TableBytes& table, uint64_t limit) : table_(table), limit_(limit) {}

  // The handle that an index entry leads to. What follows it is not for us.
  Result<BlockHandle> Take(Slice key, Slice value) {
    if (key.size() < kTrailerBytes) return TableDamage("a key of the index is too short", table_);
    SNAPTREE_ASSIGN(const BlockHandle handle, TakeHandle(&value, table_, limit_));
    key.remove_suffix(kTrailerBytes);
    if (handle.offset < end_ || key < key_) {
      return TableDamage("the index does not ascend", table_)
          .Found("a block at offset " + std::to_string(handle.offset) + " of the table");
    }
    end_ = handle.offset + handle.size + kBlockTrailerBytes;
    key_ = key;
    return handle;
  }

 private:
  const TableBytes& table_;
  uint64_t limit_;
  uint64_t end_ = 0;
  std::string key_;
};

bool IsBelow(Slice index_key, Slice raw_key) {
  index_key.remove_suffix(std::min(index_key.size(), kTrailerBytes));
  return index_key < raw_key;
}

// The first entry of one index block that is not below the key.
Result<std::optional<BlockHandle>> FindInBlock(const TableBytes& table, BlockHandle index,
                                               BlockChecksum checksum, Slice raw_key) {
  std::optional<BlockHandle> found;
  const auto take = [&](Slice key, Slice value) -> Status {
    if (found || IsBelow(key, raw_key)) return {};
    SNAPTREE_ASSIGN(found, TakeHandle(&value, table, table.region.size()));
    return {};
  };
  SNAPTREE_TRY(ForEachEntry(table, index, checksum, take));
  return found;
}

}  // namespace

Result<std::vector<BlockHandle>> ReadIndex(const TableBytes& table, const TableFooter& footer,
                                           bool two_levels) {
  std::vector<BlockHandle> blocks;
  Ascending data(table, footer.begin);
  const auto take_data = [&](Slice key, Slice value) -> Status {
    SNAPTREE_ASSIGN(const BlockHandle handle, data.Take(key, value));
    blocks.push_back(handle);
    return {};
  };
  Ascending parts(table, footer.begin);
  const auto take_part = [&](Slice key, Slice value) -> Status {
    SNAPTREE_ASSIGN(const BlockHandle part, parts.Take(key, value));
    return ForEachEntry(table, part, footer.checksum, take_data);
  };
  if (two_levels) {
    SNAPTREE_TRY(ForEachEntry(table, footer.index, footer.checksum, take_part));
  } else {
    SNAPTREE_TRY(ForEachEntry(table, footer.index, footer.checksum, take_data));
  }
  blocks.shrink_to_fit();
  return blocks;
}

Result<std::optional<BlockHandle>> FindInIndex(const TableBytes& table, BlockHandle index,
                                               BlockChecksum checksum, bool two_levels,
                                               Slice raw_key) {
  if (!two_levels) return FindInBlock(table, index, checksum, raw_key);
  SNAPTREE_ASSIGN(const std::optional<BlockHandle> part,
                  FindInBlock(table, index, checksum, raw_key));
  if (!part) return part;
  return FindInBlock(table, *part, checksum, raw_key);
}

}  // namespace snaptree

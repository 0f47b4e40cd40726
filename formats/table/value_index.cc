#include "base/coding.h"
#include "formats/table/table_parts.h"

namespace snaptree {
namespace {

constexpr size_t kMaxWidth = 8;

// A little-endian number of `width` bytes at the front of *bytes.
uint64_t TakeNumber(Slice* bytes, size_t width) {
  uint64_t number = 0;
  for (size_t i = width; i-- > 0;) number = number << 8 | static_cast<uint8_t>((*bytes)[i]);
  bytes->remove_prefix(width);
  return number;
}

bool IsWidth(char width) { return width >= 1 && static_cast<size_t>(width) <= kMaxWidth; }

}  // namespace

Result<std::vector<BlockHandle>> ReadValueIndex(const TableBytes& table, const TableFooter& footer,
                                                Slice metaindex_value) {
  SNAPTREE_ASSIGN(const BlockHandle place, TakeHandle(&metaindex_value, table, footer.begin));
  const Slice widths = metaindex_value;
  if (widths.size() != 3 || !IsWidth(widths[0]) || !IsWidth(widths[1]) || !IsWidth(widths[2])) {
    return TableDamage("the index of value blocks has records of no known form", table);
  }
  const auto width = [widths](size_t i) { return static_cast<size_t>(widths[i]); };
  const size_t record = width(0) + width(1) + width(2);
  std::string packed;
  std::string block;
  SNAPTREE_TRY(ReadBlock(table, place, footer.checksum, &packed, &block));
  if (block.size() % record != 0) {
    return TableDamage("the index of value blocks ends inside a record", table);
  }
  std::vector<BlockHandle> handles;
  uint64_t end = 0;
  for (Slice rest(block); !rest.empty();) {
    const uint64_t number = TakeNumber(&rest, width(0));
    BlockHandle handle;
    handle.offset = TakeNumber(&rest, width(1));
    handle.size = TakeNumber(&rest, width(2));
    const bool fits = handle.offset >= end && handle.offset <= footer.begin &&
                      handle.size <= footer.begin - handle.offset &&
                      kBlockTrailerBytes <= footer.begin - handle.offset - handle.size;
    if (number != handles.size() || !fits) {
      return TableDamage("value blocks are not where their index may put them", table);
    }
    end = handle.offset + handle.size + kBlockTrailerBytes;
    handles.push_back(handle);
  }
  return handles;
}

}  // namespace snaptree

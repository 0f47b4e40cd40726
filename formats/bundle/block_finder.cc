#include "formats/bundle/block_finder.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/coding.h"
#include "formats/table/entry_cursor.h"
#include "formats/table/row_block.h"

namespace snaptree {
namespace {

constexpr uint64_t kPieceBytes = 256 << 10;
constexpr size_t kChecksumBytes = kBlockTrailerBytes - 1;
constexpr size_t kKeyTrailerBytes = 8;
constexpr uint64_t kHintBit = 0x40;

// A checksum of every length of block is wanted: one byte at a time.
constexpr std::array<uint32_t, 256> CrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0);
    table[i] = crc;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kCrcTable = CrcTable();

// Whether a block can end with this byte: its compression.
bool IsCompression(uint8_t code) { return code == 0 || code == 1 || code == 7; }

class BlockFinder {
 public:
  BlockFinder(const TableBytes& table, Slice smallest, Slice largest)
      : table_(table), at_(table.region.begin), last_key_(smallest), largest_(largest) {}

  // The next data block, from where the last one ended; nullopt: there is none.
  Result<std::optional<BlockHandle>> Next();
  FoundBlocks Take(std::vector<BlockHandle> blocks) {
    return {Table::OfBlocks(table_, std::move(blocks)), at_, any_ ? last_key_ : std::string()};
  }

 private:
  Result<Slice> Window(uint64_t from);
  Result<std::optional<BlockHandle>> NextBlock();
  Result<bool> HoldsRows(BlockHandle handle);
  bool TakeRow(Slice key, Slice value);

  const TableBytes& table_;
  uint64_t at_;
  bool any_ = false;  // a row was found
  std::string last_key_;
  const Slice largest_;
  std::string piece_;  // of the file, from piece_begin_ on
  uint64_t piece_begin_ = 0;
  std::string packed_;
  std::string block_;
};

// Bytes from `from` on, more than there are in a checksum; empty: the table ends before.
Result<Slice> BlockFinder::Window(uint64_t from) {
  if (from < piece_begin_ || from + kChecksumBytes >= piece_begin_ + piece_.size()) {
    SNAPTREE_TRY(CheckCancelled());
    if (table_.region.end - from <= kChecksumBytes) return Slice();
    piece_begin_ = from;
    piece_.resize(static_cast<size_t>(std::min(table_.region.end - from, kPieceBytes)));
    SNAPTREE_TRY(table_.file->ReadExactlyAt(from, piece_.data(), piece_.size()));
  }
  return Slice(piece_).substr(static_cast<size_t>(from - piece_begin_));
}

Result<std::optional<BlockHandle>> BlockFinder::NextBlock() {
  uint32_t crc = ~uint32_t{0};
  for (uint64_t from = at_;;) {
    SNAPTREE_ASSIGN(const Slice bytes, Window(from));
    if (bytes.empty()) return std::optional<BlockHandle>();
    const size_t usable = bytes.size() - kChecksumBytes;
    for (size_t i = 0; i < usable; ++i) {
      const auto byte = static_cast<uint8_t>(bytes[i]);
      crc = (crc >> 8) ^ kCrcTable[(crc ^ byte) & 0xff];
      if (!IsCompression(byte)) continue;
      uint32_t stored = 0;
      for (size_t k = kChecksumBytes; k > 0; --k) {
        stored = stored << 8 | static_cast<uint8_t>(bytes[i + k]);
      }
      if (MaskedCrc32c(~crc) != stored) continue;
      return std::optional(BlockHandle{at_ - table_.region.begin, from + i - at_});
    }
    from += usable;
  }
}

bool BlockFinder::TakeRow(Slice key, Slice value) {
  if (key.size() < kKeyTrailerBytes) return false;
  const Slice raw_key = key.substr(0, key.size() - kKeyTrailerBytes);
  const uint64_t trailer = LoadLe64(key.data() + raw_key.size()) & ~kHintBit;
  const bool is_set = trailer == TrailerOf(0, EntryKind::kSet);
  if (!is_set && trailer != TrailerOf(0, EntryKind::kSetWithDelete)) return false;
  if (is_set && (value.empty() || (static_cast<uint8_t>(value[0]) & 0xc0) != 0)) return false;
  const bool ascends = any_ ? raw_key > last_key_ : raw_key == last_key_;
  if (!ascends || raw_key > largest_) return false;
  last_key_ = raw_key;
  any_ = true;
  return true;
}

// What was taken of a block that turns out to be something else is given back.
Result<bool> BlockFinder::HoldsRows(BlockHandle handle) {
  const std::string key_before = last_key_;
  const bool any_before = any_;
  const auto rows = [&]() -> Result<bool> {
    SNAPTREE_TRY(ReadBlock(table_, handle, BlockChecksum::kCrc32c, &packed_, &block_));
    const uint64_t offset = table_.region.begin + handle.offset;
    SNAPTREE_ASSIGN(const Slice entries, EntriesOf(block_, table_.file->path(), offset));
    RowBlockReader reader(entries, table_.file->path(), offset);
    for (;;) {
      SNAPTREE_ASSIGN(const bool more, reader.Next());
      if (!more) return !entries.empty();
      if (!TakeRow(reader.key(), reader.value())) return false;
    }
  };
  Result<bool> good = rows();
  if (!good.ok() && good.status().kind() == ErrorKind::kData) good = false;
  if (good.ok() && !*good) {
    last_key_ = key_before;
    any_ = any_before;
  }
  return good;
}

Result<std::optional<BlockHandle>> BlockFinder::Next() {
  SNAPTREE_ASSIGN(const std::optional<BlockHandle> handle, NextBlock());
  if (!handle) return handle;
  SNAPTREE_ASSIGN(const bool good, HoldsRows(*handle));
  if (!good) return std::optional<BlockHandle>();
  at_ += handle->size + kBlockTrailerBytes;
  return handle;
}

}  // namespace

Result<FoundBlocks> FindBlocks(const TableBytes& table, Slice smallest, Slice largest,
                               size_t max_blocks) {
  BlockFinder finder(table, smallest, largest);
  std::vector<BlockHandle> blocks;
  while (blocks.size() < max_blocks) {
    SNAPTREE_ASSIGN(const std::optional<BlockHandle> block, finder.Next());
    if (!block) break;
    blocks.push_back(*block);
  }
  return finder.Take(std::move(blocks));
}

}  // namespace snaptree

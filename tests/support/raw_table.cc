#include "tests/support/raw_table.h"

#include <snappy.h>
#include <xxhash.h>

#include "base/checksum.h"
#include "base/coding.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {
namespace {

constexpr uint8_t kSnappy = 1;
constexpr uint8_t kZstd = 7;

std::string Le32(uint32_t v) { return {reinterpret_cast<const char*>(&v), sizeof v}; }

std::string MapBlock(const std::map<std::string, std::string>& entries) {
  PebbleBlock block(1);
  for (const auto& [key, value] : entries) block.Add(key, value);
  return block.Take(false);
}

// Without the prefix that it has in newer versions; of one in a value block the size there.
uint64_t BareSize(const RawEntry& entry) {
  const bool is_set = (entry.trailer & 0xff) == kPlainRow;
  if (!is_set || entry.value.empty()) return entry.value.size();
  if ((entry.value[0] & 0xc0) != 0x80) return entry.value.size() - 1;
  uint64_t size = 0;
  for (size_t i = 1, shift = 0; i < entry.value.size(); ++i, shift += 7) {
    size |= static_cast<uint64_t>(entry.value[i] & 0x7f) << shift;
    if ((entry.value[i] & 0x80) == 0) break;
  }
  return size;
}

}  // namespace

std::string Varint(uint64_t v) {
  std::string bytes;
  for (; v >= 0x80; v >>= 7) bytes += static_cast<char>((v & 0x7f) | 0x80);
  bytes += static_cast<char>(v);
  return bytes;
}

std::string EncodedHandle(BlockHandle handle) {
  return Varint(handle.offset) + Varint(handle.size);
}

std::string EncodedKey(const RawEntry& entry) {
  std::string key = entry.key;
  AppendLe64(&key, entry.trailer);
  return key;
}

std::string RowBlockOf(const RawEntries& entries, unsigned restart_interval) {
  PebbleBlock block(restart_interval);
  for (const RawEntry& entry : entries) block.Add(EncodedKey(entry), entry.value);
  return block.Take(false);
}

std::string WithBlockTrailer(Slice packed, uint8_t compression, BlockChecksum checksum) {
  std::string bytes(packed);
  bytes += static_cast<char>(compression);
  const uint32_t crc = Crc32c(bytes);
  const uint32_t masked = ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
  const auto xx = static_cast<uint32_t>(XXH64(bytes.data(), bytes.size(), 0));
  return bytes + Le32(checksum == BlockChecksum::kCrc32c ? masked : xx);
}

std::string StoredBlockOf(Slice content, uint8_t compression, BlockChecksum checksum) {
  std::string packed(content);
  if (compression == kSnappy) snappy::Compress(content.data(), content.size(), &packed);
  if (compression == kZstd) packed = Varint(content.size()) + ZstdFrame(content);
  return WithBlockTrailer(packed, compression, checksum);
}

RawTable& RawTable::Add(const RawEntries& block, unsigned restart_interval) {
  blocks.push_back(RowBlockOf(block, restart_interval));
  keys.push_back(EncodedKey(block.back()));
  entries += block.size();
  for (const RawEntry& entry : block) {
    value_bytes += entry.value.size();
    bare_value_bytes += BareSize(entry);
  }
  return *this;
}

std::string RawTable::Bytes() const {
  std::string bytes;
  const auto write = [&](Slice content, uint8_t how) {
    const std::string stored = StoredBlockOf(content, how, checksum);
    const BlockHandle handle{bytes.size(), stored.size() - kBlockTrailerBytes};
    bytes += stored;
    return handle;
  };
  PebbleBlock index(1);
  for (size_t i = 0; i < blocks.size(); ++i) {
    index.Add(keys[i], EncodedHandle(write(blocks[i], compression)) + "properties");
  }
  std::string value_index;
  for (const std::string& block : value_blocks) {
    const BlockHandle handle = write(block, compression);
    value_index += static_cast<char>(value_index.size() / 9);
    value_index += Le32(static_cast<uint32_t>(handle.offset));
    value_index += Le32(static_cast<uint32_t>(handle.size));
  }
  BlockHandle index_place = write(index.Take(false), 0);
  if (index_type == 2) {
    PebbleBlock top(1);
    top.Add(keys.back(), EncodedHandle(index_place));
    index_place = write(top.Take(false), 0);
  }
  std::map<std::string, std::string> places;
  if (!value_blocks.empty()) {
    places["pebble.value_index"] = EncodedHandle(write(value_index, 0)) + "\x01\x04\x04";
  }
  if (!range_deletions.empty()) {
    places["rocksdb.range_del2"] = EncodedHandle(write(range_deletions, 0));
  }
  if (!range_keys.empty()) places["pebble.range_key"] = EncodedHandle(write(range_keys, 0));
  if (with_properties) {
    std::map<std::string, std::string> told = {
        {"rocksdb.block.based.table.index.type", Le32(index_type)},
        {"rocksdb.comparator", "leveldb.BytewiseComparator"},
        {"rocksdb.num.entries", Varint(entries)},
        {"rocksdb.raw.value.size", Varint(version >= 3 ? bare_value_bytes : value_bytes)}};
    if (version == 4) told["obsolete-key"] = std::string(1, '\0');
    for (const auto& [key, value] : properties) told[key] = value;
    places["rocksdb.properties"] = EncodedHandle(write(MapBlock(told), 0));
  }
  for (const auto& [key, value] : metaindex) places[key] = value;
  std::string footer = EncodedHandle(write(MapBlock(places), 0)) + EncodedHandle(index_place);
  footer.resize(40);
  if (version == 0) return bytes + footer + magic;  // LevelDB
  return bytes + static_cast<char>(checksum) + footer + Le32(version) + magic;
}

}  // namespace snaptree::test

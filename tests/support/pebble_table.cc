#include "tests/support/pebble_table.h"

#include <snappy.h>

#include <algorithm>

#include "base/checksum.h"
#include "base/coding.h"

namespace snaptree::test {
namespace {

constexpr size_t kTrailerBytes = 8;

void AppendVarint(std::string* out, uint64_t v) {
  for (; v >= 0x80; v >>= 7) *out += static_cast<char>((v & 0x7f) | 0x80);
  *out += static_cast<char>(v);
}

void AppendU32(std::string* out, uint32_t v) {
  for (int i = 0; i < 4; ++i) *out += static_cast<char>(v >> (8 * i));
}

// A short key that is at or above `last` and below `next`, with the trailer of separators; `last`
// itself when there is none.
std::string Separator(Slice last, Slice next) {
  const Slice key = last.substr(0, last.size() - kTrailerBytes);
  const size_t both = std::min(key.size(), next.size());
  size_t at = 0;
  while (at < both && key[at] == next[at]) ++at;
  if (at == both) return std::string(last);
  const auto raised = static_cast<unsigned char>(static_cast<unsigned char>(key[at]) + 1);
  if (raised == 0 || raised >= static_cast<unsigned char>(next[at])) return std::string(last);
  std::string separator(key.substr(0, at));
  separator += static_cast<char>(raised);
  AppendLe64(&separator, uint64_t{0xffffffffffffff00} | 17);
  return separator;
}

}  // namespace

void PebbleBlock::Add(Slice key, Slice value) {
  size_t shared = 0;
  if (entries_ % interval_ == 0) {
    AppendU32(&restarts_, static_cast<uint32_t>(bytes_.size()));
  } else {
    const size_t both = std::min(key.size(), previous_.size());
    while (shared < both && key[shared] == previous_[shared]) ++shared;
  }
  AppendVarint(&bytes_, shared);
  AppendVarint(&bytes_, key.size() - shared);
  AppendVarint(&bytes_, value.size());
  bytes_.append(key.substr(shared)).append(value);
  previous_ = key;
  ++entries_;
}

std::string PebbleBlock::Take(bool flag) {
  if (restarts_.empty()) AppendU32(&restarts_, 0);
  for (size_t at = 7; flag && at < restarts_.size(); at += 8) {
    restarts_[at] = static_cast<char>(restarts_[at] | '\x80');
  }
  std::string block = std::move(bytes_);
  block.append(restarts_);
  AppendU32(&block, static_cast<uint32_t>(restarts_.size() / 4));
  *this = PebbleBlock(interval_);
  return block;
}

PebbleTable::PebbleTable(PebbleTableOptions options) : options_(std::move(options)) {}

void PebbleTable::Add(Slice raw_key, Slice value, uint64_t trailer) {
  if (data_.size() >= options_.block_bytes) EndBlock(raw_key);
  last_key_ = raw_key;
  AppendLe64(&last_key_, trailer);
  // Values of kind SET begin with a byte that says that they stand in place. Bit 0x40 is a hint.
  std::string stored;
  if ((trailer & 0xbf) == 1) stored += '\0';
  stored.append(value);
  data_.Add(last_key_, stored);
  ++rows_;
  row_bytes_ += raw_key.size() + value.size();
}

PebbleTable::Handle PebbleTable::Write(const std::string& block, bool compress) {
  std::string packed;
  if (compress) snappy::Compress(block.data(), block.size(), &packed);
  const bool smaller = compress && packed.size() < block.size() - block.size() / 8;
  std::string stored = smaller ? std::move(packed) : block;
  const Handle handle{bytes_.size(), stored.size()};
  stored += smaller ? '\1' : '\0';
  const uint32_t crc = Crc32c(stored);
  AppendU32(&stored, ((crc >> 15) | (crc << 17)) + 0xa282ead8U);
  bytes_ += stored;
  return handle;
}

void PebbleTable::EndBlock(Slice next_key) {
  const Handle handle = Write(data_.Take(/*flag=*/true), options_.snappy);
  ++blocks_;
  const std::string separator = next_key.empty() ? last_key_ : Separator(last_key_, next_key);
  if (index_.size() >= options_.index_block_bytes) {
    two_levels_ = true;
    WriteIndex();
  }
  std::string value;
  AppendVarint(&value, handle.offset);
  AppendVarint(&value, handle.size);
  index_.Add(separator, value);
  last_separator_ = separator;
}

// The index block at hand; one of two levels is noted in the upper one.
PebbleTable::Handle PebbleTable::WriteIndex() {
  const Handle handle = Write(index_.Take(/*flag=*/false), options_.snappy);
  if (!two_levels_) return handle;
  std::string value;
  AppendVarint(&value, handle.offset);
  AppendVarint(&value, handle.size);
  top_index_.Add(last_separator_, value);
  return handle;
}

std::string PebbleTable::Properties() const {
  std::map<std::string, std::string> all;
  const auto number = [&](const std::string& name, uint64_t v) {
    all[name].clear();
    AppendVarint(&all[name], v);
  };
  all["obsolete-key"] = std::string(1, '\0');
  AppendU32(&all["rocksdb.block.based.table.index.type"], two_levels_ ? 2 : 0);
  all["rocksdb.comparator"] = "leveldb.BytewiseComparator";
  all["rocksdb.merge.operator"] = "pebble.concatenate";
  number("rocksdb.deleted.keys", 0);
  number("rocksdb.num.data.blocks", blocks_);
  number("rocksdb.num.entries", rows_);
  number("rocksdb.raw.key.size", row_bytes_);
  for (const auto& [name, value] : options_.properties) number(name, value);
  PebbleBlock block(1U << 30);
  for (const auto& [name, value] : all) block.Add(name, value);
  return block.Take(/*flag=*/false);
}

std::string PebbleTable::Finish() {
  if (!data_.empty()) EndBlock({});
  Handle index = WriteIndex();
  if (two_levels_) index = Write(top_index_.Take(/*flag=*/false), options_.snappy);
  const Handle properties = Write(Properties(), /*compress=*/false);
  PebbleBlock metaindex(1);
  std::string value;
  AppendVarint(&value, properties.offset);
  AppendVarint(&value, properties.size);
  metaindex.Add("rocksdb.properties", value);
  const Handle meta = Write(metaindex.Take(/*flag=*/false), /*compress=*/false);

  constexpr size_t kHandlesEnd = 41;
  std::string footer(1, '\1');
  for (const Handle& handle : {meta, index}) {
    AppendVarint(&footer, handle.offset);
    AppendVarint(&footer, handle.size);
  }
  footer.resize(kHandlesEnd, '\0');
  AppendU32(&footer, 4);
  footer += "\xf0\x9f\xaa\xb3\xf0\x9f\xaa\xb3";
  std::string table = std::move(bytes_) + footer;
  *this = PebbleTable(std::move(options_));
  return table;
}

}  // namespace snaptree::test

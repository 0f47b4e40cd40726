// Tables put together from the contents of their blocks, right or wrong, in every version that can
// be read (spec 01b chapter 2). Apart from formats/table/ but for the names of things.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/slice.h"
#include "formats/table/block.h"
#include "formats/table/entry_cursor.h"
#include "tests/support/pebble_table.h"

namespace snaptree::test {

// An entry as it is stored: with the prefix of its value, where the version has one.
struct RawEntry {
  std::string key;  // raw
  uint64_t trailer = kPlainRow;
  std::string value;
};
using RawEntries = std::vector<RawEntry>;

struct RawTable {
  uint32_t version = 4;
  std::string magic = "\xf0\x9f\xaa\xb3\xf0\x9f\xaa\xb3";
  BlockChecksum checksum = BlockChecksum::kCrc32c;
  uint8_t compression = 0;  // of data and value blocks

  std::vector<std::string> blocks;  // contents of data blocks
  std::vector<std::string> keys;    // encoded keys of the index, one for each
  uint64_t entries = 0;
  uint64_t value_bytes = 0;       // as they are stored
  uint64_t bare_value_bytes = 0;  // of versions with prefixes: without them
  std::vector<std::string> value_blocks;
  std::string range_deletions;  // content of such a block; empty: there is none
  std::string range_keys;
  uint32_t index_type = 0;
  bool with_properties = true;
  std::map<std::string, std::string> properties;  // beside or instead of those that are right
  std::map<std::string, std::string> metaindex;   // the same

  // A data block, and its key in the index.
  RawTable& Add(const RawEntries& block, unsigned restart_interval = 16);
  std::string Bytes() const;
};

std::string Varint(uint64_t v);
std::string EncodedHandle(BlockHandle handle);
std::string EncodedKey(const RawEntry& entry);
// The content of a row block.
std::string RowBlockOf(const RawEntries& entries, unsigned restart_interval = 16);
// As it is stored, with its trailer.
std::string StoredBlockOf(Slice content, uint8_t compression, BlockChecksum checksum);
// The same, of bytes that are packed already.
std::string WithBlockTrailer(Slice packed, uint8_t compression, BlockChecksum checksum);

}  // namespace snaptree::test

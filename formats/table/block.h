// A block of a Pebble table: where it stands, and its bytes, checked and unpacked (spec 01b
// section 2.2).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "formats/row.h"

namespace snaptree {

// Where a table stands: all of a file, or a stretch of a bundle.
struct TableBytes {
  std::shared_ptr<const InputFile> file;
  Extent region;  // of the file; offsets in the table count from its begin
};

struct BlockHandle {
  uint64_t offset = 0;  // in the table
  uint64_t size = 0;    // as stored, without the trailer

  bool operator==(const BlockHandle& other) const = default;
};

inline constexpr size_t kBlockTrailerBytes = 5;
// What a block may announce to unpack to: above the largest row that a node loads.
inline constexpr uint64_t kMaxBlockBytes = uint64_t{320} << 20;

enum class BlockChecksum : uint8_t { kCrc32c = 1, kXxHash64 = 3 };

// CRC32C as it is stored in blocks and logs (spec 01b section 2.2).
constexpr uint32_t MaskedCrc32c(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8U; }

// The block, unpacked, in *out; *packed is room to work in. "TableCorrupt" (a handle that leaves
// the table), "BlockChecksum", "BlockCompression", "BlockCorrupt", "TableFormatUnsupported"; each
// names the block's offset in the file.
Status ReadBlock(const TableBytes& table, BlockHandle handle, BlockChecksum checksum,
                 std::string* packed, std::string* out);

}  // namespace snaptree

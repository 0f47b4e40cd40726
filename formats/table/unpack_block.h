// Blocks whose stored bytes are in memory: checked and unpacked without a copy where that can be
// (spec 01b section 2.2).
#pragma once

#include <string>

#include "base/result.h"
#include "formats/table/block.h"
#include "formats/table/byte_room.h"

namespace snaptree {

enum class BlockCompression : uint8_t { kNone = 0, kSnappy = 1, kZstd = 7, kMinLz = 8 };

// A block as it is stored, with its trailer, and its place for messages.
struct StoredBlock {
  Slice bytes;
  const std::string& path;
  uint64_t offset;

  Slice packed() const { return bytes.substr(0, bytes.size() - kBlockTrailerBytes); }
  // What the checksum covers.
  Slice covered() const { return bytes.substr(0, bytes.size() - kBlockTrailerBytes + 1); }
  uint8_t compression() const {
    return static_cast<uint8_t>(bytes[bytes.size() - kBlockTrailerBytes]);
  }
};

// All of these: errors as of ReadBlock().
Status CheckStoredBlock(const StoredBlock& block, BlockChecksum checksum);
// What it announces to unpack to, compared with the limits. REQUIRES: CheckStoredBlock() was ok.
Result<uint64_t> UnpackedSize(const StoredBlock& block);
// Unpacked into `out`, which has room for the `size` bytes that UnpackedSize() told.
Status UnpackBlock(const StoredBlock& block, char* out, uint64_t size);

// Parts of them, for blocks that are not in memory as a whole. `head` begins the stored bytes.
Result<uint64_t> AnnouncedSize(Slice head, uint64_t stored, uint8_t compression,
                               const std::string& path, uint64_t offset);
Status ChecksumMismatch(uint32_t stored, uint32_t computed, const std::string& path,
                        uint64_t offset);
Status BlockDamage(std::string what, const std::string& path, uint64_t offset);

}  // namespace snaptree

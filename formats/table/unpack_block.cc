#include "formats/table/unpack_block.h"

#include <snappy.h>
#include <zstd.h>

#include <memory>

#include "base/coding.h"
#include "base/text.h"
#include "formats/table/block_checksum.h"
#include "formats/table/varint.h"

namespace snaptree {
namespace {

// Addresses of a set of tables leave that much room (table_set.h).
constexpr uint64_t kMaxExpansion = 65536;

constexpr const char* kOtherCopy = "get the file again from the node or a copy";
constexpr const char* kNewerWriter =
    "written by a newer server: look for a newer snaptree, or take an older snapshot";

struct FreeZstd {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

bool UnpackZstd(Slice frame, char* out, uint64_t size) {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeZstd> context(ZSTD_createDCtx());
  return context != nullptr &&
         ZSTD_decompressDCtx(context.get(), out, size, frame.data(), frame.size()) == size;
}

}  // namespace

Status BlockDamage(std::string what, const std::string& path, uint64_t offset) {
  return DataError("BlockCorrupt", std::move(what)).At(path, offset).Next(kOtherCopy);
}

Status ChecksumMismatch(uint32_t stored, uint32_t computed, const std::string& path,
                        uint64_t offset) {
  return DataError("BlockChecksum", "a block of the table does not match its checksum")
      .At(path, offset)
      .Expected(Hex32(stored))
      .Found(Hex32(computed))
      .Next(kOtherCopy);
}

Result<uint64_t> AnnouncedSize(Slice head, uint64_t stored, uint8_t compression,
                               const std::string& path, uint64_t offset) {
  uint64_t size = stored;
  switch (static_cast<BlockCompression>(compression)) {
    case BlockCompression::kNone:
      break;
    case BlockCompression::kSnappy:
    case BlockCompression::kZstd:
      if (!ReadVarint(&head, &size)) {
        return BlockDamage("a block does not say how much it unpacks to", path, offset);
      }
      break;
    case BlockCompression::kMinLz:
      return DataError("TableFormatUnsupported", "a block is compressed with MinLZ")
          .At(path, offset)
          .Next(kNewerWriter);
    default:
      return DataError("BlockCompression", "a block is compressed in an unknown way")
          .At(path, offset)
          .Expected("0, 1 (Snappy) or 7 (zstd)")
          .Found(std::to_string(compression))
          .Next(kNewerWriter);
  }
  const uint64_t limit = std::min(kMaxBlockBytes, stored * kMaxExpansion);
  if (size <= limit) return size;
  return BlockDamage("a block announces more than it can hold", path, offset)
      .Expected("at most " + std::to_string(limit) + " bytes")
      .Found(std::to_string(size));
}

Status CheckStoredBlock(const StoredBlock& block, BlockChecksum checksum) {
  const auto stored = LoadLe<uint32_t>(block.bytes.data() + block.bytes.size() - 4);
  const uint32_t computed = BlockChecksumOf(checksum, block.covered());
  if (computed == stored) return {};
  return ChecksumMismatch(stored, computed, block.path, block.offset);
}

Result<uint64_t> UnpackedSize(const StoredBlock& block) {
  return AnnouncedSize(block.packed(), block.packed().size(), block.compression(), block.path,
                       block.offset);
}

Status UnpackBlock(const StoredBlock& block, char* out, uint64_t size) {
  Slice packed = block.packed();
  switch (static_cast<BlockCompression>(block.compression())) {
    case BlockCompression::kSnappy:
      if (snappy::RawUncompress(packed.data(), packed.size(), out)) return {};
      break;
    case BlockCompression::kZstd: {
      uint64_t announced = 0;
      if (ReadVarint(&packed, &announced) && UnpackZstd(packed, out, size)) return {};
      break;
    }
    default:
      packed.copy(out, packed.size());
      return {};
  }
  return BlockDamage("a block does not unpack to what it announces", block.path, block.offset);
}

}  // namespace snaptree

#include "formats/table/block.h"

#include <snappy.h>

#include <algorithm>

#include "base/coding.h"
#include "formats/table/packed_stream.h"
#include "formats/table/unpack_block.h"

namespace snaptree {
namespace {

// Larger ones are unpacked while they are read.
constexpr uint64_t kReadWhole = size_t{1} << 20;

// Exactly n bytes, without keeping what was there or doubling.
void Resize(std::string* bytes, uint64_t n) {
  bytes->clear();
  if (bytes->capacity() < n) std::string().swap(*bytes);
  bytes->resize(static_cast<size_t>(n));
}

Status CheckHandle(const TableBytes& table, BlockHandle handle) {
  const uint64_t room = table.region.size();
  if (handle.size > kMaxBlockBytes) {
    return BlockDamage("a block is larger than any writer makes it", table.file->path(),
                       table.region.begin + std::min(room, handle.offset))
        .Expected("at most " + std::to_string(kMaxBlockBytes) + " bytes")
        .Found(std::to_string(handle.size));
  }
  if (handle.offset <= room && handle.size <= room - handle.offset &&
      kBlockTrailerBytes <= room - handle.offset - handle.size) {
    return {};
  }
  return DataError("TableCorrupt", "a block would stand outside of its table")
      .At(table.file->path(), table.region.begin)
      .Expected("a table of " + std::to_string(room) + " bytes")
      .Found("offset " + std::to_string(handle.offset) + ", size " + std::to_string(handle.size))
      .Next("get the file again from the node or a copy");
}

Status ReadWhole(const InputFile& file, uint64_t offset, uint64_t size, BlockChecksum checksum,
                 std::string* packed, std::string* out) {
  Resize(packed, size + kBlockTrailerBytes);
  SNAPTREE_TRY(file.ReadExactlyAt(offset, packed->data(), packed->size()));
  const StoredBlock block{*packed, file.path(), offset};
  SNAPTREE_TRY(CheckStoredBlock(block, checksum));
  SNAPTREE_ASSIGN(const uint64_t unpacked, UnpackedSize(block));
  Resize(out, unpacked);
  return UnpackBlock(block, out->data(), unpacked);
}

// The two ways of blocks whose stored bytes are not to stand beside what they unpack to.
class LargeBlock {
 public:
  LargeBlock(const InputFile& file, uint64_t offset, uint64_t size, Slice trailer,
             BlockChecksum checksum)
      : file_(file),
        offset_(offset),
        size_(size),
        compression_(static_cast<uint8_t>(trailer[0])),
        stored_(LoadLe<uint32_t>(trailer.data() + 1)),
        checksum_(checksum) {}

  Status Copy(std::string* out) const {
    Resize(out, size_ + 1);
    SNAPTREE_TRY(file_.ReadExactlyAt(offset_, out->data(), out->size()));
    SNAPTREE_TRY(Compare(BlockChecksumOf(checksum_, *out)));
    SNAPTREE_ASSIGN(const uint64_t unpacked,
                    AnnouncedSize({}, size_, compression_, file_.path(), offset_));
    out->resize(static_cast<size_t>(unpacked));
    return {};
  }

  Status UnpackSnappy(std::string* piece, std::string* out) const {
    PackedStream stream(file_, offset_, size_ + 1, checksum_, piece);
    size_t n = 0;
    const char* const head = stream.Peek(&n);
    const Result<uint64_t> unpacked =
        AnnouncedSize(Slice(head, n), size_, compression_, file_.path(), offset_);
    bool whole = false;
    if (unpacked.ok()) {
      Resize(out, *unpacked);
      WithoutLast packed(&stream);
      whole = snappy::RawUncompress(&packed, out->data());
    }
    SNAPTREE_TRY(stream.ReadToEnd());
    SNAPTREE_TRY(Compare(stream.hasher().Value()));
    if (!unpacked.ok()) return unpacked.status();
    if (whole) return {};
    return BlockDamage("a block does not unpack to what it announces", file_.path(), offset_);
  }

  BlockCompression compression() const { return static_cast<BlockCompression>(compression_); }

 private:
  // The packed bytes: all but the one that tells the compression.
  class WithoutLast : public snappy::Source {
   public:
    explicit WithoutLast(PackedStream* stream) : stream_(stream) {}
    size_t Available() const override {
      return stream_->Available() - std::min<size_t>(stream_->Available(), 1);
    }
    const char* Peek(size_t* n) override {
      const char* const bytes = stream_->Peek(n);
      *n = std::min(*n, Available());
      return bytes;
    }
    void Skip(size_t n) override { stream_->Skip(n); }

   private:
    PackedStream* stream_;
  };

  Status Compare(uint32_t computed) const {
    if (computed == stored_) return {};
    return ChecksumMismatch(stored_, computed, file_.path(), offset_);
  }

  const InputFile& file_;
  uint64_t offset_;
  uint64_t size_;
  uint8_t compression_;
  uint32_t stored_;
  BlockChecksum checksum_;
};

}  // namespace

Status ReadBlock(const TableBytes& table, BlockHandle handle, BlockChecksum checksum,
                 std::string* packed, std::string* out) {
  SNAPTREE_TRY(CheckHandle(table, handle));
  const InputFile& file = *table.file;
  const uint64_t offset = table.region.begin + handle.offset;
  if (handle.size <= kReadWhole) {
    return ReadWhole(file, offset, handle.size, checksum, packed, out);
  }
  char trailer[kBlockTrailerBytes];
  SNAPTREE_TRY(file.ReadExactlyAt(offset + handle.size, trailer, sizeof trailer));
  const LargeBlock block(file, offset, handle.size, Slice(trailer, sizeof trailer), checksum);
  if (block.compression() == BlockCompression::kNone) return block.Copy(out);
  if (block.compression() == BlockCompression::kSnappy) return block.UnpackSnappy(packed, out);
  Status status = ReadWhole(file, offset, handle.size, checksum, packed, out);
  std::string().swap(*packed);
  return status;
}

}  // namespace snaptree

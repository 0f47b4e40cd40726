#include "tree/archive_bytes.h"

#include <zstd.h>

#include <algorithm>
#include <utility>

#include "base/cancel.h"
#include "base/coding.h"

namespace snaptree {
namespace {

constexpr uint32_t kZstdMagic = 0xFD2FB528;
constexpr uint32_t kSkippableMagic = 0x184D2A50;  // to ...5F
constexpr size_t kPieceBytes = size_t{256} << 10;

class PlainBytes : public ArchiveBytes {
 public:
  explicit PlainBytes(const InputFile& file) : file_(file), buffer_(kPieceBytes, '\0') {}

  Result<Slice> Next() override {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const size_t n, file_.ReadAt(position_, buffer_.data(), buffer_.size()));
    position_ += n;
    return Slice(buffer_.data(), n);
  }
  uint64_t Skip(uint64_t n) override {
    n = std::min(n, file_.size() - std::min(position_, file_.size()));
    position_ += n;
    return n;
  }
  uint64_t position() const override { return position_; }
  bool packed() const override { return false; }

 private:
  const InputFile& file_;
  std::string buffer_;
  uint64_t position_ = 0;
};

struct FreeStream {
  void operator()(ZSTD_DStream* s) const { ZSTD_freeDStream(s); }
};

class ZstdBytes : public ArchiveBytes {
 public:
  explicit ZstdBytes(const InputFile& file)
      : file_(file),
        stream_(ZSTD_createDStream()),
        in_(ZSTD_DStreamInSize(), '\0'),
        out_(kPieceBytes, '\0') {}

  Result<Slice> Next() override;
  uint64_t Skip(uint64_t /*n*/) override { return 0; }
  uint64_t position() const override { return position_; }
  bool packed() const override { return true; }

 private:
  const InputFile& file_;
  const std::unique_ptr<ZSTD_DStream, FreeStream> stream_;
  std::string in_;
  std::string out_;
  ZSTD_inBuffer input_{nullptr, 0, 0};
  uint64_t position_ = 0;
  size_t state_ = 0;   // 0: between frames
  bool full_ = false;  // more may come without more input
};

Result<Slice> ZstdBytes::Next() {
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    if (input_.pos == input_.size && !full_) {
      SNAPTREE_ASSIGN(const size_t n, file_.ReadAt(position_, in_.data(), in_.size()));
      position_ += n;
      input_ = {in_.data(), n, 0};
      if (n == 0) break;
    }
    ZSTD_outBuffer output{out_.data(), out_.size(), 0};
    state_ = ZSTD_decompressStream(stream_.get(), &output, &input_);
    if (ZSTD_isError(state_) != 0U) {
      return DataError("ArchiveCorrupt", std::string("cannot unpack: ") + ZSTD_getErrorName(state_))
          .At(file_.path(), position_ - input_.size + input_.pos)
          .Next("check it with: zstd -t FILE; copy the archive again");
    }
    full_ = state_ != 0 && output.pos == output.size;
    if (output.pos > 0) return Slice(out_.data(), output.pos);
  }
  if (state_ == 0) return Slice();
  return DataError("ArchiveTruncated", "the compressed archive ends inside a frame")
      .At(file_.path(), position_)
      .Next("the archive was cut: copy it again");
}

bool IsZstd(Slice first_bytes) {
  if (first_bytes.size() < 4) return false;
  const auto magic = LoadLe<uint32_t>(first_bytes.data());
  return magic == kZstdMagic || (magic & 0xFFFFFFF0U) == kSkippableMagic;
}

}  // namespace

Result<std::unique_ptr<ArchiveBytes>> ArchiveBytes::Open(const InputFile& file) {
  char first[4] = {};
  SNAPTREE_ASSIGN(const size_t n, file.ReadAt(0, first, sizeof first));
  std::unique_ptr<ArchiveBytes> bytes;
  if (IsZstd(Slice(first, n))) {
    bytes = std::make_unique<ZstdBytes>(file);
  } else {
    bytes = std::make_unique<PlainBytes>(file);
  }
  return bytes;
}

}  // namespace snaptree

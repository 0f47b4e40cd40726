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
  // first: what was read of the feed to recognise it.
  PlainBytes(std::unique_ptr<ArchiveFeed> feed, Slice first)
      : feed_(std::move(feed)), buffer_(kPieceBytes, '\0'), first_(first) {}

  Result<Slice> Next() override {
    SNAPTREE_TRY(CheckCancelled());
    if (!first_.empty()) {
      given_ = std::exchange(first_, {});
      return Slice(given_);
    }
    SNAPTREE_ASSIGN(const size_t n, feed_->Read(buffer_.data(), buffer_.size()));
    return Slice(buffer_.data(), n);
  }
  uint64_t Skip(uint64_t n) override { return first_.empty() ? feed_->Skip(n) : 0; }
  uint64_t position() const override { return feed_->position(); }
  bool packed() const override { return false; }
  const std::string& name() const override { return feed_->name(); }

 private:
  const std::unique_ptr<ArchiveFeed> feed_;
  std::string buffer_;
  std::string first_;
  std::string given_;
};

struct FreeStream {
  void operator()(ZSTD_DStream* s) const { ZSTD_freeDStream(s); }
};

class ZstdBytes : public ArchiveBytes {
 public:
  ZstdBytes(std::unique_ptr<ArchiveFeed> feed, Slice first)
      : feed_(std::move(feed)),
        stream_(ZSTD_createDStream()),
        in_(ZSTD_DStreamInSize(), '\0'),
        out_(kPieceBytes, '\0') {
    first.copy(in_.data(), first.size());
    input_ = {in_.data(), first.size(), 0};
  }

  Result<Slice> Next() override;
  uint64_t Skip(uint64_t /*n*/) override { return 0; }
  uint64_t position() const override { return feed_->position(); }
  bool packed() const override { return true; }
  const std::string& name() const override { return feed_->name(); }

 private:
  const std::unique_ptr<ArchiveFeed> feed_;
  const std::unique_ptr<ZSTD_DStream, FreeStream> stream_;
  std::string in_;
  std::string out_;
  ZSTD_inBuffer input_{nullptr, 0, 0};
  size_t state_ = 0;   // 0: between frames
  bool full_ = false;  // more may come without more input
};

Result<Slice> ZstdBytes::Next() {
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    if (input_.pos == input_.size && !full_) {
      SNAPTREE_ASSIGN(const size_t n, feed_->Read(in_.data(), in_.size()));
      input_ = {in_.data(), n, 0};
      if (n == 0) break;
    }
    ZSTD_outBuffer output{out_.data(), out_.size(), 0};
    state_ = ZSTD_decompressStream(stream_.get(), &output, &input_);
    if (ZSTD_isError(state_) != 0U) {
      return DataError("ArchiveCorrupt", std::string("cannot unpack: ") + ZSTD_getErrorName(state_))
          .At(name(), position() - input_.size + input_.pos)
          .Next("check it with: zstd -t FILE; copy the archive again");
    }
    full_ = state_ != 0 && output.pos == output.size;
    if (output.pos > 0) return Slice(out_.data(), output.pos);
  }
  if (state_ == 0) return Slice();
  return DataError("ArchiveTruncated", "the compressed archive ends inside a frame")
      .At(name(), position())
      .Next("the archive was cut: copy it again");
}

bool IsZstd(Slice first_bytes) {
  if (first_bytes.size() < 4) return false;
  const auto magic = LoadLe<uint32_t>(first_bytes.data());
  return magic == kZstdMagic || (magic & 0xFFFFFFF0U) == kSkippableMagic;
}

}  // namespace

Result<std::unique_ptr<ArchiveBytes>> ArchiveBytes::Open(std::unique_ptr<ArchiveFeed> feed) {
  char first[4] = {};
  size_t have = 0;
  while (have < sizeof first) {
    SNAPTREE_ASSIGN(const size_t n, feed->Read(first + have, sizeof first - have));
    if (n == 0) break;
    have += n;
  }
  const Slice begin(first, have);
  std::unique_ptr<ArchiveBytes> bytes;
  if (IsZstd(begin)) {
    bytes = std::make_unique<ZstdBytes>(std::move(feed), begin);
  } else {
    bytes = std::make_unique<PlainBytes>(std::move(feed), begin);
  }
  return bytes;
}

}  // namespace snaptree

#include "tree/digest_sink.h"

#include <mutex>
#include <string>
#include <utility>

#include "base/cancel.h"
#include "tree/hash_zeros.h"
#include "tree/path_check.h"

namespace snaptree {
namespace {

constexpr uint64_t kCancelCheckMask = 0xff;

class DigestSink;

class DigestFile : public TreeFile {
 public:
  DigestFile(DigestSink* sink, Slice path) : sink_(sink), path_(path) {}

  Status Append(Slice bytes) override {
    bytes_ += bytes.size();
    hash_.Update(bytes);
    return CheckCancelled();
  }
  Status AppendHole(uint64_t size) override {
    bytes_ += size;
    return HashZeros(&hash_, size);
  }
  Status Close() override;

 private:
  DigestSink* const sink_;
  const std::string path_;
  Sha256 hash_;
  uint64_t bytes_ = 0;
};

class DigestSink : public TreeSink {
 public:
  explicit DigestSink(TakeDigest take) : take_(std::move(take)) {}

  Status WriteFile(Slice path, Slice content) override {
    SNAPTREE_TRY(CheckTreePath(path));
    return FileEnded(path, Sha256::Of(content), content.size());
  }

  Result<std::unique_ptr<TreeFile>> CreateFile(Slice path) override {
    SNAPTREE_TRY(CheckTreePath(path));
    return std::unique_ptr<TreeFile>(std::make_unique<DigestFile>(this, path));
  }

  Status CreateDirectory(Slice path) override { return CheckTreePath(path); }
  bool CanHold(uint64_t file_bytes) const override { return file_bytes <= INT64_MAX; }
  Status Flush() override { return CheckCancelled(); }
  Status Finish() override { return CheckCancelled(); }
  TreeTotals totals() const override { return totals_; }

  Status FileEnded(Slice path, const Sha256Digest& digest, uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    ++totals_.files;
    totals_.bytes += bytes;
    if ((totals_.files & kCancelCheckMask) == 0) SNAPTREE_TRY(CheckCancelled());
    return take_(path, digest);
  }

 private:
  const TakeDigest take_;
  std::mutex mutex_;  // of take_ and totals_
  TreeTotals totals_;
};

Status DigestFile::Close() { return sink_->FileEnded(path_, hash_.Finish(), bytes_); }

}  // namespace

std::unique_ptr<TreeSink> NewDigestSink(TakeDigest take) {
  return std::make_unique<DigestSink>(std::move(take));
}

}  // namespace snaptree

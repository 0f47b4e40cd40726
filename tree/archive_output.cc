#include "tree/archive_output.h"

#define ZSTD_STATIC_LINKING_ONLY  // ZSTD_estimateCCtxSize_usingCParams
#include <zstd.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/task_thread.h"

namespace snaptree {
namespace {

constexpr size_t kPlainBytes = size_t{1} << 20;
constexpr size_t kFrameBytes = size_t{4} << 20;

class PlainOutput : public ArchiveOutput {
 public:
  explicit PlainOutput(std::function<Status(Slice)> take) : take_(std::move(take)) {}

  Status Write(Slice bytes) override {
    if (buffer_.size() + bytes.size() > kPlainBytes) SNAPTREE_TRY(Hand());
    if (bytes.size() >= kPlainBytes) {
      bytes_ += bytes.size();
      return take_(bytes);
    }
    buffer_.append(bytes);
    return {};
  }
  Status Finish() override { return Hand(); }
  uint64_t bytes() const override { return bytes_; }

 private:
  Status Hand() {
    SNAPTREE_TRY(CheckCancelled());
    bytes_ += buffer_.size();
    SNAPTREE_TRY(take_(buffer_));
    buffer_.clear();
    return {};
  }

  const std::function<Status(Slice)> take_;
  std::string buffer_;
  uint64_t bytes_ = 0;
};

struct FreeContext {
  void operator()(ZSTD_CCtx* c) const { ZSTD_freeCCtx(c); }
};

// One frame in the making, and the thread that makes it.
struct Frame {
  std::string in;
  std::string out;
  Status status;
  bool begun = false;  // and not yet given on
  std::unique_ptr<ZSTD_CCtx, FreeContext> context;
  std::unique_ptr<TaskThread> thread;  // null: the caller's. Last: it uses all of the above
};

Status CompressFrame(Frame* frame, int level) {
  if (frame->context == nullptr) {
    frame->context.reset(ZSTD_createCCtx());
    if (frame->context == nullptr) return NoMemoryError();
    ZSTD_CCtx_setParameter(frame->context.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(frame->context.get(), ZSTD_c_checksumFlag, 1);
  }
  frame->out.resize(ZSTD_compressBound(frame->in.size()));
  const size_t n = ZSTD_compress2(frame->context.get(), frame->out.data(), frame->out.size(),
                                  frame->in.data(), frame->in.size());
  if (ZSTD_isError(n) != 0U) {
    return EnvironmentError("Internal", std::string("cannot compress: ") + ZSTD_getErrorName(n));
  }
  frame->out.resize(n);
  return {};
}

unsigned ThreadsThatFit(const ArchiveOutputOptions& options) {
  const ZSTD_compressionParameters params = ZSTD_getCParams(options.form.level, kFrameBytes, 0);
  const uint64_t each =
      ZSTD_estimateCCtxSize_usingCParams(params) + kFrameBytes + ZSTD_compressBound(kFrameBytes);
  const uint64_t fit = std::max<uint64_t>(1, options.memory_bytes / each);
  return static_cast<unsigned>(std::clamp<uint64_t>(options.threads, 1, fit));
}

// Frames are dealt out in turn, so the one that is due is always known.
class ZstdOutput : public ArchiveOutput {
 public:
  explicit ZstdOutput(ArchiveOutputOptions options)
      : level_(options.form.level), take_(std::move(options.take)) {
    frames_.resize(ThreadsThatFit(options));
    if (options.threads < 2) return;
    for (Frame& frame : frames_) frame.thread = std::make_unique<TaskThread>(1);
  }

  Status Write(Slice bytes) override {
    while (!bytes.empty()) {
      if (collecting_.capacity() < kFrameBytes) collecting_.reserve(kFrameBytes);
      const size_t n = std::min(kFrameBytes - collecting_.size(), bytes.size());
      collecting_.append(bytes.substr(0, n));
      bytes.remove_prefix(n);
      if (collecting_.size() == kFrameBytes) SNAPTREE_TRY(Hand());
    }
    return {};
  }

  Status Finish() override {
    if (!collecting_.empty()) SNAPTREE_TRY(Hand());
    for (size_t i = 0; i < frames_.size(); ++i) SNAPTREE_TRY(GiveOn(NextFrame()));
    return {};
  }

  uint64_t bytes() const override { return bytes_; }

 private:
  Frame* NextFrame() { return &frames_[next_++ % frames_.size()]; }

  Status Hand() {
    SNAPTREE_TRY(CheckCancelled());
    Frame* const frame = NextFrame();
    SNAPTREE_TRY(GiveOn(frame));
    std::swap(frame->in, collecting_);
    collecting_.clear();
    frame->begun = true;
    if (frame->thread == nullptr) {
      frame->status = CompressFrame(frame, level_);
      return GiveOn(frame);
    }
    frame->thread->Post([frame, level = level_] { frame->status = CompressFrame(frame, level); });
    return {};
  }

  Status GiveOn(Frame* frame) {
    if (!frame->begun) return {};
    if (frame->thread != nullptr) frame->thread->Wait();
    frame->begun = false;
    SNAPTREE_TRY(frame->status);
    bytes_ += frame->out.size();
    return take_(frame->out);
  }

  const int level_;
  const std::function<Status(Slice)> take_;
  std::string collecting_;
  uint64_t bytes_ = 0;
  size_t next_ = 0;
  std::vector<Frame> frames_;  // last: their threads use them
};

}  // namespace

std::unique_ptr<ArchiveOutput> NewArchiveOutput(ArchiveOutputOptions options) {
  if (!options.form.zstd) return std::make_unique<PlainOutput>(std::move(options.take));
  return std::make_unique<ZstdOutput>(std::move(options));
}

}  // namespace snaptree

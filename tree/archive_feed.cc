#include "tree/archive_feed.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/cancel.h"

namespace snaptree {
namespace {

class FileFeed : public ArchiveFeed {
 public:
  explicit FileFeed(const InputFile& file) : file_(file) {}

  Result<size_t> Read(char* out, size_t n) override {
    SNAPTREE_ASSIGN(const size_t got, file_.ReadAt(position_, out, n));
    position_ += got;
    return got;
  }
  uint64_t Skip(uint64_t n) override {
    n = std::min(n, file_.size() - std::min(position_, file_.size()));
    position_ += n;
    return n;
  }
  uint64_t position() const override { return position_; }
  const std::string& name() const override { return file_.path(); }

 private:
  const InputFile& file_;
  uint64_t position_ = 0;
};

class StreamFeed : public ArchiveFeed {
 public:
  StreamFeed(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

  Result<size_t> Read(char* out, size_t n) override {
    for (;;) {
      SNAPTREE_TRY(CheckCancelled());
      const ssize_t got = ::read(fd_, out, n);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return SystemError(errno, "read", name_);
      position_ += static_cast<uint64_t>(got);
      return static_cast<size_t>(got);
    }
  }
  uint64_t Skip(uint64_t /*n*/) override { return 0; }
  uint64_t position() const override { return position_; }
  const std::string& name() const override { return name_; }

 private:
  const int fd_;
  const std::string name_;
  uint64_t position_ = 0;
};

}  // namespace

std::unique_ptr<ArchiveFeed> NewFileFeed(const InputFile& file) {
  return std::make_unique<FileFeed>(file);
}

std::unique_ptr<ArchiveFeed> NewStreamFeed(int fd, std::string name) {
  return std::make_unique<StreamFeed>(fd, std::move(name));
}

}  // namespace snaptree

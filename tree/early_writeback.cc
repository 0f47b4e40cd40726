#include "tree/early_writeback.h"

#include <fcntl.h>
#include <unistd.h>

namespace snaptree {
namespace {

constexpr uint64_t kFilesBetweenPasses = 32768;
constexpr uint64_t kBytesBetweenPasses = uint64_t{128} << 20;

}  // namespace

EarlyWriteback::EarlyWriteback(int directory_fd)
    // An open file of its own: the kernel tells each of them once about a failed write, and the
    // syncfs that decides must not miss it.
    : own_(::openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      next_files_(kFilesBetweenPasses),
      next_bytes_(kBytesBetweenPasses),
      thread_([this] { Run(); }) {}

EarlyWriteback::~EarlyWriteback() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void EarlyWriteback::Written(uint64_t files, uint64_t bytes) {
  if (files < next_files_ && bytes < next_bytes_) return;
  next_files_ = files + kFilesBetweenPasses;
  next_bytes_ = bytes + kBytesBetweenPasses;
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  changed_.notify_one();
}

void EarlyWriteback::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return wanted_ || stopping_; });
    if (stopping_) return;
    wanted_ = false;
    lock.unlock();
    [[maybe_unused]] const int ignored = ::syncfs(own_.get());
    lock.lock();
  }
}

}  // namespace snaptree

#include "tree/file_hasher.h"

namespace snaptree {
namespace {

constexpr size_t kMaxWaiting = 16;  // pieces

}  // namespace

FileHasher::FileHasher() : thread_(kMaxWaiting) {}

void FileHasher::Update(const std::shared_ptr<Sha256>& hash, const SharedBytes& bytes) {
  thread_.Post([hash, bytes] { hash->Update(*bytes); });
}

void FileHasher::Finish(const std::shared_ptr<Sha256>& hash, Slice path) {
  thread_.Post([this, hash, file = std::string(path)] {
    const Sha256Digest digest = hash->Finish();
    const std::lock_guard lock(mutex_);
    done_.push_back({file, digest});
  });
}

std::vector<FileHasher::Done> FileHasher::TakeDone() {
  const std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

}  // namespace snaptree

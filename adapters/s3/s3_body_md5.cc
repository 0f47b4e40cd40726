#include "adapters/s3/s3_body_md5.h"

#include <utility>

namespace snaptree::s3 {
namespace {

constexpr size_t kMaxWaiting = 32;  // pieces

}  // namespace

BodyMd5::BodyMd5(bool threaded)
    : thread_(threaded ? std::make_unique<TaskThread>(kMaxWaiting) : nullptr) {}

template <class Task>
void BodyMd5::Do(Task task) {
  if (thread_ == nullptr) {
    task();
  } else {
    thread_->Post(std::move(task));
  }
}

void BodyMd5::Update(const SharedBytes& piece, size_t at, size_t n) {
  Do([this, piece, at, n] { part_.Update(Slice(*piece).substr(at, n)); });
}

void BodyMd5::EndPart() {
  Do([this] {
    digests_.push_back(part_.Finish());
    part_.Reset();
  });
}

void BodyMd5::EndBody(BodyJob job) {
  // Tasks are copied; a job is not.
  Do([this, kept = std::make_shared<BodyJob>(std::move(job))] { Finish(std::move(*kept)); });
}

void BodyMd5::Finish(BodyJob job) {
  job.digests = std::exchange(digests_, {});
  const std::lock_guard lock(mutex_);
  done_.push_back(std::move(job));
}

std::vector<BodyJob> BodyMd5::TakeDone() {
  const std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

void BodyMd5::Wait() {
  if (thread_ != nullptr) thread_->Wait();
}

}  // namespace snaptree::s3

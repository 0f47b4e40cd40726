// Bytes that several threads read, and a pool of buffers for them: a buffer goes back when the last
// reader has let go of it. Take() is for one thread; readers may be anywhere, and may outlive the
// pool.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace snaptree {

using SharedBytes = std::shared_ptr<const std::string>;

class BytesPool {
 public:
  // An empty buffer that belongs to the caller; hand it on as SharedBytes and write no more.
  std::shared_ptr<std::string> Take() {
    std::unique_ptr<std::string> buffer = idle_->Take();
    if (buffer == nullptr) buffer = std::make_unique<std::string>();
    buffer->clear();
    return {buffer.release(),
            [idle = idle_](std::string* done) { idle->Give(std::unique_ptr<std::string>(done)); }};
  }

 private:
  class Idle {
   public:
    std::unique_ptr<std::string> Take() {
      const std::lock_guard lock(mutex_);
      if (buffers_.empty()) return nullptr;
      std::unique_ptr<std::string> buffer = std::move(buffers_.back());
      buffers_.pop_back();
      return buffer;
    }
    void Give(std::unique_ptr<std::string> buffer) {
      const std::lock_guard lock(mutex_);
      buffers_.push_back(std::move(buffer));
    }

   private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<std::string>> buffers_;
  };

  std::shared_ptr<Idle> idle_ = std::make_shared<Idle>();
};

}  // namespace snaptree

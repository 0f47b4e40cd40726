#include "base/task_thread.h"

#include <exception>
#include <utility>

namespace snaptree {

TaskThread::TaskThread(size_t max_waiting) : max_waiting_(max_waiting) {
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::exception&) {  // the system gives no thread, or no memory for one
  }
}

TaskThread::~TaskThread() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  given_.notify_one();
  thread_.join();
}

void TaskThread::Post(std::function<void()> task) {
  if (!thread_.joinable()) return task();
  std::unique_lock lock(mutex_);
  taken_.wait(lock, [this] { return waiting_.size() < max_waiting_; });
  waiting_.push_back(std::move(task));
  lock.unlock();
  given_.notify_one();
}

bool TaskThread::HasRoom() {
  const std::lock_guard lock(mutex_);
  return waiting_.size() < (max_waiting_ + 1) / 2;
}

void TaskThread::Wait() {
  std::unique_lock lock(mutex_);
  taken_.wait(lock, [this] { return waiting_.empty() && !busy_; });
}

void TaskThread::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    given_.wait(lock, [this] { return !waiting_.empty() || stopping_; });
    if (waiting_.empty()) return;
    std::function<void()> task = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    lock.unlock();
    taken_.notify_all();
    task();
    task = nullptr;  // what it holds goes before anybody is told that it is done
    lock.lock();
    busy_ = false;
    if (waiting_.empty()) taken_.notify_all();
  }
}

}  // namespace snaptree

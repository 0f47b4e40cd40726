#include "base/task_thread.h"

#include <utility>

namespace snaptree {

TaskThread::TaskThread(size_t max_waiting)
    : max_waiting_(max_waiting), thread_([this] { Run(); }) {}

TaskThread::~TaskThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  given_.notify_one();
  thread_.join();
}

void TaskThread::Post(std::function<void()> task) {
  std::unique_lock lock(mutex_);
  taken_.wait(lock, [this] { return waiting_.size() < max_waiting_; });
  waiting_.push_back(std::move(task));
  lock.unlock();
  given_.notify_one();
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

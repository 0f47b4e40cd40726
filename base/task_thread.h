// One thread that runs tasks in the order in which they were given. For work that may fall behind a
// little: who gives more than the thread can do waits. When the system gives no thread, who gives a
// task runs it: then those of several callers run side by side.
//
// Any thread may call Post(), HasRoom() and Wait(). Tasks must not throw.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace snaptree {

class TaskThread {
 public:
  // At most max_waiting tasks wait.
  explicit TaskThread(size_t max_waiting);
  ~TaskThread();  // after all tasks
  TaskThread(const TaskThread&) = delete;
  TaskThread& operator=(const TaskThread&) = delete;

  void Post(std::function<void()> task);
  // Whether the thread is not far behind.
  bool HasRoom();
  // Until all tasks so far are done.
  void Wait();

 private:
  void Run();

  const size_t max_waiting_;
  std::mutex mutex_;
  std::condition_variable given_;
  std::condition_variable taken_;
  std::deque<std::function<void()>> waiting_;
  bool busy_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace snaptree

// Independent pieces of work on a fixed number of threads; a piece may hand out pieces of its own.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "base/status.h"

namespace snaptree {

class WorkerPool {
 public:
  using Job = std::function<Status()>;

  // threads: at least 1, the thread that calls Run() among them. They start when there is work for
  // them; when the system gives no more of them, the work goes on with those that there are.
  explicit WorkerPool(unsigned threads) : threads_(threads) {}
  ~WorkerPool();  // REQUIRES: no Run() is going on
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  unsigned threads() const { return threads_; }

  // Runs all jobs, which begin in order, at most `beside` of them at a time; returns when they have
  // ended. After an error no further one begins. The error of the first job in order that had one.
  //
  // One thread that is no helper may call it, and jobs may, for jobs of theirs: whoever waits for
  // those does not take other work. So no more than threads() jobs do something at a time.
  Status Run(std::span<const Job> jobs, size_t beside = SIZE_MAX);

 private:
  // The jobs of one Run().
  struct Batch {
    std::span<const Job> jobs;
    size_t beside = 0;
    std::vector<Status> results;
    size_t next = 0;
    size_t running = 0;
    bool failed = false;

    bool HasNext() const { return next < jobs.size() && !failed; }
    bool MayBegin() const { return HasNext() && running < beside; }
  };

  void StartHelpers(size_t work);
  void Help();
  void RunNext(Batch* batch, std::unique_lock<std::mutex>* lock);
  Batch* FindWork();

  const unsigned threads_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Batch*> batches_;  // the newest first: what others wait for
  bool no_more_threads_ = false;
  bool stopping_ = false;
  std::vector<std::thread> helpers_;
};

}  // namespace snaptree

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

  // threads: at least 1, the thread that calls Run() among them.
  explicit WorkerPool(unsigned threads);
  ~WorkerPool();  // REQUIRES: no Run() is going on
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  unsigned threads() const { return static_cast<unsigned>(helpers_.size()) + 1; }

  // Runs all jobs, which begin in order; returns when they have ended. After an error no further
  // one begins. The error of the first job in order that had one; a job must not throw. A job may
  // call Run() of the same pool. No more than threads() jobs run at a time, not counting those that
  // wait for jobs of theirs.
  Status Run(std::span<const Job> jobs);

 private:
  // The jobs of one Run().
  struct Batch {
    std::span<const Job> jobs;
    std::vector<Status> results;
    size_t next = 0;
    size_t running = 0;
    bool failed = false;

    bool HasNext() const { return next < jobs.size() && !failed; }
  };

  void Help();
  void RunNext(Batch* batch, std::unique_lock<std::mutex>* lock);
  Batch* FindWork();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Batch*> batches_;  // the newest first: what others wait for
  bool stopping_ = false;
  std::vector<std::thread> helpers_;  // last: they use all of the above
};

}  // namespace snaptree

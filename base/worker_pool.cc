#include "base/worker_pool.h"

#include <algorithm>
#include <exception>
#include <new>

namespace snaptree {
namespace {

// Our own code does not throw, but memory can be refused anywhere, and on a helper's thread nobody
// would catch it.
Status RunJob(const WorkerPool::Job& job) {
  try {
    return job();
  } catch (const std::bad_alloc&) {
    return NoMemoryError();
  } catch (const std::exception& error) {
    return UnexpectedError(error.what());
  }
}

}  // namespace

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

WorkerPool::Batch* WorkerPool::FindWork() {
  for (Batch* batch : batches_) {
    if (batch->MayBegin()) return batch;
  }
  return nullptr;
}

void WorkerPool::RunNext(Batch* batch, std::unique_lock<std::mutex>* lock) {
  const size_t i = batch->next++;
  ++batch->running;
  lock->unlock();
  Status result = RunJob(batch->jobs[i]);
  lock->lock();
  if (!result.ok()) batch->failed = true;
  batch->results[i] = std::move(result);
  --batch->running;
  changed_.notify_all();
}

void WorkerPool::Help() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (Batch* batch = FindWork()) {
      RunNext(batch, &lock);
    } else {
      changed_.wait(lock);
    }
  }
}

// Helpers for `work` more jobs, beside the thread that asks. Neither a thread nor memory for one
// that the system refuses is an error.
void WorkerPool::StartHelpers(size_t work) {
  for (; work > 1 && helpers_.size() + 1 < threads_ && !no_more_threads_; --work) {
    try {
      helpers_.emplace_back([this] { Help(); });
    } catch (const std::exception&) {
      no_more_threads_ = true;
    }
  }
}

Status WorkerPool::Run(std::span<const Job> jobs, size_t beside) {
  Batch batch;
  batch.jobs = jobs;
  batch.beside = beside;
  batch.results.resize(jobs.size());
  std::unique_lock lock(mutex_);
  const auto place = batches_.insert(batches_.begin(), &batch);
  StartHelpers(std::min(jobs.size(), beside));
  changed_.notify_all();
  while (batch.HasNext()) {
    if (batch.MayBegin()) {
      RunNext(&batch, &lock);
    } else {
      changed_.wait(lock);
    }
  }
  changed_.wait(lock, [&] { return batch.running == 0; });
  batches_.erase(place);
  for (Status& result : batch.results) {
    if (!result.ok()) return std::move(result);
  }
  return {};
}

}  // namespace snaptree

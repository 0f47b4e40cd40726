#include "base/worker_pool.h"

namespace snaptree {

WorkerPool::WorkerPool(unsigned threads) {
  for (unsigned i = 1; i < threads; ++i) helpers_.emplace_back([this] { Help(); });
}

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
    if (batch->HasNext()) return batch;
  }
  return nullptr;
}

void WorkerPool::RunNext(Batch* batch, std::unique_lock<std::mutex>* lock) {
  const size_t i = batch->next++;
  ++batch->running;
  lock->unlock();
  Status result = batch->jobs[i]();
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

Status WorkerPool::Run(std::span<const Job> jobs) {
  Batch batch;
  batch.jobs = jobs;
  batch.results.resize(jobs.size());
  std::unique_lock lock(mutex_);
  const auto place = batches_.insert(batches_.begin(), &batch);
  changed_.notify_all();
  while (batch.HasNext()) RunNext(&batch, &lock);
  // Whoever waits does not take jobs of others: one of those could take longer than what is waited
  // for.
  changed_.wait(lock, [&] { return batch.running == 0; });
  batches_.erase(place);
  for (Status& result : batch.results) {
    if (!result.ok()) return std::move(result);
  }
  return {};
}

}  // namespace snaptree

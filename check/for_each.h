// Work on numbered items by all threads of a pool: whoever is done takes the next one.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

#include "base/worker_pool.h"

namespace snaptree {

// work(size_t) -> Status, from any thread. Ends early at the first error, and returns it.
template <class Work>
Status ForEach(WorkerPool& workers, size_t count, const Work& work) {
  std::atomic<size_t> next{0};
  const WorkerPool::Job job = [&]() -> Status {
    for (size_t i = next++; i < count; i = next++) SNAPTREE_TRY(work(i));
    return {};
  };
  return workers.Run(std::vector<WorkerPool::Job>(std::min<size_t>(workers.threads(), count), job));
}

}  // namespace snaptree

#include "base/run_parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace snaptree {

Status RunParallel(unsigned threads, std::span<const std::function<Status()>> jobs) {
  std::vector<Status> results(jobs.size());
  std::atomic<size_t> next{0};
  std::atomic<bool> failed{false};
  const auto work = [&] {
    for (;;) {
      const size_t i = next.fetch_add(1);
      if (i >= jobs.size() || failed.load()) return;
      results[i] = jobs[i]();
      if (!results[i].ok()) failed.store(true);
    }
  };
  std::vector<std::thread> helpers;
  const size_t wanted = std::min<size_t>(threads, jobs.size());
  for (size_t i = 1; i < wanted; ++i) helpers.emplace_back(work);
  work();
  for (std::thread& helper : helpers) helper.join();
  for (Status& result : results) {
    if (!result.ok()) return std::move(result);
  }
  return {};
}

}  // namespace snaptree

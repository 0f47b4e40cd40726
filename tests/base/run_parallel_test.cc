#include "base/run_parallel.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

namespace snaptree::test {
namespace {

using Jobs = std::vector<std::function<Status()>>;

TEST_CASE("every job runs once, whatever the number of threads") {
  for (const unsigned threads : {1U, 2U, 3U, 50U}) {
    std::vector<std::atomic<int>> runs(20);
    Jobs jobs;
    for (auto& run : runs) {
      jobs.emplace_back([&run] {
        ++run;
        return Status::Ok();
      });
    }
    CHECK(RunParallel(threads, jobs).ok());
    for (const auto& run : runs) CHECK(run == 1);
  }
  CHECK(RunParallel(4, {}).ok());
}

TEST_CASE("no more threads than asked for, and as many when there is work") {
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  Jobs jobs(12, [&] {
    const int running = ++now;
    for (int seen = most; seen < running && !most.compare_exchange_weak(seen, running);) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    --now;
    return Status::Ok();
  });
  CHECK(RunParallel(3, jobs).ok());
  CHECK(most == 3);
}

TEST_CASE("the first error in order counts, and no job begins after it") {
  std::atomic<int> begun{0};
  Jobs jobs;
  jobs.emplace_back([&] {
    ++begun;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return DataError("First", "first");
  });
  jobs.emplace_back([&] {
    ++begun;
    return DataError("Second", "second");
  });
  for (int i = 0; i < 10; ++i) {
    jobs.emplace_back([&] {
      ++begun;
      return Status::Ok();
    });
  }
  CHECK(RunParallel(2, jobs).code() == "First");
  CHECK(begun == 2);
  begun = 0;
  CHECK(RunParallel(1, jobs).code() == "First");
  CHECK(begun == 1);
}

}  // namespace
}  // namespace snaptree::test

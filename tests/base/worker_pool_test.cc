#include "base/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

namespace snaptree::test {
namespace {

using Jobs = std::vector<WorkerPool::Job>;

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
    WorkerPool pool(threads);
    CHECK(pool.threads() == threads);
    CHECK(pool.Run(jobs).ok());
    for (const auto& run : runs) CHECK(run == 1);
  }
  CHECK(WorkerPool(4).Run({}).ok());
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
  CHECK(WorkerPool(3).Run(jobs).ok());
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
  CHECK(WorkerPool(2).Run(jobs).code() == "First");
  CHECK(begun == 2);
  begun = 0;
  CHECK(WorkerPool(1).Run(jobs).code() == "First");
  CHECK(begun == 1);
}

TEST_CASE("jobs hand out jobs of their own, on the same threads") {
  for (const unsigned threads : {1U, 2U, 3U, 8U}) {
    WorkerPool pool(threads);
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    std::atomic<int> done{0};
    const Jobs inner(10, [&] {
      const int running = ++now;
      for (int seen = most; seen < running && !most.compare_exchange_weak(seen, running);) {
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      --now;
      ++done;
      return Status::Ok();
    });
    const Jobs outer(4, [&] { return pool.Run(inner); });
    CHECK(pool.Run(outer).ok());
    CHECK(done == 40);
    CHECK(most <= static_cast<int>(threads));
    CHECK(most >= std::min<int>(2, static_cast<int>(threads)));
  }
}

TEST_CASE("an error of a job's jobs is the job's error, and others go on") {
  WorkerPool pool(3);
  std::atomic<int> done{0};
  Jobs bad(5, [&] { return Status::Ok(); });
  bad[3] = [] { return DataError("Inner", "inner"); };
  Jobs outer;
  outer.emplace_back([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ++done;
    return Status::Ok();
  });
  outer.emplace_back([&] { return pool.Run(bad); });
  CHECK(pool.Run(outer).code() == "Inner");
  CHECK(done == 1);
  CHECK(pool.Run(Jobs(3, [] { return Status::Ok(); })).ok());
}

TEST_CASE("what a job throws is its error") {
  for (const unsigned threads : {1U, 4U}) {
    WorkerPool pool(threads);
    Jobs jobs(6, [] { return Status::Ok(); });
    jobs[4] = []() -> Status { throw std::bad_alloc(); };
    CHECK(pool.Run(jobs).code() == "NoMemory");
    jobs[2] = []() -> Status { throw std::runtime_error("strange"); };
    CHECK(pool.Run(Jobs{jobs[2]}).code() == "Internal");
    CHECK(pool.Run(Jobs(3, [] { return Status::Ok(); })).ok());
  }
}

TEST_CASE("fewer jobs at a time than there are threads") {
  WorkerPool pool(8);
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  const Jobs jobs(20, [&] {
    const int running = ++now;
    for (int seen = most; seen < running && !most.compare_exchange_weak(seen, running);) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    --now;
    ++done;
    return Status::Ok();
  });
  CHECK(pool.Run(jobs, 3).ok());
  CHECK(done == 20);
  CHECK(most == 3);
  most = 0;
  CHECK(pool.Run(jobs, 1).ok());
  CHECK(most == 1);
}

}  // namespace
}  // namespace snaptree::test

#include "base/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

namespace snaptree::test {
namespace {

using Jobs = std::vector<WorkerPool::Job>;

// Jobs that take a little while, and how many of them ran at a time at most.
struct Slow {
  explicit Slow(int ms) : milliseconds(ms) {}

  Status operator()() {
    const int running = ++now;
    for (int seen = most; seen < running && !most.compare_exchange_weak(seen, running);) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    --now;
    ++done;
    return {};
  }

  const int milliseconds;
  std::atomic<int> now{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
};

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
  Slow slow(20);
  const Jobs jobs(12, std::ref(slow));
  CHECK(WorkerPool(3).Run(jobs).ok());
  CHECK(slow.most == 3);
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
    Slow slow(2);
    const Jobs inner(10, std::ref(slow));
    const Jobs outer(4, [&] { return pool.Run(inner); });
    CHECK(pool.Run(outer).ok());
    CHECK(slow.done == 40);
    CHECK(slow.most <= static_cast<int>(threads));
    CHECK(slow.most >= std::min<int>(2, static_cast<int>(threads)));
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
  Slow slow(3);
  const Jobs jobs(20, std::ref(slow));
  CHECK(pool.Run(jobs, 3).ok());
  CHECK(slow.done == 20);
  CHECK(slow.most == 3);
  slow.most = 0;
  CHECK(pool.Run(jobs, 1).ok());
  CHECK(slow.most == 1);
}

}  // namespace
}  // namespace snaptree::test

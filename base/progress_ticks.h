// Counts steps of a walk into a Progress, some at a time: a shared counter for each row would cost
// more than the row. One thread; several of them may count into one Progress.
#pragma once

#include <cstdint>

#include "base/progress.h"

namespace snaptree {

class ProgressTicks {
 public:
  explicit ProgressTicks(Progress* progress) : progress_(*progress) {}
  ~ProgressTicks() { Hand(); }
  ProgressTicks(const ProgressTicks&) = delete;
  ProgressTicks& operator=(const ProgressTicks&) = delete;

  void Tick() {
    if (++waiting_ == kEvery) Hand();
  }

 private:
  static constexpr uint64_t kEvery = 1024;

  void Hand() {
    progress_.done.fetch_add(waiting_, std::memory_order_relaxed);
    waiting_ = 0;
  }

  Progress& progress_;
  uint64_t waiting_ = 0;
};

}  // namespace snaptree

// Threads that somebody may have beside its own: a count that several share. Any thread may ask.
#pragma once

#include <atomic>
#include <cstdint>

namespace snaptree {

class SpareThreads {
 public:
  explicit SpareThreads(uint64_t threads) : left_(static_cast<int64_t>(threads)) {}

  // True: there is one, until GiveBack().
  bool Take() {
    if (left_.fetch_sub(1) > 0) return true;
    left_.fetch_add(1);
    return false;
  }
  void GiveBack() { left_.fetch_add(1); }

 private:
  std::atomic<int64_t> left_;
};

}  // namespace snaptree

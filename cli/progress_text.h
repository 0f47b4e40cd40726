// One look at the progress of a run, and its forms as text.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/progress.h"

namespace snaptree::cli {

struct ProgressLook {
  const char* phase = "";
  const char* unit = "";
  uint64_t done = 0;
  uint64_t total = 0;  // 0: unknown
  uint64_t rows = 0;
  uint64_t files = 0;
  uint64_t resident_bytes = 0;
  uint64_t memory_limit = 0;
  uint64_t elapsed_ms = 0;
  std::optional<uint64_t> per_second;
  std::optional<uint64_t> eta_seconds;
};

// Takes looks, and reckons the speed of the phase from them.
class ProgressReader {
 public:
  ProgressReader(const Progress& progress, uint64_t memory_limit)
      : progress_(progress),
        memory_limit_(memory_limit),
        start_(Clock::now()),
        phase_start_(start_) {}
  ProgressLook Look();

 private:
  using Clock = std::chrono::steady_clock;

  const Progress& progress_;
  const uint64_t memory_limit_;
  const Clock::time_point start_;
  Clock::time_point phase_start_;
  const char* phase_ = nullptr;
  uint64_t last_done_ = 0;
};

// "scan  [####----]  62 %  2.61 of 4.21 GiB  412.00 MiB/s  eta 0:04  mem 201 of 512 MiB", at most
// `width` wide.
std::string ProgressBarLine(const ProgressLook& look, size_t width);
// "      9,418,220 rows, 12 files"; empty when there is nothing to count.
std::string ProgressCountLine(const ProgressLook& look);
// The same facts in one line without a bar.
std::string ProgressPlainLine(const ProgressLook& look);
// {"schema":"snaptree.progress/1",...}
std::string ProgressJsonLine(const ProgressLook& look);

}  // namespace snaptree::cli

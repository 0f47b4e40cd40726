// What a long run is doing right now: written by the pipelines, read by whoever shows it. All
// members are atomic, so any thread may look at any time; figures of one look need not be of one
// instant.
#pragma once

#include <atomic>
#include <cstdint>

namespace snaptree {

struct Progress {
  std::atomic<const char*> phase{"open"};  // a string literal
  std::atomic<uint64_t> done{0};           // in `unit`s of this phase
  std::atomic<uint64_t> total{0};          // 0: unknown
  std::atomic<const char*> unit{"bytes"};  // "bytes", "keys", "files": a string literal
  std::atomic<uint64_t> rows{0};           // rows read so far
  std::atomic<uint64_t> files{0};          // files written so far

  void Begin(const char* new_phase, const char* new_unit, uint64_t new_total) {
    done = 0;
    total = new_total;
    unit = new_unit;
    phase = new_phase;
  }
};

}  // namespace snaptree

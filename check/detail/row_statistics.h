// What the rows of a snapshot tell beside their number: how old the live ones are, and how many
// versions the keys have.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "formats/row.h"
#include "formats/scan.h"

namespace snaptree {

// Upper ends of classes of ages, in milliseconds; one more class is for all that is older.
inline constexpr uint64_t kSecondMs = 1000;
inline constexpr uint64_t kMinuteMs = 60 * kSecondMs;
inline constexpr uint64_t kHourMs = 60 * kMinuteMs;
inline constexpr uint64_t kDayMs = 24 * kHourMs;
inline constexpr std::array<uint64_t, 10> kAgeLimitsMs = {
    kSecondMs,   10 * kSecondMs, kMinuteMs,  10 * kMinuteMs, kHourMs,
    6 * kHourMs, kDayMs,         7 * kDayMs, 30 * kDayMs,    365 * kDayMs};
// Upper ends of classes of numbers of versions; one more class is for more.
inline constexpr std::array<uint64_t, 9> kVersionLimits = {1, 2, 3, 4, 8, 16, 64, 256, 1024};

struct RowStatistics {
  struct Amount {
    uint64_t rows = 0;
    uint64_t bytes = 0;  // of raw keys and stored values
  };
  // Live rows of data families, by the time from their commit to the read timestamp.
  std::array<Amount, kAgeLimitsMs.size() + 1> ages;

  // Keys by the number of their rows, deletions and what is newer than the read timestamp included.
  std::array<uint64_t, kVersionLimits.size() + 1> keys_by_versions{};
  uint64_t keys = 0;
  uint64_t versions = 0;      // their rows
  uint64_t deletions = 0;     // of these
  uint64_t deleted_keys = 0;  // whose answer is a deletion
  // Keys with most versions, at least 2: the most first, of one number by key. Logical keys.
  std::vector<std::pair<uint64_t, std::string>> most_versions;

  static constexpr size_t kMost = 5;
  void Merge(const RowStatistics& other);
};

// Reads all rows that have a commit timestamp; damaged rows are passed over. The result does not
// depend on the number of threads.
Result<RowStatistics> ReadRowStatistics(const RowSource& source, const ScanResult& scan,
                                        unsigned threads, Progress& progress);

// The class of a number: the first limit that is not smaller.
template <size_t n>
size_t ClassOf(const std::array<uint64_t, n>& limits, uint64_t value) {
  size_t i = 0;
  while (i < n && value > limits[i]) ++i;
  return i;
}

}  // namespace snaptree

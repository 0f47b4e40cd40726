// How large the records of a snapshot are, which scopes hold most of them, and when they expire.
// Counted while the records go by, in flat memory.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "check/detail/row_statistics.h"

#include "base/external_sorter.h"
#include "base/result.h"
#include "tree/tree_sink.h"

namespace snaptree {

// Upper ends of classes of sizes; one more class is for larger records.
inline constexpr std::array<uint64_t, 15> kSizeLimits = {
    16,      64,      256,      1 << 10,  4 << 10,   16 << 10, 64 << 10,         256 << 10,
    1 << 20, 4 << 20, 16 << 20, 64 << 20, 256 << 20, 1 << 30,  uint64_t{4} << 30};
// Upper ends of classes of times to live, in milliseconds; one more class is for later.
inline constexpr std::array<uint64_t, 7> kExpiryLimitsMs = {
    kMinuteMs, kHourMs, 6 * kHourMs, kDayMs, 7 * kDayMs, 30 * kDayMs, 365 * kDayMs};

struct ScopeSize {
  std::string scope;  // a folder of the tree: "s3/photos", "redis/db_0/hashes"
  uint64_t records = 0;
  uint64_t bytes = 0;
};

// A file, or a line of one where records are lines (SQS messages, raw key-value rows).
struct RecordSize {
  std::string path;
  uint64_t line = 0;  // from 1; 0: all of the file
  uint64_t bytes = 0;
};

struct RecordAmount {
  uint64_t records = 0;
  uint64_t bytes = 0;  // as in the tree; of records alone, not of what stands beside them
  void Add(const RecordAmount& other) {
    records += other.records;
    bytes += other.bytes;
  }
};

struct RecordStatistics {
  RecordAmount all;
  uint64_t scopes = 0;
  // The first kMost by each measure, of equal ones by name.
  std::vector<ScopeSize> largest_scopes;
  std::vector<ScopeSize> fullest_scopes;  // most records
  std::vector<RecordSize> largest;
  std::array<RecordAmount, kSizeLimits.size() + 1> sizes;
  // Redis keys, by the time from the read timestamp on.
  std::array<uint64_t, kExpiryLimitsMs.size() + 1> expiring{};
  uint64_t expired = 0;  // at or before it
  uint64_t never = 0;

  static constexpr size_t kMost = 10;
};

// Counts the files of a tree with one file for each record.
class RecordCounter : public TreeSink {
 public:
  virtual Result<RecordStatistics> Statistics() = 0;  // last call, after Finish()
};
// now_ms: of the read timestamp.
std::unique_ptr<RecordCounter> NewRecordCounter(SorterOptions scopes, uint64_t now_ms);

}  // namespace snaptree

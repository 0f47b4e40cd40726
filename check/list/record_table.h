// The records of a tree as a table in any order: address, size, times. What is known of a record
// comes from several files, in any order, and is put together by path. However many records there
// are, memory stays within a budget.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "check/record_facts.h"

#include "base/external_sorter.h"
#include "base/result.h"
#include "base/scratch_space.h"

namespace snaptree {

enum class RecordOrder : uint8_t {
  kPath,  // ascending, by bytes
  kSize,  // largest first; of one size by path
  kTime,  // changed last first, those of no known time at the end
};

struct RecordLine {
  Slice path;  // lives until the next one is asked for
  uint64_t size = 0;
  RecordFacts facts;
};

class RecordTable {
 public:
  // `scratch_parent`: an existing folder; empty: the system's.
  RecordTable(uint64_t memory_bytes, const std::string& scratch_parent);

  // Any thread may add.
  Status AddFile(Slice path, uint64_t size);
  // Of a file that was or will be added; of others it is forgotten.
  Status AddFacts(Slice path, const RecordFacts& facts);

  // Forgets all that was added. REQUIRES: Finish() was not called.
  void Reset();

  // When all was added. "DuplicateEntry" (data) when a path was added twice.
  Status Finish(RecordOrder order);
  Result<bool> Next(RecordLine* line);  // REQUIRES: Finish() was called

  uint64_t records() const { return records_; }
  uint64_t bytes() const { return bytes_; }
  uint64_t largest() const { return largest_; }

 private:
  Status Add(Slice path, Slice payload);
  Status ReadEntry();
  Result<bool> NextByPath(RecordLine* line);
  Status Sort(RecordOrder order);

  ScratchSpace scratch_;
  std::mutex mutex_;  // of what follows, while records are added
  ExternalSorter by_path_;
  ExternalSorter ordered_;
  uint64_t records_ = 0;
  uint64_t bytes_ = 0;
  uint64_t largest_ = 0;
  RecordOrder order_ = RecordOrder::kPath;
  // NextByPath() reads one entry ahead.
  bool has_entry_ = false;
  std::string entry_path_;
  std::string entry_;
  std::string path_;
};

}  // namespace snaptree

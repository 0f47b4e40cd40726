// Rows sorted by their logical keys, which is not always the order in which rows stand: the version
// behind a key takes part in theirs. Small values travel with their row, large ones stay in the
// source until they are written. Any thread may Add(); the rest is for one, when all is added.
#pragma once

#include <mutex>

#include "base/external_sorter.h"
#include "formats/value_ref.h"
#include "formats/view_cursor.h"

namespace snaptree {

// Views live until the next call of Next().
struct SortedRow {
  Slice key;  // logical
  uint64_t commit_ts = 0;
  uint64_t expire_at = 0;  // HLC, 0 = never
  ValueRef value;
};

// Add() any number of times, Finish() once, Next() until it says false; Reset() for another set.
class SortedRows {
 public:
  explicit SortedRows(SorterOptions options) : sorter_(std::move(options)) {}

  Status Add(const ViewRow& row);
  Status Finish() { return sorter_.Finish(); }
  Result<bool> Next(SortedRow* row);
  void Reset() { sorter_.Reset(); }
  uint64_t size() const { return sorter_.size(); }

 private:
  std::mutex mutex_;  // of Add()
  ExternalSorter sorter_;
  std::string packed_;
};

}  // namespace snaptree

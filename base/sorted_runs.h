// Sorted runs of an external sort: files of records, and their merge. The files are RocksDB SST
// files: checksums on every block, and a reader that reads ahead. A file's own keys only number its
// records: its index stays small, however long the keys are that are sorted.
//
// Errors are of the environment: "NoSpace", "Io", with the file's path.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

struct SortRecord {
  Slice key;
  uint64_t ordinal = 0;  // order of arrival: breaks ties
  Slice payload;

  size_t size() const { return key.size() + payload.size(); }
};

struct SortedRun {
  std::string path;
  uint64_t records = 0;
  uint64_t bytes = 0;
  size_t largest_record = 0;
};

// Best effort: the folder goes with everything in it when the program ends.
void RemoveRun(const SortedRun& run);

// Writes one run. A file that is not finished is removed with the writer.
class RunWriter {
 public:
  explicit RunWriter(std::string path);
  ~RunWriter();
  RunWriter(const RunWriter&) = delete;
  RunWriter& operator=(const RunWriter&) = delete;

  Status Open();
  // REQUIRES: records ascend by key, then by ordinal.
  Status Add(const SortRecord& record);
  // REQUIRES: one record at least.
  Result<SortedRun> Finish();

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

// Reads runs as one, ascending.
class RunMerge {
 public:
  // What a run takes of the memory while it is merged, at least.
  static size_t BytesOf(size_t largest_record);

  RunMerge();
  ~RunMerge();
  RunMerge(const RunMerge&) = delete;
  RunMerge& operator=(const RunMerge&) = delete;

  // memory_bytes: for the buffers of all runs.
  Status Open(std::span<const SortedRun> runs, size_t memory_bytes);
  // The next record, or false at the end. Views live until the next call. A run that gives fewer
  // records than were written is an error.
  Result<bool> Next(SortRecord* record);

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace snaptree

// Sorted runs of an external sort: files of (key, payload) pairs, and their merge. The files are
// RocksDB SST files: checksums on every block, and a reader that reads ahead.
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

struct SortedRun {
  std::string path;
  uint64_t entries = 0;
  uint64_t bytes = 0;
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
  // REQUIRES: keys ascend strictly.
  Status Add(Slice key, Slice payload);
  // REQUIRES: one pair at least.
  Result<SortedRun> Finish();

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

// Reads runs as one, by ascending key.
class RunMerge {
 public:
  // What one run in a merge takes of the memory, at least.
  static constexpr size_t kRunBytes = size_t{128} << 10;

  RunMerge();
  ~RunMerge();
  RunMerge(const RunMerge&) = delete;
  RunMerge& operator=(const RunMerge&) = delete;

  // memory_bytes: for the buffers of all runs.
  Status Open(std::span<const SortedRun> runs, size_t memory_bytes);
  // The next pair, or false at the end. Views live until the next call. A run that gives fewer
  // pairs than were written is an error.
  Result<bool> Next(Slice* key, Slice* payload);

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace snaptree

// Sorts (key, payload) pairs by key bytes within a memory ceiling. In memory while they fit; beyond
// it, sorted runs go to RocksDB SST files in a scratch folder and are merged on the way out. Equal
// keys come out in the order they went in.
//
// Use: Add() any number of times, Finish() once, then Next() until it says false. Reset() makes it
// ready for another set and keeps the memory. Input that is already in order costs no sort. Not
// thread-safe. Views that Next() gives live until the next call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

struct SorterOptions {
  size_t memory_bytes = size_t{64} << 20;
  // Called when the first run is written: gives the folder for the runs, which must exist. May be
  // shared by sorters.
  std::function<Result<std::string>()> scratch_folder;
};

class ExternalSorter {
 public:
  explicit ExternalSorter(SorterOptions options);
  ~ExternalSorter();
  ExternalSorter(const ExternalSorter&) = delete;
  ExternalSorter& operator=(const ExternalSorter&) = delete;

  Status Add(Slice key, Slice payload);
  Status Finish();
  // The next pair, or false at the end. REQUIRES: Finish() was called.
  Result<bool> Next(Slice* key, Slice* payload);
  void Reset();

  uint64_t size() const;           // pairs added
  bool spilled() const;            // whether runs were written
  uint64_t scratch_bytes() const;  // written into runs so far, merges of runs included

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace snaptree

// Sizes of records: how many there are of each class, and the largest.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "check/detail/record_statistics.h"
#include "check/json_scan.h"

namespace snaptree {

struct SizeTally {
  RecordAmount all;
  std::array<RecordAmount, kSizeLimits.size() + 1> sizes;
  std::vector<RecordSize> largest;

  void Add(Slice path, uint64_t line, uint64_t bytes);
  void Merge(const SizeTally& other);

 private:
  void Keep(Slice path, uint64_t line, uint64_t bytes);
};

// The sizes of the lines of a file that comes in pieces.
class LineSizes {
 public:
  // values_elsewhere: the values of lines may stand in files of their own, and count.
  LineSizes(Slice path, bool values_elsewhere);
  LineSizes(const LineSizes&) = delete;
  LineSizes& operator=(const LineSizes&) = delete;

  Status Append(Slice bytes);
  const SizeTally& Finish();

 private:
  void End();

  const std::string path_;
  const bool values_elsewhere_;
  JsonScan json_;
  uint64_t line_ = 0;
  uint64_t line_bytes_ = 0;
  uint64_t value_bytes_ = 0;  // of the line, in a file of its own
  SizeTally tally_;
};

// Keeps the first n of all that it is shown.
template <class T, class Before>
void KeepFirst(T entry, size_t n, const Before& before, std::vector<T>* kept) {
  if (kept->size() == n && !before(entry, kept->back())) return;
  kept->insert(std::upper_bound(kept->begin(), kept->end(), entry, before), std::move(entry));
  if (kept->size() > n) kept->pop_back();
}

}  // namespace snaptree

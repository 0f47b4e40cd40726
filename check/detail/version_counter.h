// Counts the rows of each key of a family. Versions of a key need not stand together: rows of other
// keys that begin with it can be between them (spec 01 section 7.7). So a key stays open for as
// long as raw keys begin with it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/coding.h"
#include "base/slice.h"
#include "formats/mvcc_view.h"

namespace snaptree {

class VersionCounter {
 public:
  // A row, in the order of raw keys. Calls take(key, versions) for each key that has ended.
  template <class Take>
  void Add(Slice key, uint64_t commit_ts, const Take& take) {
    raw_.assign(key);
    AppendBe64(&raw_, ~commit_ts);
    Close(CommonPrefix(previous_, raw_), take);
    std::swap(previous_, raw_);
    // Nearly always at the end.
    auto at = open_.end();
    if (!open_.empty() && open_.back().size >= key.size()) {
      at = std::lower_bound(open_.begin(), open_.end(), key.size(),
                            [](const OpenKey& open, size_t size) { return open.size < size; });
    }
    if (at != open_.end() && at->size == key.size()) {
      ++at->versions;
    } else {
      open_.insert(at, {key.size(), 1});
    }
  }
  // At the end.
  template <class Take>
  void Finish(const Take& take) {
    while (!open_.empty()) CloseLast(take);
  }

 private:
  // All open keys are beginnings of `previous_`.
  struct OpenKey {
    size_t size;
    uint64_t versions;
  };

  template <class Take>
  void Close(size_t common, const Take& take) {
    while (!open_.empty() && open_.back().size > common) CloseLast(take);
  }
  template <class Take>
  void CloseLast(const Take& take) {
    take(Slice(previous_).substr(0, open_.back().size), open_.back().versions);
    open_.pop_back();
  }

  std::string previous_;  // raw key
  std::string raw_;
  std::vector<OpenKey> open_;  // ascending
};

}  // namespace snaptree

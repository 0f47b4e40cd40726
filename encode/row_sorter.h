// The rows of a snapshot in the making: taken in any order from several threads, given back sorted
// by raw key. Small values travel with their rows, large ones and bodies as references (design:
// "Encode"). Beyond the memory ceiling, sorted runs go to scratch files.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/common/row_writer.h"
#include "base/external_sorter.h"
#include "base/worker_pool.h"

namespace snaptree {

// A row as it comes out. Views live until the next call.
struct SortedEntry {
  enum class Kind : uint8_t { kInline, kFile, kBody };
  Slice raw_key;   // user key and inverted timestamp: what rows are sorted by
  Slice user_key;  // of a body: of its first row
  Kind kind = Kind::kInline;
  uint64_t expire_at = 0;
  Slice body;               // kInline: the value; kFile: what stands before the file
  Slice path;               // kFile
  uint64_t file_bytes = 0;  // kFile
  uint32_t encoder = 0;     // kBody
  Slice payload;            // kBody
};

class RowSorter : public RowWriters {
 public:
  // `options(share)` gives the options of one of the sorters; `writers` of them at most are in use
  // at a time.
  RowSorter(uint64_t commit_ts, std::function<SorterOptions(double share)> options,
            unsigned writers);
  ~RowSorter() override;

  std::unique_ptr<RowWriter> Borrow() override;
  uint32_t AddBodyEncoder(std::unique_ptr<BodyEncoder> encoder) override;

  // All rows are in. Sorts, on the workers. REQUIRES: every writer was given back.
  Status Finish(WorkerPool& workers);
  // The next row, or false at the end. Rows with equal keys come one after the other.
  Result<bool> Next(SortedEntry* entry);
  // The next claim that was made twice, or false when there is none any more.
  Result<bool> NextDoubleClaim(std::string* claim);

  uint64_t rows() const;  // put so far, a body counts as one
  uint64_t bodies_of(uint32_t encoder) const;
  const std::vector<std::unique_ptr<BodyEncoder>>& encoders() const { return encoders_; }

 private:
  class Lane;
  class Writer;
  class Merge;

  const uint64_t commit_ts_;
  const std::function<SorterOptions(double share)> options_;
  const unsigned writers_;
  std::mutex mutex_;  // of what follows, until Finish()
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<Lane*> idle_;
  std::vector<std::unique_ptr<BodyEncoder>> encoders_;
  std::unique_ptr<Merge> rows_;
  std::unique_ptr<Merge> claims_;
};

}  // namespace snaptree

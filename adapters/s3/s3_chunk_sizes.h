// The sizes of a part's chunks, packed as runs of equal ones: a part of any size that a client
// uploads needs a few bytes. One thread at a time.
#pragma once

#include <cstdint>
#include <string>

namespace snaptree::s3 {

class ChunkSizes {
 public:
  // False when the sum passes 2^64.
  bool Append(uint64_t size);
  bool empty() const { return count_ == 0; }
  uint64_t count() const { return count_; }
  uint64_t sum() const { return sum_; }
  size_t packed_bytes() const { return packed_.size(); }

  // Gives the sizes in order.
  class Reader {
   public:
    explicit Reader(const ChunkSizes& sizes) : sizes_(sizes) {}
    uint64_t next_index() const { return index_; }
    // REQUIRES: next_index() < sizes.count().
    uint64_t Next();

   private:
    const ChunkSizes& sizes_;
    size_t at_ = 0;
    uint64_t index_ = 0;
    uint64_t run_size_ = 0;
    uint64_t run_left_ = 0;
  };

 private:
  std::string packed_;  // (size, length) of each run but the last, as varints
  uint64_t run_size_ = 0;
  uint64_t run_length_ = 0;
  uint64_t count_ = 0;
  uint64_t sum_ = 0;
};

}  // namespace snaptree::s3

// Writes Pebble v4 tables for tests and benchmarks (spec 01b chapter 2): in the shape of those that
// a node makes, or wrong in a chosen place. The layout is written down here once more, apart from
// formats/table/, so that a mistake there is seen.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/slice.h"

namespace snaptree::test {

inline constexpr uint64_t kPlainRow = 1;  // trailer: sequence 0, kind SET

struct PebbleTableOptions {
  size_t block_bytes = 4096;
  size_t index_block_bytes = 4096;  // a larger index is in two levels
  bool snappy = false;              // of blocks that it makes smaller by an eighth
  // Numeric properties beside those that are told anyway, or in their place.
  std::map<std::string, uint64_t> properties;
};

// The entries of one block.
class PebbleBlock {
 public:
  explicit PebbleBlock(unsigned restart_interval) : interval_(restart_interval) {}

  void Add(Slice key, Slice value);
  bool empty() const { return entries_ == 0; }
  size_t size() const { return bytes_.size(); }
  // The block as it is before compression. Begins another one. `flag` goes to the top bit of every
  // second restart offset, as data blocks have it.
  std::string Take(bool flag);

 private:
  unsigned interval_;
  std::string bytes_;
  std::string restarts_;
  std::string previous_;
  uint64_t entries_ = 0;
};

class PebbleTable {
 public:
  explicit PebbleTable(PebbleTableOptions options = {});

  // Keys are to ascend; nothing is checked.
  void Add(Slice raw_key, Slice value, uint64_t trailer = kPlainRow);
  uint64_t rows() const { return rows_; }
  uint64_t row_bytes() const { return row_bytes_; }  // of raw keys and values
  // The whole table. Begins another one.
  std::string Finish();

 private:
  struct Handle {
    uint64_t offset = 0;
    uint64_t size = 0;
  };

  Handle Write(const std::string& block, bool compress);
  void EndBlock(Slice next_key);
  Handle WriteIndex();
  std::string Properties() const;

  PebbleTableOptions options_;
  std::string bytes_;
  PebbleBlock data_{16};
  PebbleBlock index_{1};
  PebbleBlock top_index_{1};
  std::string last_key_;  // with its trailer
  std::string last_separator_;
  bool two_levels_ = false;
  uint64_t rows_ = 0;
  uint64_t row_bytes_ = 0;
  uint64_t blocks_ = 0;
};

}  // namespace snaptree::test

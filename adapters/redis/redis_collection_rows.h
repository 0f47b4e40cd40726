// Rows of a hash, list, set or zset, element by element (spec 02 chapter 7). The caller says where
// they come from (RowWriter::From). One thread.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/common/row_writer.h"
#include "adapters/redis/redis_elements_json.h"
#include "adapters/redis/redis_tree_folders.h"

namespace snaptree::redis {

// Array and members of elements, as in files and lines of that type. REQUIRES: a collection's.
const ElementsLayout& LayoutOfCollection(TypeFolder folder);

class CollectionRows {
 public:
  explicit CollectionRows(RowWriter& rows) : rows_(rows) {}

  void Begin(TypeFolder folder, Slice key);
  // Duplicates are found when the rows are sorted.
  Status Element(Slice first, Slice second);
  Status Scored(Slice member, uint64_t score_bits);
  // The row that tells the length. REQUIRES: all elements were put.
  Status PutMeta(Slice key, uint64_t expire_at_ms);

  uint64_t elements() const { return elements_; }

 private:
  void NextElementKey(Slice name);

  RowWriter& rows_;
  TypeFolder folder_ = TypeFolder::kHashes;
  std::string element_key_;  // of the last element
  size_t prefix_size_ = 0;   // what all element keys begin with
  std::string score_key_;
  size_t score_prefix_size_ = 0;
  uint64_t elements_ = 0;
  std::string value_;  // scratch
};

}  // namespace snaptree::redis

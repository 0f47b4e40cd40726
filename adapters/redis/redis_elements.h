// The elements of one hash, set or zset, sorted by their raw bytes within the memory ceiling,
// duplicates merged (the last one wins): for rows whose order is not that of the elements, and for
// blobs. Small values travel with their element, large ones stay in the source.
#pragma once

#include <string>

#include "base/external_sorter.h"
#include "base/result.h"
#include "formats/value_ref.h"

namespace snaptree::redis {

class Elements {
 public:
  explicit Elements(SorterOptions options) : sorter_(std::move(options)) {}

  void Begin();
  Status Add(Slice element, const ValueRef& value);
  // A value that stands in memory only (from a blob).
  Status AddCopy(Slice element, Slice value);
  Status Finish();
  // The next element, or false. Views live until the next call.
  Result<bool> Next(Slice* element, ValueRef* value);

  uint64_t duplicates() const { return duplicates_; }  // so far

 private:
  ExternalSorter sorter_;
  std::string payload_;
  // One element is read ahead, to see whether the next one is the same.
  std::string element_;
  std::string value_;
  bool ahead_ = false;
  Slice next_element_;
  Slice next_payload_;
  uint64_t duplicates_ = 0;
};

}  // namespace snaptree::redis

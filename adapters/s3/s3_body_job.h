// A body that is to become rows: what is known of it before it is read, in the form in which it
// waits for its turn (RowWriter::PutBody), and the keys of its chunks. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/s3/s3_head_plan.h"
#include "base/slice.h"

namespace snaptree::s3 {

struct BodyJob {
  std::string path;   // in the tree
  std::string scope;  // BGO: bucket, generation, object
  std::string upload{kRestoredUploadId};
  uint64_t first_part = 1;  // part numbers ascend from it
  uint64_t version = 0;     // last field of the keys, 0: none
  uint64_t modified_ms = 0;
  std::vector<uint64_t> part_sizes;
  PartDigests digests;  // of the parts; empty: not known yet
  bool has_head = false;
  HeadPlan head;

  uint64_t size() const;
  std::string Payload() const;
  // The opposite. REQUIRES: it came from Payload().
  static BodyJob FromPayload(Slice payload);
};

// Keys of the chunks of a body, one after another.
class ChunkKeys {
 public:
  explicit ChunkKeys(const BodyJob& job);
  // part: counted from 0. The view lives until the next call.
  Slice Key(size_t part, uint64_t chunk);
  // Of the first chunk that there is. REQUIRES: the body is not empty.
  Slice First();

 private:
  const BodyJob& job_;
  std::string key_;
  size_t stem_bytes_;
};

// Key of the head row.
std::string HeadKey(Slice scope);

}  // namespace snaptree::s3

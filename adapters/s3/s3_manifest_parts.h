// Which part of a manifest a chunk row belongs to. One thread at a time.
#pragma once

#include <vector>

#include "adapters/s3/s3_keys.h"
#include "adapters/s3/s3_manifest.h"

namespace snaptree::s3 {

// A row's place in an object.
inline bool PartWants(const Part& part, bool is_reference, const S3Key& key) {
  return part.number == key.part && part.offloaded == is_reference &&
         part.row_version() == key.version && key.chunk < part.chunks();
}

class ManifestParts {
 public:
  // `manifest` must outlive it and keep its place.
  explicit ManifestParts(const Manifest& manifest);

  Slice upload() const { return upload_; }  // S(upload id)
  bool ascend() const { return ascend_; }
  // 2^64-1 when there are more.
  uint64_t chunks() const { return chunks_; }
  // The part that wants a row; null: none does. is_reference: the row is a chunkref.
  const Part* Find(const S3Key& key, bool is_reference) const;

 private:
  std::string upload_;  // S(upload id)
  bool ascend_;
  uint64_t chunks_ = 0;
  std::vector<const Part*> by_number_;
};

}  // namespace snaptree::s3

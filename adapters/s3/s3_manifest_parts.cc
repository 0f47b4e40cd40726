#include "adapters/s3/s3_manifest_parts.h"

#include <algorithm>

namespace snaptree::s3 {

ManifestParts::ManifestParts(const Manifest& manifest) : ascend_(manifest.PartsAscend()) {
  AppendSegment(&upload_, manifest.upload_id);
  by_number_.reserve(manifest.parts.size());
  for (const Part& part : manifest.parts) {
    by_number_.push_back(&part);
    if (__builtin_add_overflow(chunks_, part.chunks(), &chunks_)) chunks_ = UINT64_MAX;
  }
  if (ascend_) return;
  std::stable_sort(by_number_.begin(), by_number_.end(),
                   [](const Part* a, const Part* b) { return a->number < b->number; });
}

const Part* ManifestParts::Find(const S3Key& key, bool is_reference) const {
  if (key.upload != upload_) return nullptr;
  auto at =
      std::lower_bound(by_number_.begin(), by_number_.end(), key.part,
                       [](const Part* part, uint64_t number) { return part->number < number; });
  for (; at != by_number_.end() && (*at)->number == key.part; ++at) {
    if (PartWants(**at, is_reference, key)) return *at;
  }
  return nullptr;
}

}  // namespace snaptree::s3

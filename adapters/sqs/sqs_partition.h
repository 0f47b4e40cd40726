// Which partition of a queue has the messages of a group: spec 05 section 7.4. Stateless.
#pragma once

#include <cstdint>

#include "adapters/sqs/sqs_queue_meta.h"
#include "base/slice.h"

namespace snaptree::sqs {

// REQUIRES: a partition count of 0 or a power of two.
inline uint32_t PartitionOf(Slice group, const QueueMeta& meta) {
  if (!meta.IsPartitioned() || meta.IsPerQueue() || group.empty()) return 0;
  uint32_t hash = 2166136261;  // FNV-1a
  for (const char c : group) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619;
  return hash & (meta.partition_count - 1);
}

}  // namespace snaptree::sqs

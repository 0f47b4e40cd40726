// A queue's configuration as the node stores it: spec 05 section 2.1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/common/stored_json.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree::sqs {

// Absent members are 0, false or empty. Times are Unix milliseconds. It owns what it holds.
struct QueueMeta {
  std::string name;
  uint64_t generation = 0;
  uint64_t incarnation = 0;
  uint64_t created_at_hlc = 0;
  bool is_fifo = false;
  bool content_based_dedup = false;
  int64_t visibility_timeout_s = 0;
  int64_t message_retention_s = 0;
  int64_t delay_s = 0;
  int64_t receive_message_wait_s = 0;
  int64_t maximum_message_bytes = 0;
  std::string redrive_policy;                             // the client's JSON text
  std::string redrive_allow_policy;                       // the same
  std::vector<std::pair<std::string, std::string>> tags;  // by name
  int64_t last_purged_ms = 0;
  int64_t created_ms = 0;
  int64_t last_modified_ms = 0;
  std::string throttle;  // JSON object without white space, numbers as stored; empty when absent
  uint32_t partition_count = 0;
  std::string fifo_throughput_limit;
  std::string deduplication_scope;
  std::string extra;  // members of no known name, as a JSON object; empty when there are none
  std::vector<std::string> unknown_names;

  bool IsPartitioned() const { return partition_count > 1; }
  // All messages in partition 0.
  bool IsPerQueue() const { return fifo_throughput_limit == "perQueue"; }
};

// "SqsInvalidQueueMeta" (data, without a place).
Result<QueueMeta> ParseQueueMeta(Slice stored, StoredJson* json);
// What a node stores.
std::string StoredQueueMeta(const QueueMeta& meta);

}  // namespace snaptree::sqs

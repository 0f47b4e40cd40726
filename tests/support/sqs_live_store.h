// Random queues as a live node of today keeps them, every row of theirs included: what an encoder
// must make of their tree. A second reading of spec 05 chapters 1, 2 and 7 that shares nothing with
// adapters/sqs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/snapshot_builder.h"
#include "tests/support/sqs_rows.h"

namespace snaptree::test {

using SqsRows = std::map<std::string, std::string>;  // key to value

struct LiveMessage {
  std::string id;
  std::string body;
  // Name to (DataType, value): a value of type Binary is bytes.
  std::map<std::string, std::pair<std::string, std::string>> attributes;
  int64_t sent_ms = 0;
  int64_t available_ms = 0;
  int64_t visible_ms = 0;
  int64_t receive_count = 0;
  int64_t first_receive_ms = 0;
  std::string token;  // bytes
  std::string group;
  std::string dedup;
  uint64_t sequence = 0;
  std::string more;  // ",..." behind the known members
};

struct LiveQueue {
  std::string name;
  uint64_t generation = 1;
  bool fifo = false;
  bool content_based = false;
  uint32_t partitions = 0;
  bool per_queue = false;
  uint64_t last_sequence = 0;
  std::string config_more;  // members of the stored configuration behind maximum_message_size
  std::vector<LiveMessage> messages;
};
using LiveSqs = std::vector<LiveQueue>;

// The same seed gives the same queues.
LiveSqs RandomLiveSqs(uint64_t seed);

// All rows of the queues. received: as they are; else as if no message had ever been received.
SqsRows RowsOf(const LiveSqs& queues, bool received);
// Rows that no restore brings back: of older generations, and counters of deleted queues.
SqsRows LeftoversOf(const LiveSqs& queues);

uint32_t SqsPartition(const LiveQueue& queue, Slice group);
std::string DedupValue(const LiveMessage& message);
std::string LockValue(const LiveMessage& message);

SnapshotBuilder Snapshot(const SqsRows& rows);

}  // namespace snaptree::test

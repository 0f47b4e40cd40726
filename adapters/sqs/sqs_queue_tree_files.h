// Reads the two files of the tree that describe a queue: spec 05 sections 5.2, 5.4 and 7.1. The
// writing side is sqs_queue_files.h. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/common/stored_json.h"
#include "adapters/sqs/sqs_queue_meta.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree::sqs {

// What the files say.
struct QueueConfig {
  QueueMeta meta;              // its generation is 0 when they say nothing about it
  uint64_t fifo_sequence = 0;  // the last one issued, 0: not said
  // For people.
  std::vector<std::string> ignored;    // members that no row holds
  std::vector<std::string> completed;  // attributes that were missing: they have the node's default
};

class QueueTreeReader {
 public:
  // _queue.json and _queue_ext.json. "SqsEncodeInvalidQueue" (data, without a place).
  Status ReadQueue(Slice text, QueueConfig* config);
  Status ReadExtension(Slice text, QueueConfig* config);

 private:
  struct Member;
  Status Parse(Slice text);
  Status ReadMember(const Member& member, size_t index, QueueConfig* config);
  template <size_t N>
  Status ReadMembers(const Member (&members)[N], QueueConfig* config, std::vector<bool>* seen);
  Status ReadExtra(size_t index, QueueMeta* meta);

  StoredJson json_;
};

// What no node would have let a client make; "SqsEncodeInvalidQueue".
Status CheckQueue(const QueueMeta& meta);
// Attributes outside the ranges that a node gives out, each with its value: "delay_seconds = 901".
std::vector<std::string> AttributesOutOfRange(const QueueMeta& meta);

// What queues have whose creator asked for nothing else (spec 05 section 2.1).
inline constexpr int64_t kDefaultMaximumMessageBytes = 262144;

}  // namespace snaptree::sqs

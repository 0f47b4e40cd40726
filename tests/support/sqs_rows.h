// Logical rows of the SQS families: keys and values as spec 05 chapters 1 and 2 describe them,
// written down once more, apart from adapters/sqs, so that a mistake there is seen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/slice.h"

namespace snaptree::test {

using Partition = std::optional<uint32_t>;  // nullopt: the classic layout

// Queues and their folders (spec 05 V13).
inline constexpr std::pair<const char*, const char*> kQueueFolders[] = {
    {"orders.fifo", "orders.fifo"},
    {" q", "%20q"},
    {"b64.fifo", "6d569adb756fb691545b327385919c6b__b64.fifo"},
    {"0123456789abcdef0123456789abcdef__x",
     "c6adf9bb73b31df7b339106a031c285a__0123456789abcdef0123456789abcdef__x"},
    {"..", "5ec1f7e700f37c3d0b2981d04855fc34__.."},
    {".", "cdb4ee2aea69cc6a83331bbe96dc2caa__."}};

// base64 with padding, as values hold it.
std::string Base64(Slice bytes);

// Keys. Names and ids are decoded.
std::string QueueMetaKey(Slice queue);
std::string QueueGenKey(Slice queue);
std::string QueueSeqKey(Slice queue);
std::string QueueTombstoneKey(Slice queue, uint64_t generation);
std::string MessageKey(Slice queue, uint64_t generation, Slice id, Partition partition = {});
std::string VisKey(Slice queue, uint64_t generation, uint64_t ms, Slice id,
                   Partition partition = {});
std::string ByAgeKey(Slice queue, uint64_t generation, uint64_t ms, Slice id,
                     Partition partition = {});
std::string GroupKey(Slice queue, uint64_t generation, Slice group, Partition partition = {});
// group counts in the partitioned layout only.
std::string DedupKey(Slice queue, uint64_t generation, Slice group, Slice dedup,
                     Partition partition = {});

// Values: magic and JSON text.
std::string MessageValue(Slice json);
std::string MetaValue(Slice json);

// A message as the node stores a plain one.
struct MessageFields {
  std::string id;
  std::string body = "body";
  int64_t sent_ms = 1700000000000;
  uint64_t sequence = 0;
  uint64_t generation = 1;
  std::string more = "";  // ",..." in front of the closing brace
};
std::string StoredMessage(const MessageFields& m);
// Its line in messages.jsonl. REQUIRES: an id and a body of plain ASCII.
std::string MessageLine(const MessageFields& m, Partition partition = {});

// A queue as the node stores one with default attributes.
std::string StoredQueue(Slice name, uint64_t generation, Slice more = "");
// Its _queue.json, where `more` are lines before the closing brace.
std::string QueueFile(Slice name, Slice more = "");
// Its _queue_ext.json when it has nothing but a generation.
std::string QueueExtFile(uint64_t generation, Slice more = "");

}  // namespace snaptree::test

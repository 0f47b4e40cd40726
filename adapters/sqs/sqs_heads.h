// Heads: one small record for each thing that the rows know about a queue. The families order
// queues differently (the version takes part in the order of queue rows, '|' and the generation in
// that of messages), so heads go through a sorter, while the rows stay where they are: a head says
// where. A decode then takes the heads queue by queue and has everything that decides about a queue
// before its messages (spec 05 chapters 3 and 4).
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

#include "adapters/sqs/sqs_keys.h"
#include "base/slice.h"
#include "formats/row.h"

namespace snaptree::sqs {

// Heads of one queue come in this order.
enum class HeadKind : uint8_t {
  kNameTaken,  // another queue is named like this one's orphan folder: number = suffixes it has
  kMeta,       // place = row, body
  kGen,        // readable, number
  kSeq,        // readable, number
  kTombstone,  // says only that the queue was deleted once
  kMessages,   // a run of data rows: place, rows, number = generation, partition
  kSideRows,   // a run of rows of another family: place
};

struct Head {
  HeadKind kind = HeadKind::kMeta;
  SqsFamily family = SqsFamily::kMeta;
  bool readable = true;  // false: there is a row, but its value is no use
  bool partitioned = false;
  uint32_t partition = 0;
  uint64_t number = 0;
  uint64_t rows = 0;  // live rows of a run
  Extent place;       // of all its rows
  // Of a meta row only.
  uint64_t body_position = 0;
  uint64_t body_size = 0;

  Slice AsPayload() const { return {reinterpret_cast<const char*>(this), sizeof *this}; }
  static Head FromPayload(Slice payload) {
    Head head;
    std::memcpy(static_cast<void*>(&head), payload.data(), sizeof head);
    return head;
  }
};
static_assert(std::is_trivially_copyable_v<Head>);

// What the folder of messages without a queue ends with.
inline constexpr Slice kOrphanSuffix = ".orphan";

// Sort keys: no segment holds a zero byte.
inline std::string HeadKey(Slice queue_segment, HeadKind kind) {
  std::string key(queue_segment);
  key.push_back('\0');
  key.push_back(static_cast<char>(kind));
  return key;
}
inline Slice SegmentOfHeadKey(Slice key) { return key.substr(0, key.size() - 2); }

}  // namespace snaptree::sqs

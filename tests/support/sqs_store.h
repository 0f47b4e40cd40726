// Random stores of SQS rows, and what they mean: a second reading of spec 05 chapters 3 and 5,
// simple and slow, that shares nothing with adapters/sqs. It knows what each row is about, so it
// never takes a key apart.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/memory_tree.h"
#include "tests/support/snapshot_builder.h"
#include "tests/support/sqs_rows.h"

namespace snaptree::test {

enum class SqsRowKind : uint8_t { kMeta, kGen, kSeq, kTombstone, kMessage, kMalformed };

struct SqsRow {
  SqsRowKind kind = SqsRowKind::kMessage;
  uint64_t commit_ts = 0;
  bool deleted = false;
  bool broken = false;  // its value cannot be read
  std::string queue;
  // Of messages.
  Partition partition;
  uint64_t key_generation = 0;
  MessageFields message;
  // Of metas, counters (`number`) and tombstones (`number` is the generation of their key).
  uint64_t number = 0;
  uint32_t partition_count = 0;
  bool per_queue = false;

  std::string Key() const;
  std::string Value() const;
};
using SqsStore = std::vector<SqsRow>;

// The same seed gives the same store.
SqsStore RandomSqsStore(uint64_t seed);
SnapshotBuilder ToSnapshot(const SqsStore& store);

struct ExpectedSqs {
  Files files;  // without unknown/
  uint64_t emitted = 0;
  uint64_t operational = 0;  // of live data rows
  uint64_t unknown = 0;
  uint64_t damaged = 0;
  uint64_t messages = 0;
};
// at: the read timestamp; nullopt: the newest state.
ExpectedSqs Expect(const SqsStore& store, std::optional<uint64_t> at = std::nullopt);

}  // namespace snaptree::test

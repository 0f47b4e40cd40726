// Random stores of Redis rows, and what they mean: a second reading of spec 02, simple and slow,
// that shares nothing with adapters/redis.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/memory_tree.h"
#include "tests/support/redis_rows.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

struct StoreRow {
  std::string key;  // logical
  uint64_t commit_ts = 0;
  std::string value;
  bool deleted = false;
  uint64_t expire_at = 0;   // HLC, of the store
  bool unreadable = false;  // no MVCC row; it replaces older versions all the same
};
using Store = std::vector<StoreRow>;

// The same seed gives the same store. Keys are few, short, of a tiny alphabet, and prefixes of one
// another.
Store RandomStore(uint64_t seed);

SnapshotBuilder ToSnapshot(const Store& store);

// Legacy blobs that random stores hold, and their elements; nullopt: cannot be read.
struct BlobSample {
  std::string bytes;
  std::optional<Pairs> elements;  // unique, sorted; scores as JSON text
};
const std::vector<BlobSample>& HashBlobSamples();
const std::vector<BlobSample>& SetBlobSamples();
const std::vector<BlobSample>& ZSetBlobSamples();
// Without an envelope; `elements` holds one pair: the payload in the tree.
const std::vector<BlobSample>& HllSamples();
// Scores as IEEE-754 bits and as JSON text.
const std::vector<std::pair<uint64_t, std::string>>& ScoreSamples();

struct ExpectedTree {
  Files files;  // without unknown/damaged/
  uint64_t emitted = 0;
  uint64_t damaged = 0;
  uint64_t losses = 0;
  uint64_t orphan_ttls = 0;
  uint64_t ghosts = 0;
  uint64_t items_outside = 0;   // not dumped, and their list did not lose against another type
  uint64_t orphan_entries = 0;  // not dumped, and there is no stream
  bool conflict = false;
};
// at: the read timestamp; nullopt: the newest state.
ExpectedTree Expect(const Store& store, bool bare_rows_as_redis,
                    std::optional<uint64_t> at = std::nullopt);

}  // namespace snaptree::test

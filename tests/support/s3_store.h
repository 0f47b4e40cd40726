// Random stores of S3 rows, and what they mean: a second reading of spec 04 chapters 3 to 5, simple
// and slow, all in memory, apart from adapters/s3.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/memory_tree.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

struct S3StoreRow {
  std::string key;
  uint64_t commit_ts = 0;
  bool deleted = false;
  std::string value;
};
using S3Store = std::vector<S3StoreRow>;

// A few buckets with objects, overwritten, deleted, re-created and broken in every way that rows
// allow; names that meet one another, several uploads and generations, offloaded parts.
S3Store RandomS3Store(uint64_t seed);
SnapshotBuilder S3StoreSnapshot(const S3Store& store);

struct ExpectedS3Tree {
  Files files;  // bodies, sidecars, KEYMAP.jsonl; of _bucket.json files only their names
  uint64_t incomplete = 0;
  uint64_t wrong_etags = 0;
};
// at: the read timestamp.
ExpectedS3Tree ExpectS3(const S3Store& store, uint64_t at, bool rename_collisions);

// Paths of the keys of one bucket by section 5.3, for keys that are short and have neither
// backslashes nor "." segments.
std::map<std::string, std::string> S3Paths(std::vector<std::string> keys, bool rename_collisions);

}  // namespace snaptree::test

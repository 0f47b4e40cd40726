// get, for every path that a decode writes, and for others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/support/memory_tree.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

struct GetCounts {
  uint64_t records = 0;  // paths that name one record
  uint64_t alone = 0;    // of them, those that were found by their own rows
  uint64_t missing = 0;  // addresses of nothing that were asked for
};

// Gets every one of the files from a snapshot file without locks, and addresses near them that are
// none of them. Throws when it gets something else.
struct EveryPath {
  std::string snapshot;
  uint64_t least_place_bytes = 1;  // as in ScanOptions
  std::optional<uint64_t> at;
  bool salvage = false;
};
void CheckEveryPath(const EveryPath& options, const Files& files, GetCounts* counts);

// Every file that a decode writes comes out the same, and what it does not write is not there;
// options.snapshot is not looked at.
void CheckEveryPath(const SnapshotBuilder& snapshot, EveryPath options, GetCounts* counts);

}  // namespace snaptree::test

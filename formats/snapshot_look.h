// What a look into a snapshot of a raft data directory tells: whether it is whole, and of when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/progress.h"
#include "base/status.h"
#include "formats/directory_listing.h"

namespace snaptree {

struct SnapshotLook {
  Status problem;               // ok: whole
  std::string format;           // magic names joined by '+'; empty: not known
  uint64_t last_commit_ts = 0;  // HLC; 0: not known
  std::optional<uint64_t> raft_cutover_index;
  std::optional<uint32_t> crc32c;  // of the footer, when it holds
};

// Reads the beginning of its payload only; a problem is one of opening it.
SnapshotLook PeekSnapshot(const ListedSnapshot& snapshot);
// Reads all of it; of what is not finished the beginning. Problems: "SnapshotNotFile",
// "PayloadTruncated", "FsmChecksum", "SnapTokenMismatch", "SnapInvalid", "SnapMetaMismatch",
// "SnapMetaInvalid", errors of reading, a cancelled run.
SnapshotLook CheckSnapshot(const ListedSnapshot& snapshot, Progress* progress);

}  // namespace snaptree

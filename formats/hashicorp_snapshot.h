// Snapshots of the first raft engine (spec 01 section 11.7): folders
// `snapshots/<term>-<index>-<Unix ms>/` with `state.bin`, a payload without footer, and
// `meta.json`, which has its size and CRC-64.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "base/slice.h"
#include "formats/snapshot_facts.h"

namespace snaptree {

// What meta.json says, for OpenInput: size and CRC-64, index, term and servers. `folder` is the
// name of the folder that it stands in: it must agree when it is `<term>-<index>-<ms>`.
// "SnapMetaInvalid".
Result<SnapshotFacts> ParseSnapshotMeta(Slice text, const std::string& path,
                                        const std::string& folder);

// Of the meta.json beside a state.bin; nothing when there is none. "SnapMetaInvalid".
Result<SnapshotFacts> FactsOfStateFile(const std::string& path);
// Whether a file's name is that of such a payload.
bool IsStateFile(const std::string& path);

struct HashicorpSnapshot {
  std::string folder;  // path
  uint64_t term = 0;
  uint64_t index = 0;
  uint64_t unix_ms = 0;
};

// Whether a folder is one snapshot (has state.bin), or has `snapshots/` with some.
bool HasHashicorpSnapshots(const std::string& directory);
// Finished ones, newest first: the folder itself, those of its `snapshots/`, or, of `snapshots/`
// itself, those in it.
std::vector<HashicorpSnapshot> ListHashicorpSnapshots(const std::string& directory);

// The newest one that is whole; newer ones that are broken are findings. Its facts are proven,
// unless it is a folder without meta.json. "NoSnapshot".
Result<FoundSnapshot> ChooseHashicorpSnapshot(const std::string& directory, Progress* progress,
                                              Findings* findings);

}  // namespace snaptree

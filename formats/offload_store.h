// A local copy of the object store to which nodes offload snapshots (spec 01 chapter 6, spec 07
// chapter 10):
//
//   <prefix>/v1/groups/<group>/snapshots/<index>-<term>.json    a manifest
//   <prefix>/v1/payloads/sha256/<2 hex>/<sha256>.fsm            its payload
#pragma once

#include <string>
#include <vector>

#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "formats/snapshot_facts.h"

namespace snaptree {

// One snapshot that the store offers, by the name of its manifest.
struct OffloadedSnapshot {
  std::string manifest;  // path
  std::string
      key;  // of the manifest: from `v1` on, and what of the prefix is below the folder given
  std::string base;  // the folder in which `v1` stands
  uint64_t group_id = 0;
  uint64_t index = 0;
  uint64_t term = 0;
};

// Whether a folder is such a copy (at its root, at its prefix, or with a few folders of the prefix
// above it), or the folder of one group in it.
bool IsOffloadStore(const std::string& directory);

// All manifests, by group, newest first.
std::vector<OffloadedSnapshot> ListOffloaded(const std::string& directory);

// A listed snapshot, its payload opened but not compared with the manifest. "NotFound",
// "OffloadManifestInvalid", "OffloadMismatch" (the manifest is of another snapshot).
Result<FoundSnapshot> OpenOffloaded(const OffloadedSnapshot& snapshot);

// The snapshot of a manifest's key; without one, of the store's only group the newest one whose
// manifest and payload are whole: others are findings. Its facts are proven. With `salvage` a
// payload that is not whole is taken too, unproven: that of the key, or the newest when none is
// whole. "SeveralGroups" (usage) lists them; errors of OpenOffloaded(), "OffloadMismatch",
// "NoSnapshot".
Result<FoundSnapshot> ChooseOffloaded(const std::string& directory, const std::string& manifest_key,
                                      bool salvage, Progress* progress, Findings* findings);

}  // namespace snaptree

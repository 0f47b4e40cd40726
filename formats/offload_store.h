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
  std::string key;       // of the manifest, relative to the folder that the user gave
  std::string base;      // the folder in which `v1` stands
  uint64_t group_id = 0;
  uint64_t index = 0;
  uint64_t term = 0;
};

// Whether a folder is such a copy (at its root, at its prefix, or with a few folders of the prefix
// above it), or the folder of one group in it.
bool IsOffloadStore(const std::string& directory);

// All manifests, by group, newest first.
std::vector<OffloadedSnapshot> ListOffloaded(const std::string& directory);

// The snapshot of a manifest's key; without one, of the store's only group the newest one whose
// manifest and payload are whole: others are findings. Its facts are proven. "SeveralGroups"
// (usage) lists them; "NotFound", "OffloadManifestInvalid", "OffloadMismatch", "NoSnapshot".
Result<FoundSnapshot> ChooseOffloaded(const std::string& directory, const std::string& manifest_key,
                                      Progress* progress, Findings* findings);

}  // namespace snaptree

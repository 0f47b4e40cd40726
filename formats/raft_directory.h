// A node's raft data directory: which of its snapshots is the newest whole one (spec 01
// chapter 11.1 to 11.3).
#pragma once

#include <cstdint>
#include <string>

#include "base/findings.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

// Whether a directory looks like one: fsm-snap/, or snap/ with wal/, or group-<n>/ inside.
bool IsRaftDirectory(const std::string& path);
// A Pebble data directory: CURRENT or marker.manifest.* with MANIFEST-*.
bool IsPebbleDirectory(const std::string& path);

// The `.fsm` file of the newest snapshot whose footer holds, and which its `.snap` token (when
// there is one) confirms. Newer ones that are broken are findings that name them. "NoSnapshot" when
// none is whole.
Result<std::string> ChooseSnapshot(const std::string& directory, Findings* findings);

// What a `.snap` file says about its snapshot (section 11.3).
struct SnapFile {
  uint64_t index = 0;
  uint64_t term = 0;
  bool has_token = false;     // false: the payload stands in the file itself
  uint32_t token_crc32c = 0;  // of the `.fsm` before its footer
};
// "SnapInvalid".
Result<SnapFile> ParseSnapFile(Slice bytes, const std::string& path);

}  // namespace snaptree

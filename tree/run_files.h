// The files at the root of a tree that tell of the run that made it, not of records.
#pragma once

#include "base/slice.h"
#include "manifest/checksums.h"
#include "manifest/manifest.h"

namespace snaptree {

inline constexpr Slice kSalvageFileName = "SALVAGE.json";

inline bool IsAboutTheRun(Slice path) {
  return path == kManifestFileName || path == kChecksumsFileName || path == kSalvageFileName;
}

}  // namespace snaptree

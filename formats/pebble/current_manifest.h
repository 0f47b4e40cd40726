// The marker files of a Pebble directory (spec 01b section 3.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace snaptree {

// The value of the marker of this kind with the greatest iteration: of
// "marker.manifest.000003.MANIFEST-000007" the last part. `names` are those of the directory.
std::optional<std::string> MarkerValue(const std::vector<std::string>& names,
                                       const std::string& kind);

// The name of the MANIFEST in force, by its marker or by CURRENT. "PebbleNoManifest", errors of
// reading.
Result<std::string> CurrentManifest(const std::string& directory,
                                    const std::vector<std::string>& names);

}  // namespace snaptree

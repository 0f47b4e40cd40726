// Tables that lie in a Pebble directory and that its MANIFEST knows nothing of.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "formats/pebble/pebble_version.h"

namespace snaptree {

// "ManifestOld": a whole table, with a number that the MANIFEST had not given out, holds operations
// from `end_sequence` on, which neither its tables nor the logs hold. A flush or compaction that
// was interrupted leaves none of these. Errors of the system.
Status CheckNewerTables(const std::string& directory, const PebbleVersion& version,
                        uint64_t end_sequence);

}  // namespace snaptree

// Which tables a Pebble directory consists of: its MANIFEST, a log of version edits (spec 01b
// sections 3.2 and 3.4).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/findings.h"
#include "base/result.h"
#include "formats/table/table_set.h"

namespace snaptree {

inline constexpr uint64_t kMaxSequence = (uint64_t{1} << 56) - 1;

struct PebbleTable {
  int level = 0;
  uint64_t number = 0;
  uint64_t size = 0;
  KeyBounds bounds;  // of its points; raw keys
  // Equal: of all its entries, whatever is stored. An edit of the oldest form does not tell them: 0
  // and kMaxSequence.
  uint64_t smallest_sequence = 0;
  uint64_t largest_sequence = 0;
  std::optional<uint64_t> backing;  // virtual: number of the file that holds its rows
};

struct PebbleVersion {
  std::string manifest_path;
  std::optional<uint32_t> format_version;  // marker.format-version
  std::vector<PebbleTable> tables;         // by (level, smallest key); of level 0 by sequence
  std::map<uint64_t, uint64_t> backings;   // file number of shared tables -> size
  std::optional<uint64_t> log_number;      // write-ahead logs below it are in the tables
  // The last one that the store had given when it said so.
  uint64_t log_number_sequence = 0;
  uint64_t next_file_number = 0;
  uint64_t last_sequence = 0;     // that the store had given at the last edit
  uint64_t flushed_sequence = 0;  // at most, of all tables that any edit added
  bool is_history = false;        // no table is older than the MANIFEST: none is left out there
  bool guessed = false;           // no MANIFEST: all tables that there are
};

// Reads the directory's current MANIFEST. "PebbleNoManifest", "ManifestCorrupt", "ManifestTag",
// "TableFormatUnsupported", "PebbleUnexpectedKind" (a live table with range
// keys), errors of reading. Finding: "manifest_torn_tail". Bounds of the tables of a level above 0
// ascend; the last of one may be the first of the next.
Result<PebbleVersion> ReadPebbleVersion(const std::string& directory, Findings* findings);

}  // namespace snaptree

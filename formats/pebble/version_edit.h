// One record of a MANIFEST: an edit of the set of live files (spec 01b section 3.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/slice.h"
#include "formats/pebble/pebble_version.h"

namespace snaptree {

struct TableAdded {
  PebbleTable table;
  bool has_range_keys = false;
};

struct VersionEdit {
  std::optional<std::string> comparator;
  std::optional<uint64_t> log_number;
  std::optional<uint64_t> next_file_number;
  std::optional<uint64_t> last_sequence;
  std::vector<std::pair<int, uint64_t>> removed;  // level, file number; to be applied first
  std::vector<TableAdded> added;
  std::vector<std::pair<uint64_t, uint64_t>> backings_created;  // file number, size
  std::vector<uint64_t> backings_removed;
};

// "ManifestCorrupt", "ManifestTag", "TableFormatUnsupported", without a source; the address is the
// place in the edit.
Result<VersionEdit> ParseVersionEdit(Slice record);

}  // namespace snaptree

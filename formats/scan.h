// One pass over all rows of a container: framing, order, checksum, the class of every row, and the
// family index that lets adapters walk the rows of a family without reading any other (spec 01
// sections 1.5, 7; design: "Scan").
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/findings.h"
#include "base/progress.h"
#include "formats/container.h"
#include "formats/family_table.h"

namespace snaptree {

// Counts of the rows of one family. Classes are those of spec 01 section 7.8, tests 1 to 8.
struct FamilyCounts {
  uint64_t rows = 0;
  uint64_t key_bytes = 0;         // raw keys
  uint64_t value_bytes = 0;       // with value headers
  uint64_t live = 0;              // deciding versions that exist at the read timestamp
  uint64_t live_bytes = 0;        // of their raw keys and values
  uint64_t live_value_bytes = 0;  // of their values, with value headers
  uint64_t older = 0;
  uint64_t newer = 0;
  uint64_t tombstone = 0;
  uint64_t expired = 0;
  uint64_t encrypted = 0;  // of live
  // Of all versions, those among `damaged` that are so for want of a key included.
  uint64_t encrypted_versions = 0;
  uint64_t damaged = 0;
  // Of live, older, newer and tombstone: rows that stand in no input (merged_rows.h). They are not
  // among `rows`.
  struct Added {
    uint64_t live = 0;
    uint64_t older = 0;
    uint64_t newer = 0;
    uint64_t tombstone = 0;
  } added;
  uint64_t min_commit_ts = UINT64_MAX;  // of MVCC rows
  uint64_t max_commit_ts = 0;

  void Merge(const FamilyCounts& other);
};

inline constexpr size_t kMaxFamilies = 128;

// A run of rows of one family. A family with a prefix has one of them (in very odd files a few: a
// logical key that is shorter than the prefix can stand between its rows); bare and unknown rows
// lie in the gaps and can have many.
struct FamilyExtent {
  Extent extent;
  bool mixed = false;  // holds rows of other families too: classify each
};

struct DamagedRow {
  uint64_t position = 0;
  FamilyId family = 0;
  std::string key;  // raw, cut
  const char* defect = "";
};

struct ScanResult {
  std::vector<FamilyCounts> families;              // by FamilyId
  std::vector<std::vector<FamilyExtent>> extents;  // by FamilyId, ascending
  // Positions of rows of families with a prefix, ascending and some thousand at most, at which a
  // walk over the family may begin: no row of it behind such a place is of a user key that has rows
  // before it.
  std::vector<uint64_t> places;
  uint64_t rows = 0;
  bool without_keys = false;   // as in ScanOptions
  uint64_t read_ts = 0;        // of the view: --at, else the newest commit
  uint64_t max_commit_ts = 0;  // of MVCC rows but `!s3|chunkblob|`
  uint64_t last_commit_ts =
      0;  // the greatest of header, metadata row and commits: the newest state
  std::optional<uint64_t> meta_last_commit_ts;
  std::optional<uint64_t> min_retained_ts;  // the greater of the two retention rows
  // Whether the absence of retention rows says that no version was ever removed. They are among the
  // last rows: of a file that was cut nobody knows.
  bool retention_known = true;
  std::optional<uint64_t> applied_index;
  // Ids of the keys of encrypted rows, ascending, 1000 at most: of those that are live, and of all
  // versions.
  std::vector<uint32_t> encryption_key_ids;
  std::vector<uint32_t> version_key_ids;
  std::vector<DamagedRow> damaged;  // the first 1000
  Findings findings;

  const FamilyCounts& of(FamilyId id) const { return families[id]; }
  uint64_t DamagedRows() const;
  uint64_t LiveEncryptedRows() const;
  uint64_t EncryptedVersions() const;
};

struct ScanOptions {
  std::optional<uint64_t> at;  // read timestamp (HLC); default: the newest state
  bool without_keys = false;   // encrypted rows count as damaged: reading goes on past them
  Progress* progress = nullptr;
  bool several_inputs = false;  // raw keys may stand more than once: each input has its metadata
  uint64_t least_place_bytes = 4096;  // between two of ScanResult::places
};

// Errors are those of the container's cursor, and "RowOrder", "RowDuplicate"; each names offset and
// family.
Result<ScanResult> ScanContainer(Container& container, const ScanOptions& options);

}  // namespace snaptree

// Decodes the rows of a built snapshot into a tree in memory: the adapters and the accounting of a
// run, without its folders. Throws when the rows do not add up, and when several threads make
// another tree or report, for whatever rows: no test has to ask for it.
#pragma once

#include <set>
#include <string>

#include "decode/decoder.h"
#include "tests/support/memory_tree.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

// Paths, threads and memory of DecodeOptions count for nothing here.
struct DecodeRowsOptions : DecodeOptions {
  // Of each sorter. 0: every record makes it write a run.
  size_t sorter_bytes = size_t{64} << 20;
};

struct DecodedRows {
  Files files;
  std::set<std::string> directories;  // that were asked for
  DecodeReport report;
  uint64_t scratch_folders_asked = 0;  // > 0: something was spilled

  // "" when there is none, else "note 3" or "warning 3".
  std::string finding(const std::string& code) const;
  // All codes, each with its severity and count: "note redis_orphan_ttl 1".
  std::vector<std::string> findings() const;
  // Codes of damaged rows in the order in which they stand in the input.
  std::vector<std::string> damaged_codes() const;
};

DecodedRows DecodeRows(const SnapshotBuilder& snapshot, const DecodeRowsOptions& options = {});

}  // namespace snaptree::test

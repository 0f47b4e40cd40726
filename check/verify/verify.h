// Every check that there is on a tree, an archive of one, or a snapshot, as a library call. Nothing
// is written but scratch files, and all findings are found in one run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "check/what_kind.h"

#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "formats/input_choice.h"
#include "manifest/manifest.h"
#include "tree/archive_limits.h"

namespace snaptree {

struct VerifyOptions {
  std::string what;    // a folder, an archive, a snapshot; "-": a snapshot on standard input
  bool quick = false;  // checksums, framing and order only, not what records say
  InputChoice input;   // of snapshots and data directories
  unsigned threads = 1;
  uint64_t memory_bytes = uint64_t{512} << 20;
  ArchiveLimits limits;        // of an archive
  std::string scratch_folder;  // empty: the system's
  Progress* progress = nullptr;
};

// Something that is wrong. The error names the place; `detail` is what more can be said about it.
struct VerifyProblem {
  Status error;
  std::string detail;
};

struct VerifyReport {
  WhatKind kind = WhatKind::kTree;
  // The first 10,000 of each code, by path.
  std::vector<VerifyProblem> problems;
  uint64_t problem_count = 0;                      // all of them
  std::map<std::string, uint64_t> problem_counts;  // the same, by code
  Findings findings;                               // what is no problem, but worth knowing
  uint64_t bytes = 0;                              // read
  uint64_t records = 0;                            // found; not with `quick`
  // Of trees and archives.
  uint64_t files = 0;
  uint64_t checksum_lines = 0;
  bool has_manifest = false;
  // Of snapshots.
  std::string format;
  std::optional<RowClasses> rows;

  bool good() const { return problem_count == 0; }
};

// A Status is an error of the call or the machine: wrong data is in the report.
Result<VerifyReport> Verify(const VerifyOptions& options);

}  // namespace snaptree

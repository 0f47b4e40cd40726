// An archive into a folder, as a library call (spec 07 chapter 6): read once from front to back,
// every file compared with CHECKSUMS on the way. The folder appears when it is whole, and nothing
// is ever written outside of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "check/archive/pack.h"

#include "base/progress.h"
#include "base/result.h"
#include "tree/archive_limits.h"

namespace snaptree {

struct UnpackOptions {
  std::string archive;  // "-": standard input
  std::string output;   // the folder; ignored with dry_run
  ArchiveLimits limits;
  bool force = false;
  bool dry_run = false;
  unsigned threads = 1;
  uint64_t memory_bytes = uint64_t{512} << 20;
  std::string scratch_folder;     // empty: beside the output
  std::vector<std::string> keep;  // files that replacing the output must not delete: a log
  Progress* progress = nullptr;
};

// A Status is an error of the call or the machine, or one of the archive after which it cannot be
// read on ("ArchiveCorrupt", "UnsafePath", "DuplicateEntry", "ArchiveTooLarge", ...). What is wrong
// with the tree in it is in the report, all of it.
Result<ArchiveReport> Unpack(const UnpackOptions& options);

}  // namespace snaptree

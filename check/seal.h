// Rewrites the CHECKSUMS of a tree after an edit, as a library call (spec 07 chapter 5).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

// What became of a file since CHECKSUMS was written.
enum class FileChange : char { kChanged = '~', kAdded = '+', kRemoved = '-' };

struct SealOptions {
  std::string tree;         // a folder
  bool check_only = false;  // tells what differs, writes nothing
  unsigned threads = 1;
  uint64_t memory_bytes = uint64_t{512} << 20;
  std::string scratch_folder;  // empty: the system's
  Progress* progress = nullptr;
  // Every difference, ascending by path.
  std::function<Status(FileChange change, Slice path)> take;
};

struct SealReport {
  uint64_t files = 0;  // that CHECKSUMS lists now, or would
  uint64_t bytes = 0;  // of them
  uint64_t changed = 0;
  uint64_t added = 0;
  uint64_t removed = 0;
  uint64_t unreadable_lines = 0;  // of the old CHECKSUMS
  bool written = false;
  std::vector<Status> errors;  // of the tree; with one or more nothing is written
  uint64_t error_count = 0;    // all of them

  bool differs() const { return changed + added + removed + unreadable_lines > 0; }
};

// A Status is an error of the call or the machine, or "ManifestMissing": the folder is no tree.
Result<SealReport> Seal(const SealOptions& options);

}  // namespace snaptree

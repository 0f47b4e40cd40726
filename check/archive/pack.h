// A tree into an archive, as a library call (spec 07 chapter 6). Every file is compared with
// CHECKSUMS on the way; all that is wrong with the tree is found in one run, and then there is no
// archive.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "tree/archive_output.h"

namespace snaptree {

struct PackOptions {
  std::string tree;    // a folder, or an archive to be written in another form
  std::string output;  // the archive; ignored with dry_run
  ArchiveForm form;
  // Takes the archive instead of `output`, piece by piece, while it is made. When the tree turns
  // out to be wrong it gets no end, and no more of it after the first error.
  std::function<Status(Slice piece)> take_output;
  bool allow_hard_links = false;
  bool force = false;
  bool dry_run = false;
  unsigned threads = 1;
  uint64_t memory_bytes = uint64_t{512} << 20;
  std::string scratch_folder;     // empty: beside the output
  std::vector<std::string> keep;  // files that replacing the output must not delete: a log
  Progress* progress = nullptr;
};

// Of pack and unpack.
struct ArchiveReport {
  uint64_t files = 0;
  uint64_t directories = 0;    // of the tree, but for its root
  uint64_t bytes = 0;          // of contents
  uint64_t archive_bytes = 0;  // that were written, or read
  Findings findings;
  std::vector<Status> errors;  // of the tree; with one or more there is no output
  uint64_t error_count = 0;    // all of them

  bool good() const { return error_count == 0; }
};

// A Status is an error of the call or the machine; errors of the tree are in the report.
Result<ArchiveReport> Pack(const PackOptions& options);

}  // namespace snaptree

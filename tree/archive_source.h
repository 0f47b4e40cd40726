// A tree in an archive: `.tar`, plain or inside zstd, as snaptree, the Go tools and tar programs
// write it (spec 07 chapter 6). The archive is read once; what it holds is then found through an
// index on disk, so that memory does not grow with the number of files. Contents of a packed
// archive are copied into an unnamed scratch file, those of a plain one are read where they stand.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/external_sorter.h"
#include "base/progress.h"
#include "base/result.h"
#include "tree/archive_limits.h"
#include "tree/tree_source.h"

namespace snaptree {

struct ArchiveSourceOptions {
  // A folder for what is unpacked; called when it is needed.
  std::function<Result<std::string>()> scratch_folder;
  SorterOptions sorter;  // of paths
  ArchiveLimits limits;
  Progress* progress = nullptr;
};

// Errors of the data: "ArchiveTruncated", "ArchiveCorrupt", "ArchiveTooLarge", "UnsafePath",
// "NotRegular", "DuplicateEntry", "ArchiveLeadingFolder" when all stands below one folder more.
// "NoSpace" when there is no room for what is unpacked.
Result<std::unique_ptr<TreeSource>> OpenArchiveSource(const std::string& path,
                                                      const ArchiveSourceOptions& options);

}  // namespace snaptree

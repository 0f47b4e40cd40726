// A tree wherever it is: a folder or an archive, told apart by what is there.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "tree/archive_source.h"
#include "tree/tree_source.h"

namespace snaptree {

struct OpenTreeOptions {
  DirectorySourceOptions folder;
  ArchiveSourceOptions archive;
};

// Whether the tree at `path` stands in an archive.
bool IsArchive(const std::string& path);

// "NotFound", "NotATree" (usage); "ArchiveTruncated", "ManifestMissing" for empty files; errors of
// OpenDirectorySource() and OpenArchiveSource().
Result<std::unique_ptr<TreeSource>> OpenTree(const std::string& path,
                                             const OpenTreeOptions& options);

}  // namespace snaptree

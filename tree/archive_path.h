// What the name of an archive's entry means in a tree.
#pragma once

#include <string>

#include "base/result.h"
#include "base/slice.h"
#include "tree/tar_reader.h"

namespace snaptree {

// The path of a file or folder, empty for the root; lives as long as the entry. "UnsafePath" when
// it could leave the tree, "NameInvalid" when no file system takes a name in it, "NotRegular" for
// links and devices; `archive` is the file's name.
Result<Slice> TreePathOf(const TarEntry& entry, const std::string& archive);

// "ManifestMissing": the archive has no entry.
Status EmptyArchiveError(const std::string& archive);

// "ArchiveLeadingFolder": an archive of the folder `only`, not of what stands in it.
Status LeadingFolderError(Slice only, const std::string& archive);

}  // namespace snaptree

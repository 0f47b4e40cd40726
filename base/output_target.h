// The place where an output is to appear: its path taken apart, and what stands there now.
#pragma once

#include <string>

#include "base/result.h"

namespace snaptree {

struct OutputPath {
  std::string path;    // as given, without slashes and dots at the end
  std::string parent;  // "." when the path has none
  std::string name;
};

// Takes an output path apart. "." and ".." at its end are resolved, as their names cannot be
// renamed.
Result<OutputPath> SplitOutputPath(const std::string& output);

// Folder in which `path` stands (or would stand).
std::string ParentFolder(const std::string& path);

// "folder/name" for messages.
std::string JoinPath(const std::string& folder, const std::string& name);

// Ok when an output may be renamed to `name` in `parent_fd`: nothing is there, or an empty folder,
// or, with `replace`, a folder or file. "OutputExists" otherwise.
Status CheckTarget(int parent_fd, const OutputPath& target, bool replace);

}  // namespace snaptree

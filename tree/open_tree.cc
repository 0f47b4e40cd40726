#include "tree/open_tree.h"

#include <sys/stat.h>

#include <cerrno>

#include "tree/tar_reader.h"

namespace snaptree {

Result<std::unique_ptr<TreeSource>> OpenTree(const std::string& path,
                                             const OpenTreeOptions& options) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return SystemError(errno, "open", path);
  if (S_ISDIR(status.st_mode)) return OpenDirectorySource(path, options.folder);
  if (S_ISREG(status.st_mode) && LooksLikeArchive(path))
    return OpenArchiveSource(path, options.archive);
  return UsageError("NotATree", "this is neither a folder nor a tar archive")
      .At(path)
      .Expected("a tree that was decoded: a folder, a .tar or a .tar.zst file");
}

}  // namespace snaptree

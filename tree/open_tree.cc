#include "tree/open_tree.h"

#include <sys/stat.h>

#include <cerrno>

#include "tree/archive_path.h"
#include "tree/tar_reader.h"

namespace snaptree {

bool IsArchive(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

Result<std::unique_ptr<TreeSource>> OpenTree(const std::string& path,
                                             const OpenTreeOptions& options) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return SystemError(errno, "open", path);
  if (S_ISDIR(status.st_mode)) return OpenDirectorySource(path, options.folder);
  if (S_ISREG(status.st_mode) && LooksLikeArchive(path))
    return OpenArchiveSource(path, options.archive);
  if (S_ISREG(status.st_mode) && status.st_size == 0) {
    return DataError("ArchiveTruncated", "the archive is empty")
        .At(path)
        .Found("0 bytes")
        .Next("copy the archive again, or make it again: tar -C TREE -cf FILE .");
  }
  if (S_ISREG(status.st_mode) && LooksLikeEmptyArchive(path)) return EmptyArchiveError(path);
  return UsageError("NotATree", "this is neither a folder nor a tar archive")
      .At(path)
      .Expected("a tree that was decoded: a folder, a .tar or a .tar.zst file")
      .Next("name what decode or pack made; of a snapshot: snaptree decode FILE -o TREE");
}

}  // namespace snaptree

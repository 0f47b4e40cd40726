#include "tree/case_folding.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "base/file.h"

namespace snaptree {

bool FoldsNames(int folder_fd) {
  // The same name, then in the other case, then with the accent as a character of its own.
  constexpr char kProbe[] = ".snaptree-probe-A\xc3\xa9";
  constexpr const char* kFolded[] = {".snaptree-probe-a\xc3\xa9", ".snaptree-probe-Ae\xcc\x81"};
  if (::mkdirat(folder_fd, kProbe, 0700) != 0) return false;
  bool folds = false;
  for (const char* const name : kFolded) {
    folds = folds || ::faccessat(folder_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
  }
  ::unlinkat(folder_fd, kProbe, AT_REMOVEDIR);
  return folds;
}

bool HasEntryNamed(int folder_fd, Slice name) {
  // A new description: listing must not share its position with others.
  UniqueFd fd(::openat(folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return false;
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(fd.get()), ::closedir);
  if (!listing) return false;
  fd.Release();
  while (const dirent* const entry = ::readdir(listing.get())) {
    if (name == entry->d_name) return true;
  }
  return false;
}

}  // namespace snaptree

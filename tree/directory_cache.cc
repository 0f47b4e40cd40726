#include "tree/directory_cache.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "tree/case_folding.h"

namespace snaptree {
namespace {

constexpr mode_t kFolderMode = 0755;

UniqueFd OpenFolder(int parent_fd, const std::string& name) {
  return UniqueFd(
      ::openat(parent_fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

bool IsOutOfDescriptors(int error_number) {
  return error_number == EMFILE || error_number == ENFILE;
}

}  // namespace

DirectoryCache::DirectoryCache(int root_fd, std::string shown_root, size_t capacity)
    : root_fd_(root_fd), shown_root_(std::move(shown_root)), capacity_(capacity) {}

DirectoryCache::Folders::iterator DirectoryCache::Find(Slice path) {
  // Files come in order, so most ask for the folder of the one before.
  if (!folders_.empty() && folders_.front().path == path) return folders_.begin();
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) return folders_.end();
  folders_.splice(folders_.begin(), folders_, found->second);
  return folders_.begin();
}

int DirectoryCache::OpenAncestor(Slice path, size_t* size) {
  for (size_t slash = path.rfind('/'); slash != Slice::npos; slash = path.rfind('/', slash - 1)) {
    const auto found = Find(path.substr(0, slash));
    if (found != folders_.end()) {
      *size = slash + 1;
      return found->fd.get();
    }
  }
  *size = 0;
  return root_fd_;
}

Result<int> DirectoryCache::Open(Slice path) {
  if (path.empty()) return root_fd_;
  const auto found = Find(path);
  if (found != folders_.end()) return found->fd.get();
  size_t begin = 0;
  int fd = OpenAncestor(path, &begin);
  if (OpenMadeBefore(fd, path, begin)) return folders_.front().fd.get();
  while (begin < path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    SNAPTREE_TRY(
        MakeAndOpen(fd, path.substr(0, end), std::string(path.substr(begin, end - begin))));
    fd = folders_.front().fd.get();
    begin = end + 1;
  }
  return fd;
}

bool DirectoryCache::OpenMadeBefore(int ancestor_fd, Slice path, size_t begin) {
  if (!evicted_ || FoldsNamesHere()) return false;
  open_how how{};
  how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const std::string rest(path.substr(begin));
  const long fd = ::syscall(SYS_openat2, ancestor_fd, rest.c_str(), &how, sizeof how);
  if (fd < 0) return false;
  Keep(path, UniqueFd(static_cast<int>(fd)));
  return true;
}

void DirectoryCache::Keep(Slice path, UniqueFd fd) {
  if (folders_.size() == capacity_) DropOldest();
  folders_.push_front({std::string(path), std::move(fd)});
  by_path_.emplace(folders_.front().path, folders_.begin());
}

Status DirectoryCache::MakeAndOpen(int parent_fd, Slice path, const std::string& name) {
  if (::mkdirat(parent_fd, name.c_str(), kFolderMode) == 0) {
    created_.fetch_add(1, std::memory_order_relaxed);
  } else if (errno != EEXIST) {
    return Error(errno, parent_fd, name, path);
  } else if (IsFoldedName(parent_fd, name)) {
    return EnvironmentError("NameCollision",
                            "the file system takes two folder names of the tree for one")
        .At(shown_root_ + "/" + std::string(path))
        .Next(
            "write to a file system that tells upper from lower case, or write an archive instead");
  }
  UniqueFd fd = OpenFolder(parent_fd, name);
  while (!fd.valid() && IsOutOfDescriptors(errno) && folders_.size() > 1) {
    // The parent is in front: it was found or opened last.
    DropOldest();
    fd = OpenFolder(parent_fd, name);
  }
  if (!fd.valid()) return Error(errno, parent_fd, name, path);
  Keep(path, std::move(fd));
  return {};
}

bool DirectoryCache::FoldsNamesHere() {
  if (!folds_names_) folds_names_ = FoldsNames(root_fd_);
  return *folds_names_;
}

bool DirectoryCache::IsFoldedName(int parent_fd, const std::string& name) {
  return FoldsNamesHere() && !HasEntryNamed(parent_fd, name);
}

void DirectoryCache::DropOldest() {
  by_path_.erase(folders_.back().path);
  folders_.pop_back();
  evicted_ = true;
}

void DirectoryCache::CloseAll() {
  evicted_ = true;
  by_path_.clear();
  folders_.clear();
}

Status DirectoryCache::Error(int error_number, int parent_fd, const std::string& name,
                             Slice path) const {
  const std::string shown = shown_root_ + "/" + std::string(path);
  struct stat st {};
  if ((error_number == ENOTDIR || error_number == ELOOP) &&
      ::fstatat(parent_fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0) {
    if (S_ISLNK(st.st_mode)) {
      return EnvironmentError("UnsafePath", "a symbolic link appeared in the tree being written")
          .At(shown)
          .Next("write into a folder that nobody else can write to");
    }
    return EnvironmentError("NameCollision", "a folder has the same path as a file")
        .At(shown)
        .Found("a file");
  }
  if (error_number == ENOENT) {
    return EnvironmentError("Io", "a folder of the tree being written was removed by somebody else")
        .At(shown);
  }
  return SystemError(error_number, "create the folder", shown);
}

}  // namespace snaptree

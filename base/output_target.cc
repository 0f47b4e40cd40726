#include "base/output_target.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/file.h"

namespace snaptree {
namespace {

// "a/b//" and "a/b/./" name the same as "a/b".
void StripTail(std::string* path) {
  for (;;) {
    if (path->size() > 1 && path->ends_with('/')) {
      path->pop_back();
    } else if (path->size() > 2 && path->ends_with("/.")) {
      path->resize(path->size() - 2);
      if (path->empty()) *path = "/";
    } else {
      return;
    }
  }
}

OutputPath Split(std::string path) {
  const size_t slash = path.rfind('/');
  OutputPath split;
  split.name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (slash == std::string::npos) {
    split.parent = ".";
  } else {
    split.parent = slash == 0 ? "/" : path.substr(0, slash);
  }
  split.path = std::move(path);
  return split;
}

bool IsEmptyFolder(int parent_fd, const std::string& name) {
  UniqueFd fd(::openat(parent_fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid()) return false;
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(fd.get()), ::closedir);
  if (!listing) return false;
  fd.Release();
  errno = 0;
  while (const dirent* const entry = ::readdir(listing.get())) {
    if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0) return false;
  }
  return errno == 0;
}

bool IsMountPoint(int parent_fd, const std::string& name) {
  struct statx info {};
  if (::statx(parent_fd, name.c_str(), AT_SYMLINK_NOFOLLOW, STATX_TYPE, &info) != 0) return false;
  return (info.stx_attributes_mask & info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

Status OutputExists(const std::string& path, std::string what, std::string next) {
  return UsageError("OutputExists", std::move(what)).At(path).Next(std::move(next));
}

}  // namespace

Result<OutputPath> SplitOutputPath(const std::string& output) {
  if (output.empty()) return UsageError("NotFound", "the output path is empty");
  std::string path = output;
  StripTail(&path);
  OutputPath split = Split(path);
  if (split.name == "." || split.name == "..") {
    char resolved[PATH_MAX];
    if (::realpath(path.c_str(), resolved) == nullptr) return SystemError(errno, "resolve", output);
    split = Split(resolved);
  }
  if (split.name.empty()) {
    return OutputExists(output, "the root folder cannot be an output", "name a new folder");
  }
  return split;
}

std::string ParentFolder(const std::string& path) {
  std::string trimmed = path;
  while (trimmed.size() > 1 && trimmed.back() == '/') trimmed.pop_back();
  const size_t slash = trimmed.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : trimmed.substr(0, slash);
}

std::string JoinPath(const std::string& folder, const std::string& name) {
  if (folder == ".") return name;
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

Status CheckTarget(int parent_fd, const OutputPath& target, bool replace) {
  struct stat st {};
  if (::fstatat(parent_fd, target.name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT ? Status::Ok() : SystemError(errno, "examine", target.path);
  }
  if (S_ISLNK(st.st_mode)) {
    return OutputExists(target.path, "the output is a symbolic link",
                        "name the folder that it leads to, or another one");
  }
  if (S_ISDIR(st.st_mode) && IsMountPoint(parent_fd, target.name)) {
    return OutputExists(target.path,
                        "the output is a mount point, which no finished tree can be renamed to",
                        "name a new folder inside it");
  }
  if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)) {
    return OutputExists(target.path, "the output is neither a folder nor a file",
                        "name another folder");
  }
  if (replace) return {};
  if (S_ISREG(st.st_mode)) {
    return OutputExists(target.path, "the output exists and is a file",
                        "name another folder, or give --force to replace the file");
  }
  if (IsEmptyFolder(parent_fd, target.name)) return {};
  return OutputExists(target.path, "the output folder exists and is not empty",
                      "name another folder, or give --force to replace it as a whole");
}

}  // namespace snaptree

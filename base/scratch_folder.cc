#include "base/scratch_folder.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/remove_tree.h"

namespace snaptree {
namespace {

constexpr const char* kPrefix = ".snaptree-scratch-";

UniqueFd LockFolder(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd.valid() && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) fd.Reset();
  return fd;
}

}  // namespace

ScratchFolder::~ScratchFolder() {
  if (!path_.empty()) RemoveTree(path_, 0);
}

void ScratchFolder::RemoveStale() const {
  std::error_code error;
  std::filesystem::directory_iterator it(parent_, error);
  for (; !error && it != std::filesystem::directory_iterator(); it.increment(error)) {
    if (!it->path().filename().string().starts_with(kPrefix)) continue;
    const UniqueFd lock = LockFolder(it->path().string());
    if (lock.valid()) RemoveTree(it->path().string(), 0);
  }
}

Result<std::string> ScratchFolder::Path() {
  if (!path_.empty()) return path_;
  RemoveStale();
  std::string name = parent_ + "/" + kPrefix + "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    return SystemError(errno, "create a scratch folder in", parent_);
  path_ = name;
  lock_ = LockFolder(path_);
  return path_;
}

}  // namespace snaptree

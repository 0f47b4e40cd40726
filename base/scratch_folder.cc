#include "base/scratch_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/remove_tree.h"
#include "base/staged_folder.h"

namespace snaptree {
namespace {

constexpr const char* kPrefix = ".snaptree-scratch-";
constexpr int kAttempts = 100;

UniqueFd OpenFolder(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

UniqueFd LockFolder(const std::string& path) {
  UniqueFd fd = OpenFolder(path);
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
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::string name = parent_ + "/" + kPrefix + "XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
      return SystemError(errno, "create a scratch folder in", parent_);
    lock_ = OpenFolder(name);
    if (lock_.valid() && LockOwnFolder(lock_.get())) {
      path_ = name;
      return path_;
    }
    if (!lock_.valid() && errno != ENOENT) {
      Status error = SystemError(errno, "open", name);
      ::rmdir(name.c_str());
      return error;
    }
  }
  return EnvironmentError("Io", "cannot create a folder that no other run takes away").At(parent_);
}

}  // namespace snaptree

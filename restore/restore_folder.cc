#include "restore/restore_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/remove_tree.h"
#include "base/text.h"

namespace snaptree {
namespace {

constexpr Slice kPrepSuffix = ".restore-prep";
constexpr mode_t kFolderMode = 0755;
constexpr mode_t kFileMode = 0600;
constexpr int kRemovalMs = 500;  // after a signal
constexpr useconds_t kLockPauseUs = 20000;
constexpr int kLockAttempts = 25;

std::string PrepName(const OutputPath& target) { return target.name + std::string(kPrepSuffix); }

Status TargetExists(const OutputPath& target) {
  return UsageError("TargetExists", "something has the name of the data directory already")
      .At(target.path)
      .Next(
          "name another directory, or move this one away: a node must not find an old fsm.db, "
          "and nothing is ever replaced here");
}

Result<UniqueFd> OpenParent(const OutputPath& target) {
  UniqueFd fd(::open(target.parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) return fd;
  Status error = SystemError(errno, "open the folder", target.parent);
  if (error.code() == "NotFound") return std::move(error).Next("create it first");
  return error;
}

bool Exists(int parent_fd, const std::string& name) {
  struct stat st {};
  return ::fstatat(parent_fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

// False: another process holds it. Where there are no locks everybody has them.
bool TryLock(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; }

// Whether a run holds the folder. A new one is locked an instant after it was made: look twice.
bool IsHeld(int parent_fd, const std::string& name) {
  for (int look = 0; look < 2; ++look) {
    if (look != 0) ::usleep(5 * kLockPauseUs);
    const UniqueFd fd(
        ::openat(parent_fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (fd.valid() && !TryLock(fd.get())) return true;
  }
  return false;
}

// What stands in the way of the folder.
Status PrepInTheWay(int parent_fd, const OutputPath& target) {
  const std::string path = target.path + std::string(kPrepSuffix);
  if (IsHeld(parent_fd, PrepName(target))) {
    return EnvironmentError("RestoreRunning", "another run is building this data directory")
        .At(path)
        .Next("wait for it, or name another data directory");
  }
  return UsageError("RestorePrepExists", "a run that was killed left its unfinished work behind")
      .At(path)
      .Next("nothing needs it: rm -r " + ShellWord(path) + ", then run again");
}

Status CheckNames(int parent_fd, const OutputPath& target) {
  if (Exists(parent_fd, target.name)) return TargetExists(target);
  if (Exists(parent_fd, PrepName(target))) return PrepInTheWay(parent_fd, target);
  return {};
}

// Whoever looks whether the folder is held has its lock for an instant.
bool LockNew(int fd) {
  for (int attempt = 0; attempt < kLockAttempts; ++attempt) {
    if (TryLock(fd)) return true;
    ::usleep(kLockPauseUs);
  }
  return false;
}

Status SyncFolder(int parent_fd, const std::string& name, const std::string& shown) {
  const UniqueFd fd(
      ::openat(parent_fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd.valid() && ::fsync(fd.get()) == 0) return {};
  return SystemError(errno, "write to the disk", shown);
}

}  // namespace

Status RenameWithoutReplacing(int parent_fd, const std::string& from, const OutputPath& to,
                              bool with_flag) {
  if (with_flag) {
    if (::renameat2(parent_fd, from.c_str(), parent_fd, to.name.c_str(), RENAME_NOREPLACE) == 0)
      return {};
    if (errno == EEXIST) return TargetExists(to);
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
      return SystemError(errno, "rename the finished directory to", to.path);
  }
  if (::mkdirat(parent_fd, to.name.c_str(), kFolderMode) != 0) {
    if (errno == EEXIST) return TargetExists(to);
    return SystemError(errno, "create", to.path);
  }
  if (::renameat(parent_fd, from.c_str(), parent_fd, to.name.c_str()) == 0) return {};
  const int error = errno;
  ::unlinkat(parent_fd, to.name.c_str(), AT_REMOVEDIR);
  return SystemError(error, "rename the finished directory to", to.path);
}

Status RestoreFolder::Check(const std::string& data_dir) {
  SNAPTREE_ASSIGN(const OutputPath target, SplitOutputPath(data_dir));
  SNAPTREE_ASSIGN(const UniqueFd parent_fd, OpenParent(target));
  return CheckNames(parent_fd.get(), target);
}

Result<RestoreFolder> RestoreFolder::Create(const std::string& data_dir) {
  RestoreFolder folder;
  SNAPTREE_ASSIGN(folder.target_, SplitOutputPath(data_dir));
  SNAPTREE_ASSIGN(folder.parent_fd_, OpenParent(folder.target_));
  const int parent_fd = folder.parent_fd_.get();
  SNAPTREE_TRY(CheckNames(parent_fd, folder.target_));
  const std::string name = PrepName(folder.target_);
  const std::string shown = folder.target_.path + std::string(kPrepSuffix);
  if (::mkdirat(parent_fd, name.c_str(), kFolderMode) != 0) {
    if (errno == EEXIST) return PrepInTheWay(parent_fd, folder.target_);
    return SystemError(errno, "create", shown);
  }
  folder.name_ = name;
  folder.fd_ =
      UniqueFd(::openat(parent_fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder.fd_.valid()) return SystemError(errno, "open", shown);
  if (!LockNew(folder.fd_.get())) {
    return EnvironmentError("RestoreRunning", "another process has locked the new folder")
        .At(shown);
  }
  if (::fchmod(folder.fd_.get(), kFolderMode) != 0)
    return SystemError(errno, "set the mode of", shown);
  return folder;
}

RestoreFolder::~RestoreFolder() {
  if (!fd_.valid() || name_.empty()) return;
  RemovalDeadline deadline = RemovalDeadline::AfterCancel(kRemovalMs);
  RemoveTreeAt(parent_fd_.get(), name_.c_str(), &deadline);
}

std::string RestoreFolder::Shown(const std::string& path) const {
  return JoinPath(target_.path + std::string(kPrepSuffix), path);
}

Status RestoreFolder::MakeFolder(const std::string& path, mode_t mode) {
  if (::mkdirat(fd_.get(), path.c_str(), mode) != 0)
    return SystemError(errno, "create", Shown(path));
  folders_.push_back(path);
  // Whatever the umask says.
  if (::fchmodat(fd_.get(), path.c_str(), mode, 0) == 0) return {};
  return SystemError(errno, "set the mode of", Shown(path));
}

Result<UniqueFd> RestoreFolder::CreateFile(const std::string& path) {
  UniqueFd fd(::openat(fd_.get(), path.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
  if (!fd.valid()) return SystemError(errno, "create", Shown(path));
  if (::fchmod(fd.get(), kFileMode) != 0) return SystemError(errno, "set the mode of", Shown(path));
  return fd;
}

Status RestoreFolder::FinishFile(UniqueFd fd, const std::string& path) {
  if (::fsync(fd.get()) != 0) return SystemError(errno, "write to the disk", Shown(path));
  return CloseWritten(std::move(fd), Shown(path));
}

Status RestoreFolder::Publish() {
  for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder)
    SNAPTREE_TRY(SyncFolder(fd_.get(), *folder, Shown(*folder)));
  SNAPTREE_TRY(SyncFolder(parent_fd_.get(), name_, Shown("")));
  SNAPTREE_TRY(RenameWithoutReplacing(parent_fd_.get(), name_, target_, true));
  name_.clear();
  if (::fsync(parent_fd_.get()) == 0 || errno == EINVAL) return {};
  return SystemError(errno, "write to the disk", target_.parent);
}

}  // namespace snaptree

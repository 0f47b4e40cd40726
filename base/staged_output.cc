#include "base/staged_output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/background_removal.h"
#include "base/cancel.h"
#include "base/output_target.h"
#include "base/staged_folder.h"

namespace snaptree {
namespace {

constexpr mode_t kTreeMode = 0755;
constexpr mode_t kScratchMode = 0700;
constexpr Slice kScratchSuffix = ".scratch";

Result<UniqueFd> OpenFolder(const std::string& path, std::string_view next_when_missing) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) return fd;
  Status error = SystemError(errno, "open the folder", path);
  if (error.code() == "NotFound") return std::move(error).Next(std::string(next_when_missing));
  return error;
}

bool IsUnsupportedRename(int error_number) {
  return error_number == EINVAL || error_number == ENOSYS || error_number == ENOTSUP;
}

}  // namespace

Result<StagedOutput> StagedOutput::Create(const std::string& output, bool replace) {
  SNAPTREE_ASSIGN(OutputPath target, SplitOutputPath(output));
  SNAPTREE_ASSIGN(UniqueFd parent_fd,
                  OpenFolder(target.parent, "create it first, or name an output elsewhere"));
  SNAPTREE_TRY(CheckTarget(parent_fd.get(), target, replace));
  SNAPTREE_ASSIGN(StagedFolder folder,
                  MakeStagedFolder(parent_fd.get(), target.parent, target.name, "", kTreeMode));
  StagedOutput staged;
  staged.staged_path_ = JoinPath(target.parent, folder.name);
  staged.staged_name_ = std::move(folder.name);
  staged.fd_ = std::move(folder.fd);
  staged.final_path_ = std::move(target.path);
  staged.final_name_ = std::move(target.name);
  staged.parent_path_ = std::move(target.parent);
  staged.parent_fd_ = std::move(parent_fd);
  staged.replace_ = replace;
  return staged;
}

StagedOutput::StagedOutput(StagedOutput&&) noexcept = default;

StagedOutput::~StagedOutput() {
  if (!fd_.valid()) return;  // moved from
  RemoveScratchAnd(published_ ? std::string() : staged_name_);
  // A run that failed for want of space must not leave the space of a killed one taken.
  if (!published_) RemoveAbandoned();
}

Result<std::string> StagedOutput::ScratchFolder(const std::string& base_folder) {
  if (!scratch_path_.empty()) return scratch_path_;
  const std::string& base = base_folder.empty() ? parent_path_ : base_folder;
  SNAPTREE_ASSIGN(UniqueFd base_fd, OpenFolder(base, "name an existing folder with --scratch"));
  SNAPTREE_ASSIGN(StagedFolder folder,
                  MakeStagedFolder(base_fd.get(), base, final_name_, kScratchSuffix, kScratchMode));
  scratch_path_ = JoinPath(base, folder.name);
  scratch_name_ = std::move(folder.name);
  scratch_fd_ = std::move(folder.fd);
  scratch_parent_path_ = base;
  scratch_parent_fd_ = std::move(base_fd);
  return scratch_path_;
}

Status StagedOutput::Publish() {
  if (::syncfs(fd_.get()) != 0) return SystemError(errno, "write to the disk", final_path_);
  SNAPTREE_TRY(Rename());
  published_ = true;
  Status synced;
  if (::fsync(parent_fd_.get()) != 0 && errno != EINVAL) {
    synced = SystemError(errno, "write to the disk", parent_path_);
  }
  RemoveScratchAnd(staged_name_);  // what was replaced stands under the staged name now
  RemoveAbandoned();
  return synced;
}

// A folder is never renamed over anything but an empty folder, so the plain call does not need a
// flag to be safe.
Status StagedOutput::Rename() {
  if (::renameat(parent_fd_.get(), staged_name_.c_str(), parent_fd_.get(), final_name_.c_str()) ==
      0) {
    return {};
  }
  const int error = errno;
  if (error != ENOTEMPTY && error != EEXIST && error != ENOTDIR) {
    return SystemError(error, "rename the finished tree to", final_path_);
  }
  SNAPTREE_TRY(CheckTarget(parent_fd_.get(), {final_path_, parent_path_, final_name_}, replace_));
  return Exchange();
}

Status StagedOutput::Exchange() {
  if (::renameat2(parent_fd_.get(), staged_name_.c_str(), parent_fd_.get(), final_name_.c_str(),
                  RENAME_EXCHANGE) == 0) {
    return {};
  }
  if (!IsUnsupportedRename(errno)) return SystemError(errno, "replace", final_path_);
  // Two renames, with an instant between them in which nothing has the final name. The old output
  // waits under a name that no clean-up takes: if this process is killed in that instant, it must
  // survive.
  const std::string aside = staged_name_ + ".replaced";
  if (::renameat(parent_fd_.get(), final_name_.c_str(), parent_fd_.get(), aside.c_str()) != 0) {
    return SystemError(errno, "move aside", final_path_);
  }
  if (::renameat(parent_fd_.get(), staged_name_.c_str(), parent_fd_.get(), final_name_.c_str()) !=
      0) {
    const int error = errno;
    ::renameat(parent_fd_.get(), aside.c_str(), parent_fd_.get(), final_name_.c_str());
    return SystemError(error, "rename the finished tree to", final_path_);
  }
  staged_name_ = aside;
  return {};
}

void StagedOutput::RemoveScratchAnd(const std::string& name) {
  std::vector<Removal> removals;
  // The lock of a published folder is of no use to the removal of what it replaced.
  const int lock_fd = published_ ? -1 : fd_.get();
  if (!name.empty()) removals.push_back({parent_fd_.get(), name.c_str(), lock_fd});
  if (!scratch_name_.empty()) {
    removals.push_back({scratch_parent_fd_.get(), scratch_name_.c_str(), scratch_fd_.get()});
  }
  if (RemoveOrHandOver(removals)) {
    scratch_name_.clear();
    return;
  }
  const auto note = [this](int parent_fd, const std::string& left, const std::string& path) {
    if (!left.empty() && ::faccessat(parent_fd, left.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
      left_behind_.push_back(path);
    }
  };
  note(parent_fd_.get(), name, JoinPath(parent_path_, name));
  note(scratch_parent_fd_.get(), scratch_name_, scratch_path_);
}

void StagedOutput::RemoveAbandoned() {
  const auto remove_in = [this](const std::string& parent_path, int parent_fd) {
    ForEachAbandoned(parent_path, final_name_, [&](const std::string& name) {
      const std::string path = JoinPath(parent_path, name);
      const bool tried = std::count(left_behind_.begin(), left_behind_.end(), path) != 0;
      if (IsCancelled() || tried) return;
      if (!RemoveOrHandOver({{parent_fd, name.c_str(), -1}})) left_behind_.push_back(path);
    });
  };
  remove_in(parent_path_, parent_fd_.get());
  if (scratch_parent_fd_.valid() && scratch_parent_path_ != parent_path_) {
    remove_in(scratch_parent_path_, scratch_parent_fd_.get());
  }
}

void StagedOutput::NoteLeftBehind(Findings* findings) const {
  for (const std::string& path : left_behind_) {
    findings->Note("left_behind", "the old output or leftovers of killed runs could not be removed",
                   path);
  }
}

}  // namespace snaptree

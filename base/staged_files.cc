#include "base/staged_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/background_removal.h"
#include "base/output_target.h"
#include "base/staged_folder.h"

namespace snaptree {
namespace {

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr Slice kScratchSuffix = ".scratch";
// Of a file in the private folder: suffixes are its name but for that of the output itself.
constexpr const char* kPlainName = "output";

Result<UniqueFd> OpenFolder(const std::string& path, const char* next) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) return fd;
  Status error = SystemError(errno, "open the folder", path);
  if (error.code() == "NotFound") return std::move(error).Next(next);
  return error;
}

std::string StagedName(const std::string& suffix) { return kPlainName + suffix; }

}  // namespace

Result<StagedFiles> StagedFiles::Create(const std::string& output, bool replace) {
  SNAPTREE_ASSIGN(OutputPath target, SplitOutputPath(output));
  StagedFiles files;
  SNAPTREE_ASSIGN(files.parent_fd_,
                  OpenFolder(target.parent, "create it first, or name an output elsewhere"));
  files.final_path_ = target.path;
  files.final_name_ = target.name;
  files.parent_path_ = target.parent;
  files.replace_ = replace;
  SNAPTREE_TRY(files.CheckName(target.name));
  SNAPTREE_ASSIGN(StagedFolder folder, MakeStagedFolder(files.parent_fd_.get(), target.parent,
                                                        target.name, "", kFolderMode));
  files.staged_path_ = JoinPath(target.parent, folder.name);
  files.staged_name_ = std::move(folder.name);
  files.fd_ = std::move(folder.fd);
  return files;
}

StagedFiles::StagedFiles(StagedFiles&&) noexcept = default;

StagedFiles::~StagedFiles() {
  if (fd_.valid()) RemoveFolders();
}

Status StagedFiles::CheckName(const std::string& name) const {
  struct stat status {};
  if (::fstatat(parent_fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? Status::Ok()
                           : SystemError(errno, "examine", JoinPath(parent_path_, name));
  Status error =
      UsageError("OutputExists",
                 S_ISDIR(status.st_mode) ? "a folder has the output's name" : "the output exists")
          .At(JoinPath(parent_path_, name));
  if (S_ISDIR(status.st_mode)) return std::move(error).Next("name another file");
  if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode))
    return std::move(error).Found("neither a file nor a link").Next("name another file");
  if (replace_) return {};
  return std::move(error).Next("name another file, or give --force to replace it");
}

Result<UniqueFd> StagedFiles::CreateFile(const std::string& suffix) {
  SNAPTREE_TRY(CheckName(final_name_ + suffix));
  UniqueFd fd(::openat(fd_.get(), StagedName(suffix).c_str(),
                       O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
  if (!fd.valid()) return SystemError(errno, "create", PathOf(suffix));
  suffixes_.push_back(suffix);
  return fd;
}

std::string StagedFiles::PathOf(const std::string& suffix) const {
  return JoinPath(staged_path_, StagedName(suffix));
}

Result<std::string> StagedFiles::ScratchFolder(const std::string& base_folder) {
  if (base_folder.empty()) return staged_path_;
  if (!scratch_path_.empty()) return scratch_path_;
  SNAPTREE_ASSIGN(UniqueFd base, OpenFolder(base_folder, "name an existing folder with --scratch"));
  SNAPTREE_ASSIGN(StagedFolder folder, MakeStagedFolder(base.get(), base_folder, final_name_,
                                                        kScratchSuffix, kFolderMode));
  scratch_path_ = JoinPath(base_folder, folder.name);
  scratch_name_ = std::move(folder.name);
  scratch_fd_ = std::move(folder.fd);
  scratch_parent_fd_ = std::move(base);
  return scratch_path_;
}

// Without `replace` the rename itself makes sure that nothing is replaced, where the file system
// can do that.
Status StagedFiles::Rename(const std::string& suffix) {
  const std::string from = StagedName(suffix);
  const std::string to = final_name_ + suffix;
  const unsigned flags = replace_ ? 0 : RENAME_NOREPLACE;
  if (::renameat2(fd_.get(), from.c_str(), parent_fd_.get(), to.c_str(), flags) == 0) return {};
  if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP) {
    SNAPTREE_TRY(CheckName(to));
    if (::renameat(fd_.get(), from.c_str(), parent_fd_.get(), to.c_str()) == 0) return {};
  }
  if (errno == EEXIST) return CheckName(to);
  return SystemError(errno, "rename the finished file to", JoinPath(parent_path_, to));
}

Status StagedFiles::Publish() {
  for (const std::string& suffix : suffixes_) {
    const UniqueFd fd(
        ::openat(fd_.get(), StagedName(suffix).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.valid() || ::fsync(fd.get()) != 0)
      return SystemError(errno, "write to the disk", PathOf(suffix));
  }
  for (const std::string& suffix : suffixes_) SNAPTREE_TRY(Rename(suffix));
  suffixes_.clear();
  if (::fsync(parent_fd_.get()) != 0 && errno != EINVAL)
    return SystemError(errno, "write to the disk", parent_path_);
  return {};
}

void StagedFiles::RemoveFolders() {
  std::vector<Removal> removals = {{parent_fd_.get(), staged_name_.c_str(), fd_.get()}};
  if (!scratch_name_.empty())
    removals.push_back({scratch_parent_fd_.get(), scratch_name_.c_str(), scratch_fd_.get()});
  static_cast<void>(RemoveOrHandOver(removals));
  ForEachAbandoned(parent_path_, final_name_, [this](const std::string& name) {
    static_cast<void>(RemoveOrHandOver({{parent_fd_.get(), name.c_str(), -1}}));
  });
}

}  // namespace snaptree

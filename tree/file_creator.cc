#include "tree/file_creator.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace snaptree {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr size_t kMaxOpenFolders = 256;
constexpr int kCreateFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

}  // namespace

FileCreator::FileCreator(int root_fd, const std::string& shown_root, Progress* progress)
    : shown_root_(shown_root),
      progress_(progress),
      directories_(root_fd, shown_root, kMaxOpenFolders) {}

Status FileCreator::Write(Slice path, Slice content) {
  SNAPTREE_ASSIGN(UniqueFd fd, OpenNew(path));
  // The error gets its path afterwards: no text is put together for the many files that have none.
  if (Status s = WriteFully(fd.get(), content, ""); !s.ok()) return std::move(s).At(Shown(path));
  return CloseNew(std::move(fd), path);
}

Status FileCreator::MakeDirectory(Slice path) { return directories_.Open(path).status(); }

Status FileCreator::Create(LargeFile* file) {
  SNAPTREE_ASSIGN(file->fd, OpenNew(file->path));
  return {};
}

Status FileCreator::Append(LargeFile* file, Slice bytes) {
  if (bytes.empty()) return {};
  if (Status s = WriteFully(file->fd.get(), bytes, ""); !s.ok()) {
    return std::move(s).At(Shown(file->path));
  }
  file->ends_in_hole = false;
  return {};
}

Status FileCreator::AppendHole(LargeFile* file, uint64_t size) {
  if (size == 0) return {};
  if (size > INT64_MAX || ::lseek(file->fd.get(), static_cast<off_t>(size), SEEK_CUR) < 0) {
    return SystemError(size > INT64_MAX ? EFBIG : errno, "make a hole in", Shown(file->path));
  }
  file->ends_in_hole = true;
  return {};
}

Status FileCreator::SetSizeToPosition(const LargeFile& file) {
  const off_t position = ::lseek(file.fd.get(), 0, SEEK_CUR);
  if (position >= 0 && ::ftruncate(file.fd.get(), position) == 0) return {};
  return SystemError(errno, "set the size of", Shown(file.path));
}

Status FileCreator::Close(LargeFile* file) {
  if (file->ends_in_hole) SNAPTREE_TRY(SetSizeToPosition(*file));
  return CloseNew(std::move(file->fd), file->path);
}

Result<UniqueFd> FileCreator::OpenNew(Slice path) {
  const size_t slash = path.rfind('/');
  const Slice folder = slash == Slice::npos ? Slice() : path.substr(0, slash);
  const char* const name = slash == Slice::npos ? path.data() : path.data() + slash + 1;
  for (bool retried = false;; retried = true) {
    SNAPTREE_ASSIGN(const int folder_fd, directories_.Open(folder));
    UniqueFd fd(::openat(folder_fd, name, kCreateFlags, kFileMode));
    if (fd.valid()) return fd;
    if (retried || (errno != EMFILE && errno != ENFILE)) return CreateError(errno, path);
    directories_.CloseAll();
  }
}

Status FileCreator::CloseNew(UniqueFd fd, Slice path) {
  if (Status s = CloseWritten(std::move(fd), ""); !s.ok()) return std::move(s).At(Shown(path));
  if (progress_ != nullptr) progress_->files.fetch_add(1, std::memory_order_relaxed);
  return {};
}

Status FileCreator::CreateError(int error_number, Slice path) const {
  const std::string shown = Shown(path);
  if (error_number == EEXIST || error_number == EISDIR) {
    return EnvironmentError("NameCollision", "something of this name is in the tree already")
        .At(shown)
        .Next(
            "if the output is on a file system that ignores case, write to another one or write "
            "an archive instead");
  }
  if (error_number == ENOENT) {
    return EnvironmentError("Io", "a folder of the tree being written was removed by somebody else")
        .At(shown);
  }
  return SystemError(error_number, "create", shown);
}

std::string FileCreator::Shown(Slice path) const { return shown_root_ + "/" + std::string(path); }

}  // namespace snaptree

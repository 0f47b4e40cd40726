#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <vector>

#include "base/cancel.h"
#include "base/file.h"
#include "base/text.h"
#include "manifest/tree_path.h"
#include "tree/tree_source.h"

namespace snaptree {
namespace {

constexpr size_t kEntriesAtATime = 512;
// Longer paths are walked in pieces: the kernel takes no more than PATH_MAX in one call.
constexpr size_t kLongestPath = PATH_MAX - 1;

std::string Shown(Slice path) { return path.empty() ? "." : std::string(path); }

Status UnsafePath(Slice path) {
  return DataError("UnsafePath", "a link stands in the tree")
      .At(Shown(path))
      .Expected("files and folders only")
      .Next("replace the link by what it names, or remove it");
}

Status NotRegular(Slice path, const char* found) {
  return DataError("NotRegular", "this is no regular file")
      .At(Shown(path))
      .Expected("files and folders only")
      .Found(found)
      .Next("remove it from the tree");
}

const char* KindName(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISLNK(mode)) return "a link";
  return "a device";
}

class DirectoryContent : public TreeContent {
 public:
  DirectoryContent(UniqueFd fd, std::string path, const struct stat& status)
      : fd_(std::move(fd)),
        path_(std::move(path)),
        size_(static_cast<uint64_t>(status.st_size)),
        modified_ms_(status.st_mtim.tv_sec < 0
                         ? 0
                         : static_cast<uint64_t>(status.st_mtim.tv_sec) * 1000 +
                               static_cast<uint64_t>(status.st_mtim.tv_nsec) / 1000000) {}

  uint64_t size() const override { return size_; }
  uint64_t modified_ms() const override { return modified_ms_; }

  Result<size_t> ReadAt(uint64_t offset, char* out, size_t n) override {
    size_t done = 0;
    while (done < n) {
      const ssize_t got =
          ::pread(fd_.get(), out + done, n - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return SystemError(errno, "read", path_);
      if (got == 0) break;
      done += static_cast<size_t>(got);
      // What ends where the file ends needs no second call to say so.
      if (done < n && offset + done == size_) break;
    }
    return done;
  }

  uint64_t NextData(uint64_t offset) override {
    if (offset >= size_) return size_;
    const off_t next = ::lseek(fd_.get(), static_cast<off_t>(offset), SEEK_DATA);
    if (next >= 0) return std::min(static_cast<uint64_t>(next), size_);
    return errno == ENXIO ? size_ : offset;
  }

 private:
  const UniqueFd fd_;
  const std::string path_;
  const uint64_t size_;
  const uint64_t modified_ms_;
};

class DirectorySource : public TreeSource {
 public:
  DirectorySource(std::string name, UniqueFd root, DirectorySourceOptions options)
      : name_(std::move(name)), root_(std::move(root)), options_(options) {}

  const std::string& name() const override { return name_; }
  Status List(Slice folder, const TakeEntries& take) const override;
  Result<std::optional<EntryKind>> Find(Slice path) const override;
  Result<std::unique_ptr<TreeContent>> Open(Slice path) const override;

 private:
  Result<UniqueFd> OpenBelow(Slice path, int flags) const;
  int OpenPiece(int folder_fd, const std::string& path, int flags) const;
  int OpenByComponents(int folder_fd, const std::string& path, int flags) const;
  Status OpenError(int error_number, Slice path) const;

  const std::string name_;
  const UniqueFd root_;
  const DirectorySourceOptions options_;
  mutable std::atomic<bool> no_openat2_{false};
};

// For kernels without openat2: one component after another, none of them a link.
int DirectorySource::OpenByComponents(int folder_fd, const std::string& path, int flags) const {
  UniqueFd own;
  size_t begin = 0;
  for (;;) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    const bool last = end == path.size();
    const int parent = own.valid() ? own.get() : folder_fd;
    const int fd = ::openat(parent, name.c_str(),
                            (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || last) return fd;
    own = UniqueFd(fd);
    begin = end + 1;
  }
}

int DirectorySource::OpenPiece(int folder_fd, const std::string& path, int flags) const {
  if (!no_openat2_.load(std::memory_order_relaxed)) {
    struct open_how how = {};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const long fd = ::syscall(SYS_openat2, folder_fd, path.c_str(), &how, sizeof how);
    if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) return static_cast<int>(fd);
    no_openat2_.store(true, std::memory_order_relaxed);
  }
  return OpenByComponents(folder_fd, path, flags);
}

Status DirectorySource::OpenError(int error_number, Slice path) const {
  if (error_number == ELOOP || error_number == EXDEV) return UnsafePath(path);
  if (error_number == ENXIO) return NotRegular(path, "a pipe or a device");
  if (error_number == ENOENT || error_number == ENOTDIR) {
    return DataError("NotFound", "the file is missing from the tree").At(Shown(path));
  }
  return SystemError(error_number, "open", name_ + "/" + std::string(path));
}

Result<UniqueFd> DirectorySource::OpenBelow(Slice path, int flags) const {
  std::string rest = path.empty() ? "." : std::string(path);
  UniqueFd own;
  while (rest.size() > kLongestPath) {
    const size_t cut = rest.rfind('/', kLongestPath);
    if (cut == std::string::npos) return OpenError(ENAMETOOLONG, path);
    const int fd =
        OpenPiece(own.valid() ? own.get() : root_.get(), rest.substr(0, cut), O_PATH | O_DIRECTORY);
    if (fd < 0) return OpenError(errno, path);
    own = UniqueFd(fd);
    rest.erase(0, cut + 1);
  }
  UniqueFd fd(OpenPiece(own.valid() ? own.get() : root_.get(), rest, flags));
  if (!fd.valid()) return OpenError(errno, path);
  return fd;
}

Status DirectorySource::List(Slice folder, const TakeEntries& take) const {
  SNAPTREE_ASSIGN(UniqueFd fd, OpenBelow(folder, O_RDONLY | O_DIRECTORY));
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::fdopendir(fd.get()), &::closedir);
  if (dir == nullptr) return SystemError(errno, "list", name_ + "/" + std::string(folder));
  static_cast<void>(fd.Release());  // belongs to dir now
  std::vector<TreeEntry> entries;
  const int dir_fd = ::dirfd(dir.get());
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(dir.get());
    if (entry == nullptr) break;
    const Slice name = entry->d_name;
    if (name == "." || name == "..") continue;
    EntryKind kind = EntryKind::kOther;
    if (entry->d_type == DT_REG) kind = EntryKind::kFile;
    if (entry->d_type == DT_DIR) kind = EntryKind::kFolder;
    if (entry->d_type == DT_UNKNOWN) {
      struct stat status;
      if (::fstatat(dir_fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0) {
        if (S_ISREG(status.st_mode)) kind = EntryKind::kFile;
        if (S_ISDIR(status.st_mode)) kind = EntryKind::kFolder;
      }
    }
    entries.push_back({std::string(name), kind});
    if (entries.size() < kEntriesAtATime) continue;
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_TRY(take(entries));
    entries.clear();
  }
  if (errno != 0) return SystemError(errno, "list", name_ + "/" + std::string(folder));
  return entries.empty() ? Status::Ok() : take(entries);
}

Result<std::optional<EntryKind>> DirectorySource::Find(Slice path) const {
  Result<UniqueFd> fd = OpenBelow(path, O_PATH | O_NOFOLLOW);
  if (!fd.ok()) {
    if (fd.status().code() == "NotFound") return std::optional<EntryKind>();
    if (fd.status().code() == "UnsafePath") return std::optional(EntryKind::kOther);
    return fd.status();
  }
  struct stat status;
  if (::fstat(fd->get(), &status) != 0) return SystemError(errno, "look at", Shown(path));
  if (S_ISREG(status.st_mode)) return std::optional(EntryKind::kFile);
  return std::optional(S_ISDIR(status.st_mode) ? EntryKind::kFolder : EntryKind::kOther);
}

Result<std::unique_ptr<TreeContent>> DirectorySource::Open(Slice path) const {
  SNAPTREE_ASSIGN(UniqueFd fd, OpenBelow(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY));
  struct stat status;
  if (::fstat(fd.get(), &status) != 0) return SystemError(errno, "look at", Shown(path));
  if (!S_ISREG(status.st_mode)) return NotRegular(path, KindName(status.st_mode));
  if (status.st_nlink > 1 && !options_.allow_hard_links) {
    return DataError("HardLink", "the file has several names: a change of another one changes it")
        .At(Shown(path))
        .Expected("1 link")
        .Found(std::to_string(status.st_nlink))
        .Next(
            "copy the tree (cp -r --no-preserve=links); encode and pack take it with "
            "--allow-hard-links");
  }
  return std::unique_ptr<TreeContent>(
      std::make_unique<DirectoryContent>(std::move(fd), std::string(path), status));
}

}  // namespace

Result<std::unique_ptr<TreeSource>> OpenDirectorySource(const std::string& path,
                                                        DirectorySourceOptions options) {
  UniqueFd root(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.valid()) {
    if (errno != ENOTDIR) return SystemError(errno, "open the folder", path);
    return UsageError("NotAFolder", "a tree is a folder").At(path);
  }
  return std::unique_ptr<TreeSource>(
      std::make_unique<DirectorySource>(path, std::move(root), options));
}

}  // namespace snaptree

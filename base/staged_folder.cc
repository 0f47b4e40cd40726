#include "base/staged_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/text.h"

namespace snaptree {
namespace {

constexpr Slice kMark = ".snaptree-";
constexpr size_t kHexDigits = 16;
constexpr Slice kScratchSuffix = ".scratch";
constexpr size_t kAddedBytes = 1 + kMark.size() + kHexDigits + kScratchSuffix.size();
// What is left of 255 bytes, and of the 143 that encrypted folders allow.
constexpr size_t kPartBytes[] = {255 - kAddedBytes, 143 - kAddedBytes};
constexpr int kAttempts = 100;

// The part of an output's name that its staged folders carry.
std::string StagedNamePart(const std::string& output_name, size_t max_bytes) {
  size_t size = std::min(output_name.size(), max_bytes);
  // Not inside a UTF-8 character: some file systems refuse such names.
  while (size > 0 && size < output_name.size() &&
         (static_cast<uint8_t>(output_name[size]) & 0xc0) == 0x80) {
    --size;
  }
  return output_name.substr(0, size);
}

std::string RandomHex() {
  char bytes[kHexDigits / 2];
  size_t got = 0;
  while (got < sizeof bytes) {
    const ssize_t n = ::getrandom(bytes + got, sizeof bytes - got, 0);
    if (n > 0) got += static_cast<size_t>(n);
  }
  return Hex(Slice(bytes, sizeof bytes));
}

enum class Lock { kTaken, kBusy, kNotSupported };

Lock TakeLock(int fd) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return Lock::kTaken;
  return errno == EWOULDBLOCK ? Lock::kBusy : Lock::kNotSupported;
}

bool IsStagedName(Slice name, Slice part) {
  const auto skip = [&name](Slice prefix) {
    if (!name.starts_with(prefix)) return false;
    name.remove_prefix(prefix.size());
    return true;
  };
  if (!skip(".") || !skip(part) || !skip(kMark) || name.size() < kHexDigits) return false;
  const Slice hex = name.substr(0, kHexDigits);
  const bool is_hex = std::all_of(hex.begin(), hex.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  name.remove_prefix(kHexDigits);
  return is_hex && (name.empty() || name == kScratchSuffix);
}

}  // namespace

bool LockOwnFolder(int fd) {
  if (TakeLock(fd) == Lock::kBusy) return false;
  struct stat st {};
  return ::fstat(fd, &st) == 0 && st.st_nlink > 0;
}

Result<StagedFolder> MakeStagedFolder(int parent_fd, const std::string& parent_path,
                                      const std::string& output_name, Slice suffix, mode_t mode) {
  size_t part = 0;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    StagedFolder folder;
    folder.name.append(".").append(StagedNamePart(output_name, kPartBytes[part]));
    folder.name.append(kMark).append(RandomHex()).append(suffix);
    if (::mkdirat(parent_fd, folder.name.c_str(), mode) != 0) {
      if (errno == EEXIST) continue;
      if (errno == ENAMETOOLONG && part + 1 < std::size(kPartBytes)) {
        ++part;
        continue;
      }
      return SystemError(errno, "create a folder in", parent_path);
    }
    folder.fd = UniqueFd(
        ::openat(parent_fd, folder.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (folder.fd.valid() && LockOwnFolder(folder.fd.get())) return folder;
    if (!folder.fd.valid() && errno != ENOENT) {
      const Status error = SystemError(errno, "open", parent_path + "/" + folder.name);
      ::unlinkat(parent_fd, folder.name.c_str(), AT_REMOVEDIR);
      return error;
    }
  }
  return EnvironmentError("Io", "cannot create a folder that no other run takes away")
      .At(parent_path);
}

void ForEachAbandoned(const std::string& parent_path, const std::string& output_name,
                      const std::function<void(const std::string& name)>& visit) {
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(parent_path.c_str()), ::closedir);
  if (!listing) return;
  while (const dirent* const entry = ::readdir(listing.get())) {
    const bool ours = std::any_of(std::begin(kPartBytes), std::end(kPartBytes), [&](size_t bytes) {
      return IsStagedName(entry->d_name, StagedNamePart(output_name, bytes));
    });
    if (!ours) continue;
    const UniqueFd fd(::openat(::dirfd(listing.get()), entry->d_name,
                               O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (fd.valid() && TakeLock(fd.get()) == Lock::kTaken) visit(entry->d_name);
  }
}

}  // namespace snaptree

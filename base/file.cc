#include "base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace snaptree {
namespace {

const char* KindName(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "something else";
}

}  // namespace

void UniqueFd::Reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<InputFile> InputFile::Open(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) return SystemError(errno, "open", path);
  return FromFd(std::move(fd), path);
}

Result<InputFile> InputFile::FromFd(UniqueFd fd, std::string name) {
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return SystemError(errno, "examine", name);
  if (!S_ISREG(st.st_mode)) {
    return UsageError("NotRegular", "not a regular file")
        .At(name)
        .Expected("a file")
        .Found(KindName(st.st_mode))
        .Next("give a snapshot file, a raft data directory, or - for standard input");
  }
  return InputFile(std::move(fd), std::move(name), static_cast<uint64_t>(st.st_size));
}

Result<InputFile> InputFile::WithFlippedBit(uint64_t offset, int bit) const {
  UniqueFd fd(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 3));
  if (!fd.valid()) return SystemError(errno, "open", path_);
  InputFile flipped(std::move(fd), path_, size_);
  flipped.flipped_at_ = offset;
  flipped.flipped_bits_ = static_cast<uint8_t>(1U << bit);
  return flipped;
}

Result<size_t> InputFile::ReadAt(uint64_t offset, char* out, size_t n) const {
  size_t done = 0;
  while (done < n) {
    const ssize_t got = ::pread(fd_.get(), out + done, n - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(errno, "read", path_).At(path_, offset + done);
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  if (flipped_bits_ != 0 && offset <= flipped_at_ && flipped_at_ - offset < done) {
    char& byte = out[flipped_at_ - offset];
    byte = static_cast<char>(static_cast<uint8_t>(byte) ^ flipped_bits_);
  }
  return done;
}

Status InputFile::ReadExactlyAt(uint64_t offset, char* out, size_t n) const {
  SNAPTREE_ASSIGN(const size_t got, ReadAt(offset, out, n));
  if (got == n) return {};
  return EnvironmentError("ChangedWhileReading", "the file became shorter while it was read")
      .At(path_, offset + got)
      .Next("copy the file away from whatever writes it, then run again");
}

Status WriteFully(int fd, Slice bytes, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return SystemError(errno, "write", path);
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  return {};
}

Status CloseWritten(UniqueFd fd, std::string_view path) {
  if (::close(fd.Release()) != 0 && errno != EINTR) return SystemError(errno, "close", path);
  return {};
}

Result<UniqueFd> OpenUnnamedFile(const std::string& folder) {
  UniqueFd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (fd.valid()) return fd;
  // File systems without O_TMPFILE: a name for an instant.
  std::string name = folder + "/.snaptree-XXXXXX";
  fd = UniqueFd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd.valid()) return SystemError(errno, "create a scratch file in", folder);
  if (::unlink(name.c_str()) != 0) return SystemError(errno, "unlink", name);
  return fd;
}

std::string TemporaryFolder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

}  // namespace snaptree

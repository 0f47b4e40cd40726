// Files through descriptors: RAII, checked reads and writes, errors that name the path.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      Reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { Reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }
  // Closes without looking at the result: for files that were only read, or are thrown away.
  void Reset();

 private:
  int fd_ = -1;
};

// A readable regular file with its name for messages. Thread-safe: reads carry their own position.
class InputFile {
 public:
  // Opens a regular file (never blocks on a FIFO). "NotFound", "Permission", "Io", "NotRegular".
  static Result<InputFile> Open(const std::string& path);
  // Takes over a descriptor, for scratch files that have no name any more; `name` is for messages.
  static Result<InputFile> FromFd(UniqueFd fd, std::string name);
  // The same file, read as if one bit (0 = the lowest) of the byte at `offset` were the other way
  // round: to try whether that bit explains a damage.
  Result<InputFile> WithFlippedBit(uint64_t offset, int bit) const;

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }

  // Reads up to n bytes at offset; fewer only at the end of the file.
  Result<size_t> ReadAt(uint64_t offset, char* out, size_t n) const;
  // Exactly n bytes, or "ChangedWhileReading" when the file has become shorter.
  Status ReadExactlyAt(uint64_t offset, char* out, size_t n) const;

 private:
  InputFile(UniqueFd fd, std::string path, uint64_t size)
      : fd_(std::move(fd)), path_(std::move(path)), size_(size) {}

  UniqueFd fd_;
  std::string path_;
  uint64_t size_ = 0;
  uint64_t flipped_at_ = 0;
  uint8_t flipped_bits_ = 0;  // of the byte at flipped_at_; 0: the file as it is
};

// Writes all of it, whatever write(2) takes at a time. `path` is for messages.
Status WriteFully(int fd, Slice bytes, std::string_view path);

// close(2) for files that were written: its error counts.
Status CloseWritten(UniqueFd fd, std::string_view path);

// An unnamed file in `folder` that vanishes with its descriptor.
Result<UniqueFd> OpenUnnamedFile(const std::string& folder);

// TMPDIR, else the system's default.
std::string TemporaryFolder();

}  // namespace snaptree

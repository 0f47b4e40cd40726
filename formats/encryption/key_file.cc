#include "formats/encryption/key_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>

#include "base/cancel.h"
#include "base/file.h"
#include "base/slice.h"
#include "formats/encryption/no_core_file.h"

namespace snaptree {
namespace {

constexpr size_t kPieceBytes = 64 << 10;
constexpr int kPollMs = 100;

using FileIdentity = std::pair<dev_t, ino_t>;

struct ReadPipes {
  std::mutex mutex;
  NoCoreFile no_core_file;  // goes after the keys
  std::map<FileIdentity, SecretText> texts;
};

bool IsOfHexDigits(Slice text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == Slice::npos;
}

bool IsOfBase64(Slice text) {
  constexpr Slice kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
  if (text.ends_with('=')) text.remove_suffix(1);
  return text.find_first_not_of(kAlphabet) == Slice::npos;
}

// 32 bytes in one of their usual spellings.
bool LooksLikeKey(Slice text) {
  if (text.size() == 64) return IsOfHexDigits(text);
  return (text.size() == 43 || text.size() == 44) && IsOfBase64(text);
}

Status OpenError(int error_number, const char* option, const std::string& path) {
  if (LooksLikeKey(path)) {
    return UsageError("KeyOnCommandLine",
                      std::string("what was given with ") + option + " looks like a key")
        .Expected("the name of a file, or a pipe such as <(command)")
        .Next("give a file, not the key: others can see what stands on a command line");
  }
  Status error = SystemError(error_number, std::string("open the file of ") + option, path);
  if (error_number == ENOENT || error_number == ENOTDIR)
    return std::move(error).Next(std::string("check the path that was given with ") + option);
  return error;
}

Status NoFile(const char* option, const std::string& path, mode_t mode) {
  return UsageError("NotRegular", std::string("what was given with ") + option + " is no file")
      .At(path)
      .Expected("a file or a pipe")
      .Found(S_ISDIR(mode) ? "a directory" : "a device or a socket")
      .Next("name the file itself, or let a command write it: <(command)");
}

// Pipes do not block, so that a run can be cancelled.
Status WaitForPipe(int fd) {
  struct pollfd poll_fd {
    fd, POLLIN, 0
  };
  while (::poll(&poll_fd, 1, kPollMs) <= 0) SNAPTREE_TRY(CheckCancelled());
  return {};
}

Status ReadUpTo(int fd, const std::string& path, size_t most, bool pipe, std::string* out) {
  while (out->size() < most) {
    if (pipe) SNAPTREE_TRY(WaitForPipe(fd));
    const size_t filled = out->size();
    out->resize(std::min(most, filled + kPieceBytes));
    const ssize_t got = ::read(fd, out->data() + filled, out->size() - filled);
    const int error_number = errno;
    out->resize(filled + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return {};
    if (got < 0 && error_number != EINTR && error_number != EAGAIN)
      return SystemError(error_number, "read", path);
  }
  return {};
}

Status ReadPipe(int fd, const std::string& path, size_t most, FileIdentity identity,
                std::string* out) {
  static ReadPipes pipes;
  const std::lock_guard lock(pipes.mutex);
  auto at = pipes.texts.find(identity);
  if (at == pipes.texts.end()) {
    SecretText text;
    SNAPTREE_TRY(ReadUpTo(fd, path, most, true, &text.bytes));
    at = pipes.texts.emplace(identity, std::move(text)).first;
  }
  out->assign(at->second.bytes, 0, most);
  return {};
}

}  // namespace

SecretText::~SecretText() { OPENSSL_cleanse(bytes.data(), bytes.size()); }

Result<KeyFileRead> ReadKeyFile(const char* option, const std::string& path, size_t limit) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd.valid()) return OpenError(errno, option, path);
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return SystemError(errno, "examine", path);
  KeyFileRead read;
  if (S_ISFIFO(st.st_mode)) {
    SNAPTREE_TRY(ReadPipe(fd.get(), path, limit + 1, {st.st_dev, st.st_ino}, &read.text.bytes));
    return read;
  }
  if (!S_ISREG(st.st_mode)) return NoFile(option, path, st.st_mode);
  read.others_can_read = (st.st_mode & (S_IRWXG | S_IRWXO)) != 0;
  SNAPTREE_TRY(ReadUpTo(fd.get(), path, limit + 1, false, &read.text.bytes));
  return read;
}

}  // namespace snaptree

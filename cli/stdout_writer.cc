#include "cli/stdout_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/cancel.h"
#include "cli/exit_codes.h"

namespace snaptree::cli {
namespace {

bool IsWritable(int timeout_ms) {
  pollfd wait{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&wait, 1, timeout_ms) == 1;
}

Status WriteStdout(Slice text) {
  while (!text.empty()) {
    size_t n = text.size();
    if (IsCancelled()) {
      // The last words of a run that was ended: said as long as somebody listens. A pipe that is
      // writable takes this much without waiting.
      constexpr int kPatienceMs = 200;
      constexpr size_t kPiece = 4096;
      if (!IsWritable(kPatienceMs)) return Cancelled();
      n = std::min(n, kPiece);
    }
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), n);
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {  // somebody else made the pipe non-blocking
      IsWritable(1000);
    } else if (errno == EPIPE) {
      return EnvironmentError(kClosedPipe, "the reader of standard output has gone");
    } else if (errno != EINTR) {
      return SystemError(errno, "write", "standard output");
    }
  }
  return {};
}

}  // namespace

Status StdoutWriter::Flush() {
  Status status = WriteStdout(buffer_);
  buffer_.clear();
  return status;
}

Status PrintToStdout(Slice text) { return WriteStdout(text); }

void OpenStandardDescriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // The wrong direction on purpose: reading or writing it is an error, as it was before.
    const int opened = ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (opened < 0 || opened != fd) return;
  }
}

}  // namespace snaptree::cli

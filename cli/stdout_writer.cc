#include "cli/stdout_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "base/cancel.h"
#include "cli/exit_codes.h"

namespace snaptree::cli {
namespace {

Status WriteStdout(Slice text) {
  while (!text.empty()) {
    SNAPTREE_TRY(CheckCancelled());
    const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
    if (n >= 0) {
      text.remove_prefix(static_cast<size_t>(n));
    } else if (errno == EAGAIN) {  // somebody else made the pipe non-blocking
      pollfd wait{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&wait, 1, 1000);
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

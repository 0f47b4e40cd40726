#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/text.h"

namespace snaptree::cli {

bool IsTerminal(int fd) { return ::isatty(fd) == 1; }

size_t TerminalWidth(int fd) {
  constexpr size_t kUsual = 80;
  constexpr size_t kNarrowest = 20;
  if (const char* columns = std::getenv("COLUMNS")) {
    if (const auto n = ParseU64(columns); n && *n >= kNarrowest && *n <= 10000)
      return static_cast<size_t>(*n);
  }
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= kNarrowest) return size.ws_col;
  return kUsual;
}

bool IsDumbTerminal() {
  const char* term = std::getenv("TERM");
  return term == nullptr || *term == 0 || Slice(term) == "dumb";
}

bool UseColor(When choice, int fd) {
  if (choice != When::kAuto) return choice == When::kAlways;
  const char* no_color = std::getenv("NO_COLOR");
  const bool refused = no_color != nullptr && *no_color != 0;
  return !refused && !IsDumbTerminal() && IsTerminal(fd);
}

std::string WithoutControls(Slice text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7f) {
      out += "\\x" + Hex(Slice(&c, 1));
    } else {
      out += c;
    }
  }
  return out;
}

void WriteToStderr(Slice text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<size_t>(n));
  }
}

void StatusLines::EraseLocked(std::string* out) {
  // Back to the first drawn line, clearing from there to the end of the screen.
  if (drawn_ == 2) *out += "\x1b[A";
  if (drawn_ > 0) *out += "\r\x1b[J";
  drawn_ = 0;
}

void StatusLines::Draw(const std::string& first, const std::string& second) {
  const std::lock_guard lock(mutex_);
  const size_t width = TerminalWidth(STDERR_FILENO) - 1;  // a full line would wrap
  std::string out;
  EraseLocked(&out);
  out += first.substr(0, width);
  drawn_ = 1;
  if (!second.empty()) {
    out += "\n" + second.substr(0, width);
    drawn_ = 2;
  }
  WriteToStderr(out);
}

void StatusLines::Erase() {
  const std::lock_guard lock(mutex_);
  std::string out;
  EraseLocked(&out);
  WriteToStderr(out);
}

void StatusLines::Print(Slice text) {
  const std::lock_guard lock(mutex_);
  std::string out;
  EraseLocked(&out);
  WriteToStderr(out.append(text));
}

}  // namespace snaptree::cli

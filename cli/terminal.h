// What the terminal can do, and the one or two lines at its bottom that are drawn again and again.
#pragma once

#include <mutex>
#include <string>

#include "base/slice.h"
#include "cli/invocation.h"

namespace snaptree::cli {

bool IsTerminal(int fd);
// COLUMNS, else what the terminal says, else 80.
size_t TerminalWidth(int fd);
// TERM=dumb, or none: no control characters.
bool IsDumbTerminal();
// --color, NO_COLOR and TERM.
bool UseColor(When choice, int fd);

// Text as it may stand on a terminal: control characters that a name from the input could smuggle
// in become \xHH.
std::string WithoutControls(Slice text);

// The status lines on standard error. Messages and status share the terminal, so both go through
// here. Thread-safe.
class StatusLines {
 public:
  // Replaces what is drawn. Lines are cut to the terminal's width.
  void Draw(const std::string& first, const std::string& second);
  void Erase();
  // Erases the status, then writes text as it is; the next Draw() brings the status back.
  void Print(Slice text);

 private:
  void EraseLocked(std::string* out);

  std::mutex mutex_;
  int drawn_ = 0;
};

// write(2) to standard error, as far as it goes: nobody can be told when that fails.
void WriteToStderr(Slice text);

}  // namespace snaptree::cli

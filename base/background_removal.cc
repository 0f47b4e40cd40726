#include "base/background_removal.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <csignal>

#include "base/remove_tree.h"

namespace snaptree {
namespace {

// Everything but the descriptors that the removal needs: a shell that waits for the end of our
// output must see it. REQUIRES: `keep` is sorted and not empty.
void CloseAllBut(const std::vector<int>& keep) {
  unsigned first = 0;
  for (const int fd : keep) {
    const auto kept = static_cast<unsigned>(fd);
    if (kept > first) ::syscall(SYS_close_range, first, kept - 1, 0);
    first = kept + 1;
  }
  ::syscall(SYS_close_range, first, UINT_MAX, 0);
}

[[noreturn]] void RunChild(const std::vector<Removal>& removals, const std::vector<int>& keep) {
  ::setsid();
  std::signal(SIGTERM, SIG_DFL);
  CloseAllBut(keep);
  bool gone = true;
  for (const Removal& removal : removals) {
    RemovalDeadline none = RemovalDeadline::None();
    gone = RemoveTreeAt(removal.parent_fd, removal.name, &none) && gone;
  }
  ::_exit(gone ? 0 : 1);
}

bool HandOver(const std::vector<Removal>& removals) {
  std::vector<int> keep;  // allocated here: the child of a process with threads must not
  for (const Removal& removal : removals) {
    keep.push_back(removal.parent_fd);
    if (removal.lock_fd >= 0) keep.push_back(removal.lock_fd);
  }
  std::sort(keep.begin(), keep.end());
  keep.erase(std::unique(keep.begin(), keep.end()), keep.end());
  const pid_t child = ::fork();
  if (child == 0) RunChild(removals, keep);
  return child > 0;
}

}  // namespace

bool RemoveOrHandOver(const std::vector<Removal>& removals, int ms_after_cancel) {
  RemovalDeadline deadline = RemovalDeadline::AfterCancel(ms_after_cancel);
  bool gone = true;
  for (const Removal& removal : removals) {
    gone = RemoveTreeAt(removal.parent_fd, removal.name, &deadline) && gone;
  }
  return gone || (deadline.HasPassed() && HandOver(removals));
}

}  // namespace snaptree

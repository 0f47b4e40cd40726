// Removal that does not keep a cancelled run waiting: what cannot be removed soon after the signal
// is left to a child process, which goes on in the background and keeps the locks until it is done.
#pragma once

#include <vector>

namespace snaptree {

struct Removal {
  int parent_fd;
  const char* name;  // in parent_fd
  int lock_fd;       // the lock on it, -1 when there is none
};

inline constexpr int kRemovalMsAfterCancel = 700;  // a signal ends the run within a second

// Removes them all, as RemoveTreeAt does; hands over so many milliseconds after a signal was seen.
// True when they are gone or in a child's hands.
bool RemoveOrHandOver(const std::vector<Removal>& removals,
                      int ms_after_cancel = kRemovalMsAfterCancel);

}  // namespace snaptree

// Removes folders, however large, deep or hostile: never follows a link, never enters another file
// system, holds few descriptors, allocates nothing (so that a child made by fork() may call it),
// and goes on past errors.
#pragma once

#include <string>

namespace snaptree {

// How long a removal may take.
class RemovalDeadline {
 public:
  // No end, whatever happens.
  static RemovalDeadline None() { return RemovalDeadline(Mode::kNone, 0); }
  // So many milliseconds from now.
  static RemovalDeadline After(int ms);
  // No end while the run goes on; once it is cancelled, so many milliseconds more.
  static RemovalDeadline AfterCancel(int ms) { return RemovalDeadline(Mode::kAfterCancel, ms); }

  bool HasPassed();

 private:
  enum class Mode { kNone, kAt, kAfterCancel };
  RemovalDeadline(Mode mode, int ms) : mode_(mode), ms_(ms) {}

  Mode mode_;
  int ms_;
  long long end_ms_ = 0;  // on the monotonic clock, once mode_ is kAt
};

// Removes `name` in the folder `parent_fd` and everything in it, whatever it is. True when nothing
// is there any more.
bool RemoveTreeAt(int parent_fd, const char* name, RemovalDeadline* deadline);

// Removes a folder and everything in it, never following links. Goes on past errors; false when
// something is left or `deadline_ms` (0: none) has passed.
bool RemoveTree(const std::string& path, int deadline_ms);

}  // namespace snaptree

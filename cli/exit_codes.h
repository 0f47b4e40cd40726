// The exit codes: a contract that does not change once released (docs/exit-codes.md).
#pragma once

#include "base/status.h"

namespace snaptree::cli {

inline constexpr int kExitDone = 0;         // done, nothing lost
inline constexpr int kExitUsage = 1;        // the call was wrong
inline constexpr int kExitData = 2;         // the data is wrong; no output
inline constexpr int kExitIncomplete = 3;   // ran to the end, but not what 0 promises
inline constexpr int kExitEnvironment = 4;  // the machine: I/O, space, memory, permission
inline constexpr int kExitSignalBase = 128;

// The code of a pipe on standard output that its reader closed: what a shell shows for SIGPIPE,
// which we ignore in order to clean up.
inline constexpr const char* kClosedPipe = "ClosedPipe";

// 0 for success; a signal that came gives 128 + its number.
int ExitCodeOf(const Status& status);

// When several apply: a signal, then 4, 2, 1, 3, 0.
int WorseExit(int a, int b);

}  // namespace snaptree::cli

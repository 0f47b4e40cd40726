// Who holds a Pebble directory's LOCK: read, never taken, never created.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace snaptree {

struct LockHolder {
  int pid = 0;       // 0: of a process that cannot be seen from here
  std::string name;  // of the program; empty: unknown
};

// The process that has a lock on `directory`/LOCK, as Pebble takes it (fcntl); nullopt: none has,
// or there is no LOCK. "Permission", "Io".
Result<std::optional<LockHolder>> FindLockHolder(const std::string& directory);

// "process 4711 (elastickv)".
std::string LockHolderText(const LockHolder& holder);

}  // namespace snaptree

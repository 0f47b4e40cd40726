// Folders that are private to one run until it ends: `.<name>.snaptree-<16 hex>` for an output that
// is being built, with `.scratch` behind it for scratch files. A lock (flock) on the folder tells
// those of live runs from those that a killed run left behind.
#pragma once

#include <functional>
#include <string>

#include "base/file.h"
#include "base/result.h"

namespace snaptree {

struct StagedFolder {
  std::string name;  // in its parent
  UniqueFd fd;       // holds the lock
};

// Makes and locks `.<name>.snaptree-<hex><suffix>` in `parent_fd`, hex at random, the name cut
// where the whole would be too long for the file system. `parent_path` is for messages.
Result<StagedFolder> MakeStagedFolder(int parent_fd, const std::string& parent_path,
                                      const std::string& output_name, Slice suffix, mode_t mode);

// Locks a folder that this run has just made, where the file system can lock at all. False when a
// clean-up of another run came before the lock, and took the folder for abandoned.
bool LockOwnFolder(int fd);

// Calls visit(name) for everything in `parent_path` that has such a name for this output and that
// no run holds, with its lock taken.
void ForEachAbandoned(const std::string& parent_path, const std::string& output_name,
                      const std::function<void(const std::string& name)>& visit);

}  // namespace snaptree

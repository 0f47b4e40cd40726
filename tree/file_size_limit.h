// How large a file may be where a tree goes.
#pragma once

#include <cstdint>
#include <string>

namespace snaptree {

// Tried out with a file without a name, unless the size is one that every file system takes. False
// also when it cannot be tried.
bool FolderCanHold(const std::string& folder, uint64_t file_bytes);

}  // namespace snaptree

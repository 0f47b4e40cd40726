// Files of a Pebble directory, which is read and never followed out of: no symbolic links.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace snaptree {

// The names in a directory, in byte order. Errors of the system.
Result<std::vector<std::string>> ListNames(const std::string& directory);

// Opens directory/name for reading. As InputFile::Open(), and "NotRegular" for a symbolic link.
Result<std::shared_ptr<const InputFile>> OpenFileIn(const std::string& directory,
                                                    const std::string& name);

}  // namespace snaptree

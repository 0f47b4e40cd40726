// The write-ahead logs of a Pebble directory, by their names (spec 01b section 3.2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace snaptree {

struct LogFile {
  uint64_t number = 0;
  // Logs of one number are pieces of one log, written one after the other.
  uint32_t segment = 0;
  std::string name;  // in its directory
};

// In the order in which they were written. Errors of the system.
Result<std::vector<LogFile>> ListLogs(const std::string& directory);

}  // namespace snaptree

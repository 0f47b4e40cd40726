// `.snap` files: what raft knows of a snapshot (spec 01 sections 11.2 and 11.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

struct SnapFile {
  uint64_t index = 0;
  uint64_t term = 0;
  bool has_token = false;     // false: the payload stands in the file itself
  uint32_t token_crc32c = 0;  // of the `.fsm` before its footer
};
// "SnapInvalid".
Result<SnapFile> ParseSnapFile(Slice bytes, const std::string& path);

// Reads one. Those that are too large for a token hold a payload: of them only the numbers in the
// name are known. Errors of reading, "SnapInvalid".
Result<SnapFile> ReadSnapFile(const std::string& path);

}  // namespace snaptree

// Bytes that need no room on a disk.
#pragma once

#include <cstring>

#include "base/slice.h"

namespace snaptree {

// Ends at the first byte that is none, mostly. REQUIRES: !bytes.empty().
inline bool IsZeros(Slice bytes) {
  return bytes[0] == '\0' && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

}  // namespace snaptree

// Unsigned LEB128 numbers of Pebble's files: at most 10 bytes, 64 bits (spec 01b, conventions).
#pragma once

#include <cstdint>

#include "base/slice.h"

namespace snaptree {

// Takes a number from the front of *bytes; false, and nothing taken, when it is cut or too long.
inline bool ReadVarint(Slice* bytes, uint64_t* value) {
  uint64_t sum = 0;
  for (size_t i = 0; i < bytes->size() && i < 10; ++i) {
    const auto byte = static_cast<uint8_t>((*bytes)[i]);
    if (i == 9 && byte > 1) return false;
    sum |= uint64_t{byte & 0x7fU} << (7 * i);
    if (byte < 0x80) {
      *value = sum;
      bytes->remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

}  // namespace snaptree

#include "base/checksum.h"

#include <algorithm>

#include <isa-l/crc.h>

namespace snaptree {

uint32_t ExtendCrc32c(uint32_t crc, Slice bytes) {
  constexpr size_t kPiece = size_t{1} << 30;  // ISA-L takes an int
  uint32_t state = ~crc;
  while (!bytes.empty()) {
    const size_t n = std::min(bytes.size(), kPiece);
    // crc32_iscsi does not write through its pointer; its declaration only lacks the const.
    auto* data = const_cast<unsigned char*>(Bytes(bytes));
    state = crc32_iscsi(data, static_cast<int>(n), state);
    bytes.remove_prefix(n);
  }
  return ~state;
}

}  // namespace snaptree

// CRC32C (Castagnoli), spec 01 conventions: initial value and final XOR ffffffff;
// Crc32c("123456789") = e3069283.
#pragma once

#include <cstdint>

#include "base/slice.h"

namespace snaptree {

// crc of the bytes so far, continued over `bytes`. Start with 0. ISA-L picks the CPU's fastest
// kernel at run time.
uint32_t ExtendCrc32c(uint32_t crc, Slice bytes);
inline uint32_t Crc32c(Slice bytes) { return ExtendCrc32c(0, bytes); }

}  // namespace snaptree

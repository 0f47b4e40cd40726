// Where a file was damaged, when one flipped bit explains its checksum.
//
// A CRC32C tells that bytes changed, not where. But one flipped bit at distance d from the end
// changes the CRC by x^d modulo the polynomial, and for files under 2^31 bits all these differences
// are distinct: the distance can be found by walking them. That turns "the file is damaged
// somewhere" into an offset, a family and a key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "formats/row.h"

namespace snaptree {

struct BitPosition {
  uint64_t offset;
  int bit;  // 0 = the lowest
};

// computed: of the `covered` bytes as they are; stored: what stands behind them, big-endian, of the
// bytes as they were. The bit is one of theirs at or behind `from`, or one of the stored checksum
// itself. nullopt when no single bit explains the difference, or the file is too large for a unique
// answer (2^31 bits = 256 MiB).
//
// Any other damage has a chance of 1 in 2^32 for each bit to look like that one: try the answer
// before it is told.
std::optional<BitPosition> LocateSingleBitError(uint32_t computed, uint32_t stored,
                                                uint64_t covered, uint64_t from = 0);

// ", in the value of row <key> (family <name>)": what stands at an offset; empty when nothing can
// be said. REQUIRES: a scan of the source has ended well.
std::string DescribeOffset(const RowSource& source, uint64_t offset);

}  // namespace snaptree

// Numbers of the scratch file of replayed logs: see log_row_file.h.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace snaptree {

inline constexpr size_t kRowHeadBytes = 8;  // two lengths
// Larger values stand apart, so that neither sorting nor a cursor moves them.
inline constexpr uint64_t kMaxInlineValue = uint64_t{64} << 10;
inline constexpr uint64_t kLargeValueHead = uint64_t{4} << 10;

// How much of a value stands in its row.
inline size_t InlineBytes(uint64_t value_size) {
  return static_cast<size_t>(value_size > kMaxInlineValue ? kLargeValueHead : value_size);
}

}  // namespace snaptree

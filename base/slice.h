// Slice: bytes that somebody else owns. Keys and values are raw bytes, never text, until a codec
// says so.
#pragma once

#include <cstdint>
#include <string_view>

namespace snaptree {

using Slice = std::string_view;

inline const uint8_t* Bytes(Slice s) { return reinterpret_cast<const uint8_t*>(s.data()); }

}  // namespace snaptree

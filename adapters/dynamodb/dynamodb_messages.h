// What the stored protobuf messages are made of (spec 03 chapter 2), and how they are written.
#pragma once

#include <cstdint>
#include <string>

#include "base/slice.h"

namespace snaptree::dynamodb {

// What the values of table and item rows begin with.
inline constexpr Slice kTableMagic("\0DS\x01", 4);
inline constexpr Slice kItemMagic("\0DI\x01", 4);

// Members of an attribute value (section 2.2).
enum MemberNumber : uint32_t {
  kS = 1,
  kN = 2,
  kB = 3,
  kBool = 4,
  kNull = 5,
  kSs = 6,
  kNs = 7,
  kBs = 8,
  kL = 9,
  kM = 10,
};
// The type of a key attribute by the number of its member.
inline constexpr char kKeyTypes[] = {0, 'S', 'N', 'B'};

// A live node reads no item that is nested deeper; an attribute of the item is at depth 1.
inline constexpr int kLiveDepth = 32;

inline void AppendVarint(uint64_t v, std::string* out) {
  for (; v >= 0x80; v >>= 7) *out += static_cast<char>(v | 0x80);
  *out += static_cast<char>(v);
}

inline void AppendBytesField(uint32_t number, Slice bytes, std::string* out) {
  AppendVarint(number << 3 | 2, out);
  AppendVarint(bytes.size(), out);
  out->append(bytes);
}

inline void AppendVarintField(uint32_t number, uint64_t v, std::string* out) {
  AppendVarint(number << 3, out);
  AppendVarint(v, out);
}

}  // namespace snaptree::dynamodb

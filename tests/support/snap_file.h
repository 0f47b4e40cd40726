// Makes `.snap` files (spec 01 section 11.3) for tests.
#pragma once

#include <cstdint>
#include <string>

#include "base/checksum.h"
#include "base/coding.h"

namespace snaptree::test {

inline std::string Varint(uint64_t v) {
  std::string out;
  for (; v >= 0x80; v >>= 7) out += static_cast<char>(v | 0x80);
  out += static_cast<char>(v);
  return out;
}

inline std::string VarintField(uint32_t field, uint64_t v) {
  return Varint(field << 3) + Varint(v);
}

inline std::string BytesField(uint32_t field, Slice content) {
  return (Varint(field << 3 | 2) + Varint(content.size())).append(content);
}

// The outer message around a snapshot message.
inline std::string WrapSnapshot(Slice snapshot) {
  return VarintField(1, Crc32c(snapshot)) + BytesField(2, snapshot);
}

inline std::string MakeToken(uint64_t index, uint32_t crc) {
  std::string token("EKVT\x01");
  AppendBe64(&token, index);
  AppendBe32(&token, crc);
  return token;
}

inline std::string SnapMetadata(uint64_t index, uint64_t term) {
  const std::string voters = VarintField(1, 1) + VarintField(1, 2);
  return BytesField(1, voters) + VarintField(2, index) + VarintField(3, term);
}

inline std::string MakeSnapFile(uint64_t index, uint64_t term, Slice data) {
  return WrapSnapshot(BytesField(1, data) + BytesField(2, SnapMetadata(index, term)));
}

}  // namespace snaptree::test

// 128-bit digests of keys, for sets of rows that do not fit in memory. They tell rows apart that
// chance or damage made different; somebody who looks for two rows with one digest may find them.
#pragma once

#include <cstdint>
#include <cstring>

#include "base/coding.h"
#include "base/slice.h"

namespace snaptree {

struct RowDigest {
  uint64_t high = 0;
  uint64_t low = 0;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the comparison for a pointer
  auto operator<=>(const RowDigest& other) const = default;
};

namespace row_digest_detail {

// Both halves of the product: every bit of either factor reaches many of the result.
inline uint64_t Fold(uint64_t a, uint64_t b) {
  __extension__ using Product = unsigned __int128;
  const Product product = static_cast<Product>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace row_digest_detail

inline RowDigest DigestOf(Slice bytes) {
  using row_digest_detail::Fold;
  // Odd numbers with as many ones as zeros, without a pattern.
  constexpr uint64_t kA = 0xa0761d6478bd642f;
  constexpr uint64_t kB = 0xe7037ed1a0b428db;
  constexpr uint64_t kC = 0x8ebc6af09c88c6e3;
  constexpr uint64_t kD = 0x589965cc75374cc3;
  RowDigest digest{kA ^ bytes.size(), kC + bytes.size()};
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 16; at += 16, left -= 16) {
    const uint64_t x = LoadLe64(at);
    const uint64_t y = LoadLe64(at + 8);
    digest.high = Fold(digest.high ^ x, kB ^ y);
    digest.low = Fold(digest.low ^ y, kD ^ x) + digest.high;
  }
  char rest[16] = {};
  if (left > 0) std::memcpy(rest, at, left);
  const uint64_t x = LoadLe64(rest);
  const uint64_t y = LoadLe64(rest + 8);
  digest.high = Fold(digest.high ^ x, kB ^ y);
  digest.low = Fold(digest.low ^ y, kD ^ x) + digest.high;
  return {Fold(digest.high ^ kC, digest.low ^ kA), Fold(digest.low ^ kB, digest.high ^ kD)};
}

}  // namespace snaptree

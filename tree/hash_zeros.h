// The digest of a hole: zeros like any others, but nobody makes a buffer as large as the hole.
#pragma once

#include <algorithm>
#include <array>

#include "base/cancel.h"
#include "base/sha256.h"
#include "base/status.h"

namespace snaptree {

inline Status HashZeros(Sha256* hash, uint64_t size) {
  static constexpr std::array<char, 64 << 10> kZeros{};
  while (size > 0) {
    SNAPTREE_TRY(CheckCancelled());
    const uint64_t n = std::min<uint64_t>(size, kZeros.size());
    hash->Update({kZeros.data(), n});
    size -= n;
  }
  return {};
}

}  // namespace snaptree

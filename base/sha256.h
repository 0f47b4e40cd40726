// SHA-256 by OpenSSL. The algorithm is fetched once a process and contexts are reused: for small
// files that halves the cost. One object per thread.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "base/slice.h"

namespace snaptree {

using Sha256Digest = std::array<uint8_t, 32>;

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Reset();  // begins a new message; also called by the constructor
  void Update(Slice bytes);
  Sha256Digest Finish();  // ends the message; Reset() before the next one

  static Sha256Digest Of(Slice bytes);
  static std::string HexOf(Slice bytes);

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

inline Slice AsSlice(const Sha256Digest& d) {
  return {reinterpret_cast<const char*>(d.data()), d.size()};
}

// The digest that AsSlice() gave. REQUIRES: `bytes` begins with one.
inline Sha256Digest DigestIn(Slice bytes) {
  Sha256Digest digest;
  std::copy_n(Bytes(bytes), digest.size(), digest.begin());
  return digest;
}

}  // namespace snaptree

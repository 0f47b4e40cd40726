// MD5, for the ETags of S3 only: it protects nothing. The algorithm is fetched once for the
// process; contexts are reused.
#pragma once

#include <array>
#include <memory>

#include "base/slice.h"

namespace snaptree {

using Md5Digest = std::array<uint8_t, 16>;

class Md5 {
 public:
  Md5();
  ~Md5();
  Md5(const Md5&) = delete;
  Md5& operator=(const Md5&) = delete;

  void Reset();  // begins a new message; also called by the constructor
  void Update(Slice bytes);
  Md5Digest Finish();  // ends the message; Reset() before the next one

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

inline Slice AsSlice(const Md5Digest& d) {
  return {reinterpret_cast<const char*>(d.data()), d.size()};
}

}  // namespace snaptree

// Fixed-width integers at unaligned addresses, and a checked reader that cannot run past its bytes.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include "base/slice.h"

namespace snaptree {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "loads below assume a little-endian host");

// REQUIRES: sizeof(T) readable bytes at p.
template <class T>
T LoadLe(const char* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline uint16_t LoadBe16(const char* p) { return __builtin_bswap16(LoadLe<uint16_t>(p)); }
inline uint32_t LoadBe32(const char* p) { return __builtin_bswap32(LoadLe<uint32_t>(p)); }
inline uint64_t LoadBe64(const char* p) { return __builtin_bswap64(LoadLe<uint64_t>(p)); }
inline uint64_t LoadLe64(const char* p) { return LoadLe<uint64_t>(p); }

inline void AppendBe32(std::string* out, uint32_t v) {
  v = __builtin_bswap32(v);
  out->append(reinterpret_cast<const char*>(&v), sizeof v);
}
inline void AppendBe64(std::string* out, uint64_t v) {
  v = __builtin_bswap64(v);
  out->append(reinterpret_cast<const char*>(&v), sizeof v);
}
inline void AppendLe64(std::string* out, uint64_t v) {
  out->append(reinterpret_cast<const char*>(&v), sizeof v);
}

// Reads from the front of a Slice. Every read says whether the bytes were there; a failed read
// takes nothing.
class ByteReader {
 public:
  explicit ByteReader(Slice bytes) : rest_(bytes) {}

  Slice rest() const { return rest_; }
  size_t size() const { return rest_.size(); }
  bool empty() const { return rest_.empty(); }

  bool ReadU8(uint8_t* v) {
    if (rest_.empty()) return false;
    *v = static_cast<uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return true;
  }
  bool ReadBe16(uint16_t* v) { return ReadWith(v, LoadBe16); }
  bool ReadBe32(uint32_t* v) { return ReadWith(v, LoadBe32); }
  bool ReadBe64(uint64_t* v) { return ReadWith(v, LoadBe64); }
  bool ReadLe64(uint64_t* v) { return ReadWith(v, LoadLe64); }
  // Compares n with the bytes left before it takes them: n may be any 64-bit number from the input.
  bool ReadBytes(uint64_t n, Slice* out) {
    if (n > rest_.size()) return false;
    *out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return true;
  }
  bool Skip(Slice prefix) {
    if (!rest_.starts_with(prefix)) return false;
    rest_.remove_prefix(prefix.size());
    return true;
  }

 private:
  template <class T>
  bool ReadWith(T* v, T (*load)(const char*)) {
    if (rest_.size() < sizeof(T)) return false;
    *v = load(rest_.data());
    rest_.remove_prefix(sizeof(T));
    return true;
  }

  Slice rest_;
};

}  // namespace snaptree

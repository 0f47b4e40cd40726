// Members of stored JSON objects: found by their exact names, converted to what they must be (spec
// 05 chapter 2, section 6 items 2, 3, 14). `null` counts as absent, as the node reads it.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "adapters/common/stored_json.h"

namespace snaptree::sqs {

// Names in the order in which the node writes them: members are nearly always found at once, behind
// the one before.
template <size_t N>
class OrderedNames {
 public:
  explicit constexpr OrderedNames(const std::array<Slice, N>& names) : names_(names) {}

  // The index of a name, N when it is none of them. *next: 0 for the first member of an object.
  size_t Find(Slice name, size_t* next) const {
    for (size_t tried = 0; tried < N; ++tried) {
      const size_t i = *next + tried < N ? *next + tried : *next + tried - N;
      if (names_[i] != name) continue;
      *next = i + 1;
      return i;
    }
    return N;
  }
  constexpr Slice operator[](size_t i) const { return names_[i]; }

 private:
  std::array<Slice, N> names_;
};

// A member that is there and not null. False: it is something else, and *out is left alone.
inline bool Read(const simdjson::dom::element& value, Slice* out) { return ToText(value, out); }
inline bool Read(const simdjson::dom::element& value, bool* out) { return ToBool(value, out); }
inline bool Read(const simdjson::dom::element& value, int64_t* out) { return ToInt64(value, out); }
inline bool Read(const simdjson::dom::element& value, uint64_t* out) {
  return ToUint64(value, out);
}
inline bool Read(const simdjson::dom::element& value, uint32_t* out) {
  uint64_t wide = 0;
  if (!ToUint64(value, &wide) || wide > UINT32_MAX) return false;
  *out = static_cast<uint32_t>(wide);
  return true;
}

}  // namespace snaptree::sqs

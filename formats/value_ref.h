// A value's bytes, resident or still in the source: small ones are views, large ones are read in
// pieces.
#pragma once

#include <algorithm>
#include <string>

#include "base/result.h"
#include "formats/row.h"

namespace snaptree {

struct ValueRef {
  Slice resident;  // the whole body when resident.size() == size, else only its first bytes
  uint64_t size = 0;
  uint64_t position = 0;  // of the body's first byte, for RowSource::ReadValue

  bool IsResident() const { return resident.size() == size; }
};

// Calls take(Slice) -> Status for the body from `from` on, in order, in pieces of at most 256 KiB.
template <class Take>
Status ForEachPiece(const RowSource& source, const ValueRef& value, uint64_t from, Take take) {
  if (value.IsResident()) return take(value.resident.substr(std::min<uint64_t>(from, value.size)));
  constexpr uint64_t kPiece = 256 << 10;
  std::string buffer;
  while (from < value.size) {
    buffer.resize(std::min(kPiece, value.size - from));
    SNAPTREE_TRY(source.ReadValue(value.position, from, buffer.data(), buffer.size()));
    SNAPTREE_TRY(take(Slice(buffer)));
    from += buffer.size();
  }
  return {};
}

// The whole body in *storage or resident. REQUIRES: value.size was compared with a limit by the
// caller.
inline Result<Slice> LoadValue(const RowSource& source, const ValueRef& value,
                               std::string* storage) {
  if (value.IsResident()) return value.resident;
  storage->resize(value.size);
  SNAPTREE_TRY(source.ReadValue(value.position, 0, storage->data(), storage->size()));
  return Slice(*storage);
}

}  // namespace snaptree

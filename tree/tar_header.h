// Headers of tar entries as bytes: ustar where it is enough, a pax header before it where not (spec
// 07 chapter 6). Owner 0, no names, time 0, modes 0600 and 0755: the same entry is the same bytes.
//
// Not by libarchive, which reads our archives: its writing half cannot be linked without every
// format it knows and their libraries (XML, four compressors, a second crypto library, 30 MB of
// Unicode tables), and it takes 2.7 us for an entry in pax, of which 0.1 us are needed.
#pragma once

#include <cstdint>
#include <string>

#include "base/slice.h"

namespace snaptree {

inline constexpr size_t kTarBlockBytes = 512;

enum class TarKind : char { kFile = '0', kFolder = '5' };

// Appends the header of an entry; whole blocks. REQUIRES: a safe path (manifest/tree_path.h).
void AppendTarHeader(std::string* out, Slice path, TarKind kind, uint64_t size);

}  // namespace snaptree

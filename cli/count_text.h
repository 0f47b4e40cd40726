// Numbers with their noun, for people: "1 row", "12,345 rows".
#pragma once

#include <cstdint>
#include <string>

#include "base/slice.h"

namespace snaptree::cli {

std::string Counted(uint64_t n, Slice one, Slice many);
// Of nouns whose plural has an "s" at the end.
std::string Counted(uint64_t n, Slice noun);

}  // namespace snaptree::cli

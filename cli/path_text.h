// Paths of a tree on a line of their own, whatever bytes they hold.
#pragma once

#include <string>

#include "base/slice.h"

namespace snaptree::cli {

// Whether CHECKSUMS would escape it: it holds a newline, CR or backslash.
bool NeedsEscape(Slice path);
// Newline, CR and backslash as \n, \r and \\; all else as it is.
void AppendPath(std::string* out, Slice path);

// An address as people take it from such lines: behind a backslash at its beginning, which no
// address has, \n, \r and \\ are what they stand for.
std::string AddressOf(Slice text);

}  // namespace snaptree::cli

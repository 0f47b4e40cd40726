// Paths of a tree on a line of their own, whatever bytes they hold.
#pragma once

#include <string>

#include "base/slice.h"

namespace snaptree::cli {

// Whether CHECKSUMS would escape it: it holds a newline, CR or backslash.
bool NeedsEscape(Slice path);
// Newline, CR and backslash as \n, \r and \\; all else as it is.
void AppendPath(std::string* out, Slice path);

}  // namespace snaptree::cli

// Paths inside a tree: relative, '/'-separated, raw bytes.
#pragma once

#include "base/slice.h"

namespace snaptree {

// True when the path cannot leave the tree and names one place in it: not empty, no empty, "." or
// ".." segment, no NUL.
bool IsSafeTreePath(Slice path);

// The same without the look for NULs.
bool HasPlainSegments(Slice path);

}  // namespace snaptree

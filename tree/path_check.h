// The last guard before a name becomes a file: whatever the layers above did, no path leaves the
// tree.
#pragma once

#include "base/status.h"
#include "base/text.h"
#include "manifest/tree_path.h"

namespace snaptree {

inline Status CheckTreePath(Slice path) {
  if (IsSafeTreePath(path)) return {};
  return DataError("UnsafePath", "a path would leave the tree")
      .Expected("a relative path without empty, \".\" or \"..\" parts")
      .Found("\"" + Printable(path) + "\"");
}

}  // namespace snaptree

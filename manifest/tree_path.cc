#include "manifest/tree_path.h"

namespace snaptree {

bool IsSafeTreePath(Slice path) { return path.find('\0') == Slice::npos && HasPlainSegments(path); }

bool HasPlainSegments(Slice path) {
  for (;;) {
    const size_t slash = path.find('/');
    const Slice segment = path.substr(0, slash);
    if (segment.empty() || segment == "." || segment == "..") return false;
    if (slash == Slice::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace snaptree

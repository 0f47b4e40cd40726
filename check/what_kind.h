// What a user gave where a snapshot, a tree or an archive may stand.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace snaptree {

enum class WhatKind : uint8_t { kTree, kArchive, kSnapshot };

// What there is decides, not the name. "-" is a snapshot on standard input; a folder is a tree
// unless it is the data directory of a node. "NotFound", "Permission".
Result<WhatKind> WhatKindOf(const std::string& what);

// "tree", "archive", "snapshot".
const char* NameOf(WhatKind kind);

// "AtNeedsSnapshot" (usage): of anything but a snapshot, an earlier time was asked for.
Status AtNeedsSnapshot(const std::string& what);

}  // namespace snaptree

// What more can be said about a file of a tree that is not what CHECKSUMS says: was it edited, and
// is it still of use?
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"
#include "tree/tree_source.h"

namespace snaptree {

// "" when there is nothing to say. dump_ms: when the tree was made (Unix).
std::string DetailOf(const Status& problem, const TreeSource& source,
                     std::optional<uint64_t> dump_ms);

}  // namespace snaptree

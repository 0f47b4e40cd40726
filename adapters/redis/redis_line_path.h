// The files of redis/db_0/ that hold a line for each key (spec 08), by their names.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/redis/redis_tree_folders.h"
#include "base/slice.h"

namespace snaptree::redis {

struct LineFileName {
  TypeFolder folder = TypeFolder::kStrings;
  uint64_t number = 0;
};

// Of "strings-00000.jsonl"; nullopt: no such file has this name.
std::optional<LineFileName> ParseLineFileName(Slice name);

// What the paths of all line files of one type begin with ("redis/db_0/strings-"), of the path of
// one of them in the tree; empty: it is none.
Slice LineFileStemOf(Slice path);

}  // namespace snaptree::redis

// The folders of redis/db_0/ that hold a file for each key (spec 02 chapter 4), and the files
// beside them that hold a line for each (spec 08).
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/slice.h"

namespace snaptree::redis {

inline constexpr Slice kDatabaseFolder = "redis/db_0/";

enum class TypeFolder : uint8_t { kStrings, kHll, kHashes, kLists, kSets, kZSets, kStreams };

struct TypeFolderForm {
  Slice name;
  Slice extension;
};
inline constexpr std::array<TypeFolderForm, 7> kTypeFolders = {{{"strings", ".bin"},
                                                                {"hll", ".bin"},
                                                                {"hashes", ".json"},
                                                                {"lists", ".json"},
                                                                {"sets", ".json"},
                                                                {"zsets", ".json"},
                                                                {"streams", ".jsonl"}}};

constexpr const TypeFolderForm& FormOf(TypeFolder folder) {
  return kTypeFolders[static_cast<size_t>(folder)];
}

// Of a file in a type folder; its name without extension.
inline void MakeKeyPath(TypeFolder folder, Slice name, std::string* path) {
  const TypeFolderForm& form = FormOf(folder);
  path->assign(kDatabaseFolder).append(form.name).append("/").append(name).append(form.extension);
}

// What the paths of a type's line files begin with: "redis/db_0/hashes-".
inline std::string LineFileStem(TypeFolder folder) {
  return std::string(kDatabaseFolder).append(FormOf(folder).name).append("-");
}
// What stands for all of them, in lists of paths: "redis/db_0/hashes-*.jsonl".
inline std::string LineFilePattern(TypeFolder folder) {
  return LineFileStem(folder).append("*.jsonl");
}

// One key's file, and what other files say about it.
struct KeyFile {
  TypeFolder folder = TypeFolder::kStrings;
  Slice path;
  Slice key;
  uint64_t expire_at_ms = 0;  // strings and HLLs; 0: none
  bool puts_ttl_row = true;   // false: another file of the key does
};

}  // namespace snaptree::redis

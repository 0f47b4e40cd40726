// The folders of redis/db_0/ that hold a file for each key (spec 02 chapter 4).
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/slice.h"

namespace snaptree::redis {

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

// One key's file, and what other files say about it.
struct KeyFile {
  TypeFolder folder = TypeFolder::kStrings;
  Slice path;
  Slice key;
  uint64_t expire_at_ms = 0;  // strings and HLLs; 0: none
  bool puts_ttl_row = true;   // false: another file of the key does
};

}  // namespace snaptree::redis

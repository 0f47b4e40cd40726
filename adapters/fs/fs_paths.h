// Paths of the filesystem's part of the tree: spec 06 section 4.4.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/slice.h"
#include "manifest/file_name_codec.h"

namespace snaptree::fs {

inline constexpr Slice kFolder = "fs/";
inline constexpr Slice kRootFolder = "fs";
inline constexpr Slice kTreeFolder = "fs/tree";
inline constexpr Slice kTreeBelow = "fs/tree/";
inline constexpr Slice kOrphansBelow = "fs/_orphans/";
inline constexpr Slice kInodesPath = "fs/inodes.jsonl";
inline constexpr Slice kKeymapPath = "fs/KEYMAP.jsonl";
inline constexpr Slice kExtraLinksPath = "fs/_orphans/extra_links.jsonl";
inline constexpr Slice kLostEntriesPath = "fs/_orphans/entries.jsonl";

// The path below kTreeFolder of the entry `name` in the directory `parent`, of which it is the path
// (empty: the root).
inline void ChildPath(Slice parent, Slice name, std::string* path) {
  EncodeSegmentTo(name, path);
  if (parent.empty()) return;
  path->insert(0, 1, '/');
  path->insert(0, parent);
}

// The address of what stands at a path below kTreeFolder.
inline void TreeAddress(Slice path, std::string* address) {
  address->assign(kTreeFolder);
  if (!path.empty()) address->append("/").append(path);
}

// A path below kTreeFolder as a key: sorted by it, a directory stands directly before all that is
// in it ("a", "a/x", "a-b"). A path has no byte 00.
inline void AppendPathKey(Slice path, std::string* key) {
  const size_t from = key->size();
  key->append(path);
  std::replace(key->begin() + static_cast<std::ptrdiff_t>(from), key->end(), '/', '\0');
}

inline std::string PathOfKey(Slice key) {
  std::string path(key);
  std::replace(path.begin(), path.end(), '\0', '/');
  return path;
}

// The address of what stands at such a key.
inline std::string AddressOfKey(Slice key) {
  std::string address;
  TreeAddress(PathOfKey(key), &address);
  return address;
}

inline std::string OrphanPath(uint64_t inode, Slice suffix) {
  return "fs/_orphans/" + std::to_string(inode).append(suffix);
}

}  // namespace snaptree::fs

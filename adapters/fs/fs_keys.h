// Key codecs of the filesystem families: spec 06 section 4.1 and chapter 9, item 3.
//
// A key here is *logical*: the 8-byte MVCC suffix is removed. Integers are big-endian. A parser
// that says false has met `FsMalformedKey`; its output is then worth nothing. Stateless: safe from
// any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/slice.h"

namespace snaptree::fs {

inline constexpr Slice kInodePrefix = "!fs|ino|";
inline constexpr Slice kEntryPrefix = "!fs|dir|";
inline constexpr Slice kDirVersionPrefix = "!fs|dirv|";
inline constexpr Slice kHomePrefix = "!fs|home|";
inline constexpr Slice kChunkPrefix = "!fs|chk|";
inline constexpr Slice kUsageKey = "!fs|usage";

inline constexpr uint64_t kRootInode = 1;

// O(x), "ordered bytes": each 00 as 00 ff, then 00 00.
void AppendOrdered(std::string* out, Slice bytes);
// Nothing may follow the end mark.
bool ParseOrdered(Slice ordered, std::string* out);

// prefix u64: kInodePrefix, kDirVersionPrefix or kHomePrefix.
bool ParseNumberedKey(Slice logical, Slice prefix, uint64_t* number);

// Whether a directory can hold this name: neither empty, "." nor "..", without '/' and 00.
bool IsEntryName(Slice name);

struct EntryKey {
  uint64_t parent = 0;  // inode number
  std::string name;
};
// "!fs|dir|" u64(parent) O(name). False also for a name that no directory can hold.
bool ParseEntryKey(Slice logical, EntryKey* out);

struct ChunkKey {
  uint64_t home_slot = 0;
  uint64_t inode = 0;
  uint64_t index = 0;
};
// "!fs|chk|" u64 u64 u64.
bool ParseChunkKey(Slice logical, ChunkKey* out);

}  // namespace snaptree::fs

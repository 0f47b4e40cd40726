// Logical rows of the filesystem families: keys and values as spec 06 sections 4.1 and 4.2 describe
// them, written down once more, apart from adapters/fs, so that a mistake there is seen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/slice.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

std::string FsInodeKey(uint64_t inode);
std::string FsEntryKey(uint64_t parent, Slice name);
std::string FsDirVersionKey(uint64_t inode);
std::string FsHomeKey(uint64_t inode);
std::string FsChunkKey(uint64_t home_slot, uint64_t inode, uint64_t index);

struct FsInode {
  uint64_t inode = 0;
  uint64_t parent = 1;
  std::string type = "file";
  uint64_t mode = 420;
  uint64_t uid = 0;
  uint64_t gid = 0;
  uint64_t size = 0;
  int64_t atime_nsec = 11;
  int64_t mtime_nsec = 12;
  int64_t ctime_nsec = 13;
  uint64_t chunk_size = 4194304;
  uint64_t home_slot = 0;
  uint64_t epoch = 1;
  uint64_t nlink = 1;
  uint64_t generation = 1;
  bool orphaned = false;
  std::string extra;  // text of more members: ,"name":value
};
FsInode FsFile(uint64_t inode, uint64_t size);
FsInode FsDirectory(uint64_t inode);
// The stored value.
std::string FsInodeValue(const FsInode& inode);
// Its line of inodes.jsonl; x_extra is the text of an object.
std::string FsInodeLine(const FsInode& inode, Slice path,
                        std::optional<uint64_t> dir_version = std::nullopt, Slice x_extra = "");

std::string FsEntryValue(uint64_t inode, Slice type);
std::string FsHomeValue(uint64_t home_slot);

// A store with the root directory.
SnapshotBuilder FsRoot();
// Inode and entry; the inode's type is the entry's.
void PutFs(SnapshotBuilder* rows, uint64_t parent, Slice name, const FsInode& inode);

}  // namespace snaptree::test

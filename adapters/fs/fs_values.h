// Values of the filesystem families: spec 06 sections 4.1, 4.2 and chapter 9, item 5. All but the
// chunks are JSON objects as Go writes them: a member that is missing or null is zero, one of
// another type is an error, one that is not known is kept.
//
// One parser object per thread. Errors are data errors without a place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/common/stored_json.h"
#include "adapters/fs/fs_keys.h"
#include "base/result.h"
#include "base/slice.h"
#include "manifest/json_writer.h"

namespace snaptree::fs {

enum class InodeType : uint8_t { kFile, kDirectory };
const char* InodeTypeName(InodeType type);  // "file", "directory"

struct UnknownMember {
  std::string name;
  std::string json;  // its value, as stored but without insignificant white space
};

// The members of section 4.2, in their order.
struct InodeNumbers {
  static constexpr uint64_t kDefaultChunkSize = 4194304;

  uint64_t number = 0;
  uint64_t parent = 0;
  InodeType type = InodeType::kFile;
  uint32_t mode = 0;
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint64_t size = 0;  // bytes
  int64_t atime_nsec = 0;
  int64_t mtime_nsec = 0;
  int64_t ctime_nsec = 0;
  uint64_t chunk_size = 0;  // bytes, as stored
  uint64_t home_slot = 0;   // as stored
  uint64_t epoch = 0;
  uint32_t nlink = 1;  // where it is not stored, the inode is not gone
  uint64_t generation = 0;
  bool orphaned = false;

  // Deleted while open (section 4.3). The root directory never is.
  bool IsGone() const {
    return (orphaned || nlink == 0) && !(number == kRootInode && type == InodeType::kDirectory);
  }
  // Where its chunks are, and of what size they are: 0 stands for the default.
  uint64_t EffectiveHomeSlot() const { return home_slot == 0 ? number : home_slot; }
  uint64_t EffectiveChunkSize() const { return chunk_size == 0 ? kDefaultChunkSize : chunk_size; }
};

struct Inode : InodeNumbers {
  std::vector<UnknownMember> unknown;  // in stored order
};

// Writes all members but `orphaned`, which the live node leaves out when it is false, and those
// that are not known. Stands in an object afterwards, as before.
void WriteInodeMembers(JsonWriter& json, const InodeNumbers& inode);

struct Entry {
  uint64_t inode = 0;
  std::string type;  // as stored; the inode's own type counts
  bool has_unknown = false;
};

class FsValueParser {
 public:
  // `number` is what the JSON says, for the caller to compare with the key. "FsInvalidInode".
  Status ParseInode(Slice json, Inode* out);
  // "FsInvalidEntry".
  Status ParseEntry(Slice json, Entry* out);
  // Nothing of a home row is needed; it is only checked. "FsInvalidHome".
  Status CheckHome(Slice json);

 private:
  StoredJson json_;
};

// A JSON number: u64 without fraction or sign.
bool ParseDirVersion(Slice json, uint64_t* out);

}  // namespace snaptree::fs

// Lines of fs/inodes.jsonl as an encoder reads them (spec 06 sections 4.4 and 4.6), and as records
// of sorters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "adapters/common/stored_json.h"
#include "adapters/fs/fs_values.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree::fs {

// What a line says. Members that people who write lines by hand may leave out are filled in as far
// as the line itself tells.
struct InodeLine {
  uint64_t number = 0;  // of the line, from 1
  InodeNumbers inode;
  uint64_t dir_version = 0;
  bool has_dir_version = false;
  bool has_type = true;     // else it is unknown, and the line is broken
  bool has_parent = false;  // members that were there; what they should be, the tree tells
  bool has_nlink = false;
  bool completed = false;    // some were filled in
  bool empty_extra = false;  // an x_extra without members, which does not come out
  bool other_name = false;   // its last component is not how snaptree writes that name
  bool broken = false;       // an error of it was told: it stands for its object, no more
};

// With what is of any size. Views live as long as what they were taken from.
struct NamedInodeLine {
  InodeLine line;
  Slice name;   // decoded; of the entry, empty for the root
  Slice extra;  // JSON text of members that only a newer server knows: empty or ,"a":1,"b":2
};
void PackInodeLine(const NamedInodeLine& line, std::string* payload);
NamedInodeLine UnpackInodeLine(Slice payload);

// One object per thread.
class InodeLineParser {
 public:
  // Forgets the line before. An error, "FsEncodeInvalid" without a place, is the first one; *out
  // and path() have what could be read all the same.
  Status Parse(Slice text, InodeLine* out);
  bool has_path() const { return has_path_; }
  // As it stands in the line: encoded components joined by '/', empty for the root.
  const std::string& path() const { return path_; }
  const std::string& extra() const { return extra_; }

 private:
  enum Field : size_t {
    kInode,
    kParent,
    kType,
    kMode,
    kUid,
    kGid,
    kSize,
    kAtime,
    kMtime,
    kCtime,
    kChunkSize,
    kHomeSlot,
    kEpoch,
    kNlink,
    kGeneration,
    kPath,
    kDirVersion,
    kExtra,
    kFields,
  };

  static size_t FieldOf(Slice name, size_t hint);
  static Slice NameOf(size_t field);
  bool Take(size_t field, size_t i, InodeLine* out);
  bool TakeType(const simdjson::dom::element& value, InodeLine* out);
  Status TakeExtra(size_t i);
  Status TakeMembers(InodeLine* out);
  Status Complete(InodeLine* out);
  bool Has(size_t field) const { return (seen_ >> field & 1) != 0; }

  StoredJson json_;
  uint64_t seen_ = 0;  // bits of fields
  std::string path_;
  bool has_path_ = false;
  bool has_empty_extra_ = false;
  std::string extra_;
};

}  // namespace snaptree::fs

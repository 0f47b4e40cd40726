// The rows of one inode but its chunks (spec 06 section 4.6).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "adapters/common/row_writer.h"
#include "adapters/fs/fs_parsed_line.h"
#include "manifest/json_writer.h"

namespace snaptree::fs {

// For one thread.
class InodeRowWriter {
 public:
  // Takes a writer of its own.
  explicit InodeRowWriter(RowWriters& writers);

  // Inode, home, the entry in its parent (but of the root), and the version of a directory that has
  // one. `line` has everything right.
  Status Put(const NamedInodeLine& line);
  RowWriter& rows() { return *rows_; }

 private:
  Status PutInode(const InodeNumbers& inode, Slice extra);
  Status PutHome(const InodeNumbers& inode);
  Status PutEntry(const InodeNumbers& inode, Slice name);
  void BeginKey(Slice prefix, uint64_t number);

  const std::unique_ptr<RowWriter> rows_;
  JsonWriter json_;
  std::string key_;
  std::string value_;
};

}  // namespace snaptree::fs

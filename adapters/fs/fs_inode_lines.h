// The files that describe the filesystem: inodes.jsonl, KEYMAP.jsonl and _orphans/extra_links.jsonl
// (spec 06 sections 4.4 and chapter 9, item 8). Each is created with its first line.
#pragma once

#include <optional>
#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/common/json_value.h"
#include "adapters/fs/fs_values.h"
#include "base/external_sorter.h"

namespace snaptree::fs {

class InodeLines {
 public:
  explicit InodeLines(const DecodeContext& context);

  // Inodes come ascending by number, links of one inode behind it.
  Status AddInode(const Inode& inode, Slice path, std::optional<uint64_t> dir_version);
  Status AddExtraLink(uint64_t inode, Slice path);
  // A name that stands in a path; kept if it cannot be reversed.
  Status AddName(Slice name, Slice path);
  Status Finish();
  uint64_t inodes() const { return inodes_; }

 private:
  Status WriteKeymap();

  TreeSink& sink_;
  JsonFile inodes_file_;
  JsonFile links_file_;
  ExternalSorter names_;  // of fallback segments
  uint64_t inodes_ = 0;
  uint64_t links_ = 0;
};

}  // namespace snaptree::fs

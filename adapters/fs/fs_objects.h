// What becomes of every inode (spec 06 section 4.3): its line, its file or directory, or only its
// account. Inodes, their places, homes and directory versions are walked side by side, ascending by
// inode number.
#pragma once

#include <optional>
#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/fs/fs_content.h"
#include "adapters/fs/fs_inode_lines.h"
#include "adapters/fs/fs_places.h"
#include "adapters/fs/fs_rows.h"

namespace snaptree::fs {

class Objects {
 public:
  Objects(const DecodeContext& context, bool include_orphans, Places& places, Content& content);

  // Writes the lines, creates the directories and gives the files to `content`.
  Status Write();
  uint64_t records() const { return records_; }  // files and directories, orphans included
  uint64_t losses() const { return losses_; }

 private:
  using Fate = RowLedger::Place;

  Result<Fate> Take(const Inode& inode);
  Result<Fate> TakeLive(const Inode& inode);
  Result<Fate> TakeGone(const Inode& inode);
  Result<Fate> TakeUnreachable(const Inode& inode);
  Result<Fate> Orphan(const Inode& inode);
  Status TakeObject(const Inode& inode, const Place& place, bool selected);
  Status TakeExtraLinks(uint64_t number);
  Result<bool> IsWanted(uint64_t directory);
  Status FindVersion(uint64_t number, std::optional<uint64_t>* version);
  Status BookHomes(uint64_t number, Fate fate);
  Status CreateDirectories();

  const DecodeContext& context_;
  const bool include_orphans_;
  const bool all_lines_;  // of what is not selected, too
  const bool all_names_;
  const bool all_links_;
  Places& places_;
  Content& content_;
  InodeLines lines_;
  ExternalSorter directories_;  // paths of the tree
  SortedRecords place_;
  SortedRecords wanted_;
  NumberedRows homes_;
  NumberedRows versions_;
  bool has_home_ = false;
  bool has_version_ = false;
  FsValueParser parser_;
  uint64_t records_ = 0;
  uint64_t losses_ = 0;
  std::string address_;
};

}  // namespace snaptree::fs

// fs/inodes.jsonl and fs/KEYMAP.jsonl, read and joined (spec 06 section 4.6, 07 section 2.4). One
// thread; memory is that of the sorters.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "adapters/common/encode_context.h"
#include "adapters/fs/fs_parsed_line.h"
#include "base/external_sorter.h"
#include "manifest/keymap.h"

namespace snaptree::fs {

class TreeLines {
 public:
  explicit TreeLines(const EncodeContext& context);

  // Data errors are collected.
  Status Read();
  // AppendPathKey, PackInodeLine: of every line whose path is known, in the order of the lines
  // where a path stands twice.
  ExternalSorter& by_path() { return by_path_; }
  uint64_t lines() const { return lines_; }
  // Whether there are lines of which not even the path is known.
  bool has_unreadable() const { return has_unreadable_; }
  // Whether an inode number stands twice.
  bool has_duplicates() const { return has_duplicates_; }

 private:
  using Sorter = std::unique_ptr<ExternalSorter>;

  Status ReadLines();
  Status TakeLine(Slice text, uint64_t number);
  Status TakePath();
  Status TakeName(Slice path, Slice name, Slice extra);
  Status Keep(Slice path, Slice name, Slice extra);
  Status TakeError(Status error);
  Status FindDuplicates();
  Status TakeKeymapRecord(const KeymapRecord& record);
  Status TellUnused(Slice encoded);
  Status TellRepeated();
  Status ReadKeymap();
  Status Resolve();
  Status TakeWaiting(Slice waiting, Slice record);

  const EncodeContext& context_;
  InodeLineParser parser_;
  InodeLine line_;  // the line at hand
  ExternalSorter by_path_;
  Sorter numbers_;  // inode number; line
  Sorter names_;    // encoded segment; a byte, whether it is right, and the original
  Sorter waiting_;  // segment that KEYMAP must know; PackInodeLine with the path as its name
  uint64_t lines_ = 0;
  bool has_unreadable_ = false;
  bool has_duplicates_ = false;
  std::string key_;
  std::string payload_;
  std::string scratch_;
};

}  // namespace snaptree::fs

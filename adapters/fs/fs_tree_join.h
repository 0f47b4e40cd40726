// Lines of fs/inodes.jsonl side by side with what stands in fs/tree/, both by path, so that a
// directory comes before all that is in it: what each inode's rows need of its parent and its
// children is known then (spec 06 section 4.6). Memory is that of the directories above one place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/common/file_jobs.h"
#include "adapters/fs/fs_file_encoder.h"
#include "adapters/fs/fs_inode_rows.h"
#include "adapters/fs/fs_links.h"
#include "adapters/fs/fs_parsed_line.h"
#include "adapters/fs/fs_tree_lines.h"
#include "adapters/fs/fs_tree_walk.h"
#include "tree/tree_source.h"

namespace snaptree::fs {

class TreeJoin {
 public:
  TreeJoin(FsEncoding& run, TreeLines& lines, TreeWalk& walk);

  // Puts the rows of all inodes but the content of large files.
  Status Run();

 private:
  // A directory whose entries are coming.
  struct Directory {
    InodeLine line;
    std::string name;
    std::string extra;
    size_t key_size = 0;       // of its path
    std::string other_path;    // what its path will be, when that differs
    uint64_t directories = 0;  // in it
    bool has_entries = false;
  };
  using Object = std::optional<EntryKind>;  // what stands in the tree

  Status TakeLines();
  Status TakeLine(Object object);
  Status TakeUnknown();
  Status CheckObject(Object object);
  Status CheckParent();
  Status CheckName();
  Status CorrectParent(InodeLine* line, uint64_t parent);
  Status CorrectLinks(InodeLine* line, uint32_t nlink);
  Status Open();
  Status Close();
  Status CloseTo(Slice key);
  Status CompleteDirectory(Directory* directory);
  bool IsIn(const Directory& directory, Slice key) const;
  Status LineError(uint64_t line, Status error) const;

  FsEncoding& run_;
  const EncodeContext& context_;
  TreeLines& tree_lines_;
  SortedRecords lines_;
  SortedRecords objects_;
  TreeWalk& walk_;
  FileJobs<FileEncoder> files_;
  InodeRowWriter inode_rows_;
  std::vector<Directory> open_;  // from the root on
  std::string open_key_;         // path of the last one
  // The line at hand.
  std::string key_;
  std::string payload_;
  NamedInodeLine line_;     // of payload_
  std::string packed_;      // the same, corrected
  std::string address_;     // of its object
  std::string other_path_;  // what its path will be, when that differs
};

}  // namespace snaptree::fs

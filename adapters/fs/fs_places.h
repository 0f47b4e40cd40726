// From directory entries to places: which path of the tree each inode has (spec 06 sections 4.3 and
// 4.5). Entries are sorted by inode and joined with the inode rows, directories get their paths,
// and files those of their directories.
#pragma once

#include <optional>
#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/fs/fs_directories.h"
#include "adapters/fs/fs_keys.h"
#include "adapters/fs/fs_links.h"
#include "adapters/fs/fs_lost_entries.h"
#include "adapters/fs/fs_values.h"
#include "formats/view_cursor.h"

namespace snaptree::fs {

class Places {
 public:
  explicit Places(const DecodeContext& context);

  // Reads entry and inode rows and books the damaged ones. Entries that lead nowhere are booked
  // and reported; those that have a place are booked by whoever reads it.
  Status Find();

  // PackByChild, PackPlace: of an inode's places the first is its own, the others (of files only)
  // are second links. The root's is there even when its row is not.
  ExternalSorter& all() { return all_; }
  // Inode numbers of directories that a filter's selection needs, with repetitions. Nothing
  // without a filter.
  ExternalSorter& wanted_directories() { return wanted_; }
  uint64_t losses() const { return losses_; }

 private:
  Status CollectEntries();
  Status Sort(const ViewRow& row, Status* why);
  Status JoinInodes();
  Status TakeEntry(const Inode& inode, SortedRecords* entries, bool* first);
  Status TakeDangling(SortedRecords* entries);
  Status PlaceAll();
  Status PlaceDirectory(const SortedRecords& directory, SortedRecords* files);
  Status PlaceFile(const Link& link, const Place& directory, bool may_select, bool* wanted);
  Status Want(uint64_t directory, Slice ancestors);
  Status TakeUnreachable(SortedRecords* by_parent);

  const DecodeContext& context_;
  const FamilyId family_;
  const bool something_below_;  // files of the tree may be selected
  FsValueParser parser_;
  // Each is given up when it has been read.
  std::optional<ExternalSorter> by_child_;  // all entries: PackByChild, then the type as stored
  std::optional<ExternalSorter> files_;     // entries of files: PackByParent
  std::optional<DirectoryPaths> directories_;
  ExternalSorter all_;
  ExternalSorter wanted_;
  LostEntries lost_;
  bool has_root_ = false;
  bool root_is_file_ = false;
  uint64_t losses_ = 0;
  EntryKey entry_key_;
  Entry entry_;
  std::string storage_;
  std::string key_;
  std::string payload_;
  std::string path_;
  std::string address_;
};

}  // namespace snaptree::fs

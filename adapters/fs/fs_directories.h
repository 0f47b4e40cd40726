// Finds the path of every directory that can be reached from the root (spec 06 section 4.3): level
// by level, each a walk of the entries side by side with the directories of the level above, both
// sorted by inode number. Memory is that of the sorters, whatever the shape of the tree; loops end.
//
// A directory with several entries stands where its first entry by key order says (decision 23:
// that of the smallest parent). Only when that entry leads to it from inside itself, or from
// nowhere, its first entry that does lead to it counts, so that nothing reachable is lost.
#pragma once

#include <memory>
#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/fs/fs_links.h"

namespace snaptree::fs {

class DirectoryPaths {
 public:
  explicit DirectoryPaths(const DecodeContext& context);

  // An entry that leads to a directory. `first`: of all entries of that directory (but ones in
  // itself, and ones of the root) the first by key order.
  Status Add(const Link& link, bool first);
  // All entries were added. Afterwards places() holds (PackByChild, PackPlace) of the root and of
  // every reachable directory, and lost() (PackByParent) of entries in directories that are not
  // reachable. Entries to directories that have their place already are booked here.
  Status Resolve();
  ExternalSorter& places() { return places_; }
  ExternalSorter& lost() { return *entries_; }

 private:
  using Sorter = std::unique_ptr<ExternalSorter>;

  Status AddEntry(const Link& link, bool first, ExternalSorter* to);
  Status ReachRoot();
  Status Reach(Slice key, Slice payload);
  Status Expand();
  Status Follow(const Link& link, bool first, const Place& parent);
  Status Rescue();
  Status TakeWaiting(SortedRecords* waiting, uint64_t child, bool is_lost);
  Status SortEntriesByChild();
  Sorter NewSorter(double share) const;

  const DecodeContext& context_;
  Sorter entries_;   // PackByParent, then a byte: first or not; of directories not reached yet
  Sorter rest_;      // the same, being made
  Sorter frontier_;  // directories reached last: as in places_
  Sorter next_;      // the same, being made
  Sorter by_child_;  // entries_ as PackByChild, only while it is needed
  ExternalSorter waiting_;  // reached through an entry that is not the first one: as in places_
  ExternalSorter places_;
  std::string key_;
  std::string payload_;
  std::string path_;
  std::string ancestors_;
};

}  // namespace snaptree::fs

// Open folders of a tree that is being written, by path: a file is then created relative to its
// folder, with one short name. Folders are made when they are first asked for. Never follows a
// link. The number of open folders is bounded.
//
// Used by one thread; created() may be asked by any.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/file.h"
#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

class DirectoryCache {
 public:
  // `root_fd` must outlive the cache; `shown_root` names it in messages.
  DirectoryCache(int root_fd, std::string shown_root, size_t capacity);

  // A descriptor of the folder `path` ("" is the root), valid until the next call. REQUIRES:
  // IsSafeTreePath(path).
  Result<int> Open(Slice path);

  // Closes what is not needed at once, for when the process is out of descriptors.
  void CloseAll();

  uint64_t created() const { return created_.load(std::memory_order_relaxed); }

 private:
  struct Folder {
    std::string path;
    UniqueFd fd;
  };
  using Folders = std::list<Folder>;  // the one used last is in front

  Folders::iterator Find(Slice path);
  // The deepest folder on the way to `path` that is open, and how much of the path it stands for.
  int OpenAncestor(Slice path, size_t* size);
  // A folder that was made and then fell out of the cache: one call, where the way through the
  // folders above it takes several for each. False: go that way, which also tells what is wrong.
  bool OpenMadeBefore(int ancestor_fd, Slice path, size_t begin);
  void Keep(Slice path, UniqueFd fd);
  void DropOldest();
  Status MakeAndOpen(int parent_fd, Slice path, const std::string& name);
  bool FoldsNamesHere();
  // For a folder that is there already: whether it has this name, or only one that counts as the
  // same.
  bool IsFoldedName(int parent_fd, const std::string& name);
  Status Error(int error_number, int parent_fd, const std::string& name, Slice path) const;

  const int root_fd_;
  const std::string shown_root_;
  const size_t capacity_;
  Folders folders_;
  std::unordered_map<Slice, Folders::iterator> by_path_;  // keys are the paths in folders_
  std::atomic<uint64_t> created_{0};
  bool evicted_ = false;
  std::optional<bool> folds_names_;  // tried out when a folder is found that was not made just now
};

}  // namespace snaptree

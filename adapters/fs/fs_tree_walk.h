// All that stands in fs/tree/, found level by level by several threads; memory is that of the
// sorters, whatever the shape of the tree.
#pragma once

#include <memory>
#include <mutex>
#include <span>

#include "adapters/common/encode_context.h"
#include "base/external_sorter.h"
#include "tree/tree_source.h"

namespace snaptree::fs {

class TreeWalk {
 public:
  explicit TreeWalk(const EncodeContext& context);

  Status Walk();
  // AppendPathKey; one byte, an EntryKind. The folder itself is among them, with an empty key.
  ExternalSorter& objects() { return objects_; }

 private:
  struct Lister;

  Status ListLevel();
  // Any thread.
  Status Take(Slice folder_key, std::span<const TreeEntry> entries);

  const EncodeContext& context_;
  ExternalSorter objects_;
  std::unique_ptr<ExternalSorter> level_;  // keys of the folders to be listed
  std::unique_ptr<ExternalSorter> next_;   // of those found
  std::mutex mutex_;                       // of objects_ and next_
};

}  // namespace snaptree::fs

// All files below a folder, level by level: the folders that wait are sorted beyond memory, and one
// folder is open at a time, however deep and wide the tree is. One thread.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "adapters/common/encode_context.h"
#include "base/external_sorter.h"

namespace snaptree::s3 {

class FolderWalk {
 public:
  FolderWalk(const EncodeContext& context, double share);

  // Calls take(path, kind) for each folder and regular file below `folder`; paths are relative to
  // it. Anything else is a collected error.
  using Take = std::function<Status(Slice path, EntryKind kind)>;
  Status Run(Slice folder, const Take& take);

 private:
  Status List(Slice root, Slice folder, const Take& take);

  const EncodeContext& context_;
  std::array<ExternalSorter, 2> levels_;  // folders that are being listed, and those below them
  size_t below_ = 0;                      // which of the two takes the latter
};

}  // namespace snaptree::s3

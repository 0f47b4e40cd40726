#include "adapters/s3/s3_folder_walk.h"

#include "base/cancel.h"

namespace snaptree::s3 {

FolderWalk::FolderWalk(const EncodeContext& context, double share)
    : context_(context),
      levels_{ExternalSorter(context.sorter_options(share / 2)),
              ExternalSorter(context.sorter_options(share / 2))} {}

Status FolderWalk::List(Slice root, Slice folder, const Take& take) {
  std::string path(root);
  if (!folder.empty()) path.append(1, '/').append(folder);
  const size_t folder_bytes = path.size();
  const auto each = [&](std::span<const TreeEntry> entries) -> Status {
    SNAPTREE_TRY(CheckCancelled());
    for (const TreeEntry& entry : entries) {
      path.resize(folder_bytes);
      path.append(1, '/').append(entry.name);
      const Slice relative = Slice(path).substr(root.size() + 1);
      if (entry.kind == EntryKind::kOther) {
        SNAPTREE_TRY(context_.findings.TakeError(context_.input.source().Open(path).status()));
        continue;
      }
      if (entry.kind == EntryKind::kFolder) SNAPTREE_TRY(levels_[below_].Add(relative, {}));
      SNAPTREE_TRY(take(relative, entry.kind));
    }
    return {};
  };
  return context_.findings.TakeError(context_.input.source().List(std::string(path), each));
}

Status FolderWalk::Run(Slice folder, const Take& take) {
  levels_[below_].Reset();
  SNAPTREE_TRY(List(folder, {}, take));
  while (levels_[below_].size() > 0) {
    ExternalSorter& level = levels_[below_];
    below_ = 1 - below_;
    levels_[below_].Reset();
    SNAPTREE_TRY(level.Finish());
    for (Slice path, ignored;;) {
      SNAPTREE_ASSIGN(const bool more, level.Next(&path, &ignored));
      if (!more) break;
      SNAPTREE_TRY(List(folder, path, take));
    }
  }
  return {};
}

}  // namespace snaptree::s3

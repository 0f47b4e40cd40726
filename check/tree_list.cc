#include "check/tree_list.h"

#include <utility>
#include <vector>

#include "check/for_each.h"

#include "base/cancel.h"

namespace snaptree {
namespace {

// Shares of the memory budget.
constexpr double kFilesShare = 0.15;
constexpr double kFoldersShare = 0.025;
constexpr size_t kFoldersAtATime = 1024;

}  // namespace

TreeList::TreeList(const std::function<SorterOptions(double share)>& options)
    : files_(options(kFilesShare)),
      level_(std::make_unique<ExternalSorter>(options(kFoldersShare))),
      next_level_(std::make_unique<ExternalSorter>(options(kFoldersShare))) {}

Status TreeList::ReadFolder(const Reading& reading, Slice folder) {
  const std::string prefix = folder.empty() ? "" : std::string(folder) + "/";
  bool empty = true;
  const Status listed =
      reading.source.List(folder, [&](std::span<const TreeEntry> entries) -> Status {
        SNAPTREE_TRY(CheckCancelled());
        empty = false;
        std::vector<std::string> others;
        {
          std::string path = prefix;
          const std::lock_guard lock(mutex_);
          for (const TreeEntry& entry : entries) {
            path.resize(prefix.size());
            path += entry.name;
            if (entry.kind == EntryKind::kOther) {
              others.push_back(path);
            } else {
              SNAPTREE_TRY((entry.kind == EntryKind::kFile ? files_ : *next_level_).Add(path, {}));
            }
          }
        }
        reading.progress.done.fetch_add(entries.size(), std::memory_order_relaxed);
        for (const std::string& path : others) {
          // Opening says what is wrong with it.
          SNAPTREE_TRY(reading.findings.TakeError(reading.source.Open(path).status()));
        }
        return {};
      });
  if (!listed.ok() || !empty || folder.empty() || !reading.take_empty_folder) return listed;
  const std::lock_guard lock(mutex_);
  return reading.take_empty_folder(folder);
}

// The folders of one level, whose own folders are the next one.
Status TreeList::ReadLevel(const Reading& reading) {
  std::vector<std::string> folders;
  for (bool more = true; more;) {
    folders.clear();
    while (more && folders.size() < kFoldersAtATime) {
      Slice folder;
      Slice nothing;
      SNAPTREE_ASSIGN(more, level_->Next(&folder, &nothing));
      if (more) folders.emplace_back(folder);
    }
    SNAPTREE_TRY(ForEach(reading.workers, folders.size(), [&](size_t i) {
      return reading.findings.TakeError(ReadFolder(reading, folders[i]));
    }));
  }
  return {};
}

Status TreeList::Read(const Reading& reading) {
  SNAPTREE_TRY(ReadFolder(reading, ""));
  while (next_level_->size() > 0) {
    std::swap(level_, next_level_);
    SNAPTREE_TRY(level_->Finish());
    folders_ += level_->size();
    SNAPTREE_TRY(ReadLevel(reading));
    level_->Reset();
  }
  return files_.Finish();
}

Result<bool> TreeList::Next(Slice* path) {
  Slice nothing;
  return files_.Next(path, &nothing);
}

}  // namespace snaptree

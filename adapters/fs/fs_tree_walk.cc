#include "adapters/fs/fs_tree_walk.h"

#include <optional>
#include <string>
#include <utility>

#include "adapters/common/file_jobs.h"
#include "adapters/fs/fs_links.h"
#include "adapters/fs/fs_paths.h"

namespace snaptree::fs {
namespace {

constexpr double kObjectsShare = 0.06;
constexpr double kLevelShare = 0.02;

}  // namespace

struct TreeWalk::Lister {
  Lister(const EncodeContext& c, TreeWalk& w) : context(c), walk(w) {}

  const EncodeContext& context;
  TreeWalk& walk;

  Status operator()(Slice folder, Slice key) {
    return context.input.source().List(
        folder, [&](std::span<const TreeEntry> entries) { return walk.Take(key, entries); });
  }
};

TreeWalk::TreeWalk(const EncodeContext& context)
    : context_(context),
      objects_(context.sorter_options(kObjectsShare)),
      level_(std::make_unique<ExternalSorter>(context.sorter_options(kLevelShare))),
      next_(std::make_unique<ExternalSorter>(context.sorter_options(kLevelShare))) {}

Status TreeWalk::Walk() {
  SNAPTREE_ASSIGN(const std::optional<EntryKind> kind, context_.input.source().Find(kTreeFolder));
  if (!kind) return {};
  const char payload = static_cast<char>(*kind);
  SNAPTREE_TRY(objects_.Add(Slice(), Slice(&payload, 1)));
  if (*kind == EntryKind::kFolder) SNAPTREE_TRY(next_->Add(Slice(), Slice()));
  while (next_->size() > 0) {
    std::swap(level_, next_);
    next_->Reset();
    SNAPTREE_TRY(ListLevel());
  }
  level_.reset();
  next_.reset();
  return {};
}

Status TreeWalk::ListLevel() {
  FileJobs<Lister> jobs(context_, [this] { return std::make_unique<Lister>(context_, *this); });
  SortedRecords folders;
  SNAPTREE_TRY(folders.Begin(level_.get()));
  while (!folders.at_end()) {
    SNAPTREE_TRY(jobs.Add(AddressOfKey(folders.key()), folders.key()));
    SNAPTREE_TRY(folders.Next());
  }
  return jobs.Finish();
}

Status TreeWalk::Take(Slice folder_key, std::span<const TreeEntry> entries) {
  std::string key(folder_key);
  if (!key.empty()) key.push_back('\0');
  const size_t size = key.size();
  const std::lock_guard lock(mutex_);
  for (const TreeEntry& entry : entries) {
    key.resize(size);
    key.append(entry.name);
    const char kind = static_cast<char>(entry.kind);
    SNAPTREE_TRY(objects_.Add(key, Slice(&kind, 1)));
    if (entry.kind == EntryKind::kFolder) SNAPTREE_TRY(next_->Add(key, Slice()));
  }
  return {};
}

}  // namespace snaptree::fs

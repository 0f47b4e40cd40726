#include "adapters/dynamodb/dynamodb_item_folder.h"

#include <memory>
#include <string>
#include <vector>

#include "adapters/common/file_jobs.h"
#include "adapters/dynamodb/dynamodb_tree_entries.h"

namespace snaptree::dynamodb {
namespace {

constexpr Slice kExtension = ".json";
constexpr Slice kFolderJob = "folder";
constexpr size_t kSmallFolder = 256;  // files

struct Items {
  const EncodeContext& context;
  const TablePlan& table;
  ItemEncoders& encoders;
};

// Of FileJobs: an item, or a folder of them.
class ItemJob {
 public:
  explicit ItemJob(const Items& items) : items_(items) {}

  Status operator()(Slice path, Slice kind) {
    if (kind == kFolderJob) return Folder(path);
    return items_.encoders.With(
        [&](ItemEncoder& encoder) { return encoder.File(items_.table, path); });
  }

 private:
  Status Folder(Slice folder);
  Status EncodeSmall(const std::vector<std::string>& paths);

  const Items& items_;
};

using Jobs = FileJobs<ItemJob>;

std::unique_ptr<Jobs> MakeJobs(const Items& items) {
  return std::make_unique<Jobs>(items.context,
                                [&items] { return std::make_unique<ItemJob>(items); });
}

// An entry that can only be an item; false: it is none, which was told.
Result<bool> IsItem(const Items& items, const std::string& path, const TreeEntry& entry) {
  if (entry.kind == EntryKind::kOther) {
    SNAPTREE_TRY(RefuseSpecial(items.context, path));
    return false;
  }
  if (entry.kind == EntryKind::kFile && entry.name.ends_with(kExtension)) return true;
  SNAPTREE_TRY(UnexpectedFile(items.context, path,
                              "items in files NAME.json, at most one folder below items/ "
                              "(MANIFEST.json: dynamodb_layout per-item)"));
  return false;
}

Status ItemJob::Folder(Slice folder) {
  std::vector<std::string> paths;
  std::unique_ptr<Jobs> jobs;  // when the folder is large
  const auto take = [&](std::span<const TreeEntry> entries) -> Status {
    for (const TreeEntry& entry : entries) {
      std::string path = std::string(folder) + "/" + entry.name;
      SNAPTREE_ASSIGN(const bool is_item, IsItem(items_, path, entry));
      if (is_item) paths.push_back(std::move(path));
    }
    if (jobs == nullptr && paths.size() <= kSmallFolder) return {};
    if (jobs == nullptr) jobs = MakeJobs(items_);
    for (const std::string& path : paths) SNAPTREE_TRY(jobs->Add(path));
    paths.clear();
    return {};
  };
  SNAPTREE_TRY(items_.context.input.source().List(folder, take));
  return jobs != nullptr ? jobs->Finish() : EncodeSmall(paths);
}

Status ItemJob::EncodeSmall(const std::vector<std::string>& paths) {
  SNAPTREE_TRY(items_.encoders.With([&](ItemEncoder& encoder) -> Status {
    for (const std::string& path : paths)
      SNAPTREE_TRY(items_.context.findings.TakeError(encoder.File(items_.table, path)));
    return {};
  }));
  items_.context.progress.done.fetch_add(paths.size(), std::memory_order_relaxed);
  return {};
}

}  // namespace

Status EncodeItemFiles(const EncodeContext& context, const TablePlan& table,
                       ItemEncoders* encoders) {
  const Items items{context, table, *encoders};
  const std::unique_ptr<Jobs> jobs = MakeJobs(items);
  std::string path;
  const auto take = [&](std::span<const TreeEntry> entries) -> Status {
    for (const TreeEntry& entry : entries) {
      path.assign(table.items_folder).append("/").append(entry.name);
      if (entry.kind == EntryKind::kFolder) {
        SNAPTREE_TRY(jobs->Add(path, kFolderJob));
        continue;
      }
      SNAPTREE_ASSIGN(const bool is_item, IsItem(items, path, entry));
      if (is_item) SNAPTREE_TRY(jobs->Add(path));
    }
    return {};
  };
  SNAPTREE_TRY(context.input.source().List(table.items_folder, take));
  return jobs->Finish();
}

}  // namespace snaptree::dynamodb

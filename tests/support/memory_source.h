// A tree in memory to read from: path to bytes, and folders that would be empty.
#pragma once

#include <map>
#include <set>
#include <string>

#include "tests/support/memory_tree.h"
#include "tree/tree_source.h"

namespace snaptree::test {

class MemorySource : public TreeSource {
 public:
  explicit MemorySource(Files files, std::set<std::string> folders = {})
      : files_(std::move(files)), folders_(std::move(folders)) {
    for (const auto& [path, content] : files_) AddParents(path);
    for (const std::string& folder : std::set<std::string>(folders_)) AddParents(folder);
  }

  const std::string& name() const override { return name_; }

  Status List(Slice folder, const TakeEntries& take) const override {
    if (!folder.empty() && folders_.count(std::string(folder)) == 0)
      return DataError("NotFound", "the folder is missing from the tree").At(folder);
    std::vector<TreeEntry> entries;
    const std::string prefix = folder.empty() ? "" : std::string(folder) + "/";
    const auto add = [&](const std::string& path, EntryKind kind) {
      if (!path.starts_with(prefix) || path.size() == prefix.size()) return;
      if (path.find('/', prefix.size()) != std::string::npos) return;
      entries.push_back({path.substr(prefix.size()), kind});
    };
    for (const auto& [path, content] : files_) add(path, EntryKind::kFile);
    for (const std::string& path : folders_) add(path, EntryKind::kFolder);
    return entries.empty() ? Status::Ok() : take(entries);
  }

  Result<std::optional<EntryKind>> Find(Slice path) const override {
    if (files_.count(std::string(path)) != 0) return std::optional(EntryKind::kFile);
    if (folders_.count(std::string(path)) != 0) return std::optional(EntryKind::kFolder);
    return std::optional<EntryKind>();
  }

  Result<std::unique_ptr<TreeContent>> Open(Slice path) const override {
    const auto found = files_.find(std::string(path));
    if (found == files_.end())
      return DataError("NotFound", "the file is missing from the tree").At(path);
    return std::unique_ptr<TreeContent>(std::make_unique<Content>(found->second));
  }

 private:
  class Content : public TreeContent {
   public:
    explicit Content(const std::string& bytes) : bytes_(bytes) {}
    uint64_t size() const override { return bytes_.size(); }
    uint64_t modified_ms() const override { return 1700000000123; }
    Result<size_t> ReadAt(uint64_t offset, char* out, size_t n) override {
      if (offset >= bytes_.size()) return size_t{0};
      return bytes_.copy(out, n, offset);
    }
    uint64_t NextData(uint64_t offset) override { return offset; }

   private:
    const std::string& bytes_;
  };

  void AddParents(const std::string& path) {
    for (size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1))
      folders_.insert(path.substr(0, at));
  }

  const std::string name_ = "tree";
  const Files files_;
  std::set<std::string> folders_;
};

}  // namespace snaptree::test

// A tree in memory: path to bytes. Refuses what a folder refuses, a second file of one path, and
// knows which files were begun and never closed. Any thread may write; who looks waits for them.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "tree/path_check.h"
#include "tree/tree_sink.h"

namespace snaptree::test {

using Files = std::map<std::string, std::string>;

class MemoryTree : public TreeSink {
 public:
  static constexpr uint64_t kMaxFileBytes = uint64_t{64} << 20;

  Status WriteFile(Slice path, Slice content) override {
    SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, CreateFile(path));
    SNAPTREE_TRY(file->Append(content));
    return file->Close();
  }

  Result<std::unique_ptr<TreeFile>> CreateFile(Slice path) override {
    SNAPTREE_TRY(CheckTreePath(path));
    const std::lock_guard lock(mutex_);
    const auto [at, is_new] = files_.emplace(path, "");
    if (!is_new) return DataError("NameCollision", "a second file of one path").At(path);
    open_.emplace(path);
    return std::unique_ptr<TreeFile>(std::make_unique<File>(this, at->first, &at->second));
  }

  Status CreateDirectory(Slice path) override {
    SNAPTREE_TRY(CheckTreePath(path));
    const std::lock_guard lock(mutex_);
    directories_.emplace(path);
    return {};
  }
  bool CanHold(uint64_t file_bytes) const override { return file_bytes <= kMaxFileBytes; }
  Status Flush() override { return {}; }
  Status Finish() override { return {}; }

  TreeTotals totals() const override {
    TreeTotals totals;
    totals.files = files_.size();
    for (const auto& [path, content] : files_) totals.bytes += content.size();
    return totals;
  }

  const Files& files() const { return files_; }
  const std::set<std::string>& directories() const { return directories_; }  // asked for
  const std::set<std::string>& open() const { return open_; }                // never closed

 private:
  class File : public TreeFile {
   public:
    File(MemoryTree* tree, std::string path, std::string* content)
        : tree_(tree), path_(std::move(path)), content_(content) {}
    Status Append(Slice bytes) override {
      content_->append(bytes);
      return {};
    }
    Status AppendHole(uint64_t size) override {
      content_->append(size, '\0');
      return {};
    }
    Status Close() override {
      const std::lock_guard lock(tree_->mutex_);
      tree_->open_.erase(path_);
      return {};
    }

   private:
    MemoryTree* tree_;
    std::string path_;
    std::string* content_;
  };

  std::mutex mutex_;
  Files files_;
  std::set<std::string> directories_;
  std::set<std::string> open_;
};

}  // namespace snaptree::test

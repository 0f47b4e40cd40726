#include "check/tree_files.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "check/for_each.h"
#include "check/tree_list.h"

#include "base/cancel.h"

namespace snaptree {
namespace {

constexpr size_t kFilesAtATime = 8192;
constexpr size_t kPathBytesAtATime = size_t{4} << 20;
constexpr uint64_t kSmallBytes = uint64_t{1} << 20;

// Reads one file after another with one buffer.
class FileGiver {
 public:
  explicit FileGiver(const TreeFiles& files) : files_(files) {}

  Status Give(const std::string& path) {
    SNAPTREE_ASSIGN(const std::unique_ptr<TreeContent> content, files_.source.Open(path));
    return content->size() <= kSmallBytes ? GiveWhole(path, *content) : GivePieces(path, *content);
  }

 private:
  Status GiveWhole(const std::string& path, TreeContent& content) {
    buffer_.resize(content.size());
    SNAPTREE_ASSIGN(const size_t n, content.ReadAt(0, buffer_.data(), buffer_.size()));
    if (n != buffer_.size()) return Changed(path);
    return files_.sink.WriteFile(path, buffer_);
  }

  Status GivePieces(const std::string& path, TreeContent& content) {
    const uint64_t size = content.size();
    SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, files_.sink.CreateSizedFile(path, size));
    for (uint64_t at = 0; at < size;) {
      const uint64_t data = std::min(content.NextData(at), size);
      if (data > at) SNAPTREE_TRY(file->AppendHole(data - at));
      at = data;
      buffer_.resize(std::min(size - at, kSmallBytes));
      SNAPTREE_ASSIGN(const size_t n, content.ReadAt(at, buffer_.data(), buffer_.size()));
      if (n != buffer_.size()) return Changed(path);
      SNAPTREE_TRY(file->Append(buffer_));
      at += n;
    }
    return file->Close();
  }

  static Status Changed(const std::string& path) {
    return DataError("ChangedWhileReading", "the file became shorter while it was read").At(path);
  }

  const TreeFiles& files_;
  std::string buffer_;
};

class Giver {
 public:
  explicit Giver(const TreeFiles& files) : files_(files) {}

  Status Run() {
    TreeList list(files_.sorter_options);
    SNAPTREE_TRY(list.Read({files_.source, files_.workers, files_.findings, files_.progress}));
    files_.progress.Begin("read the files", "files", list.files());
    Slice path;
    for (;;) {
      SNAPTREE_ASSIGN(const bool more, list.Next(&path));
      if (!more) return GiveWaiting();
      if (!files_.takes(path)) continue;
      waiting_.emplace_back(path);
      waiting_bytes_ += path.size();
      if (waiting_.size() == kFilesAtATime || waiting_bytes_ >= kPathBytesAtATime)
        SNAPTREE_TRY(GiveWaiting());
    }
  }

 private:
  std::unique_ptr<FileGiver> Borrow() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<FileGiver>(files_);
    std::unique_ptr<FileGiver> giver = std::move(idle_.back());
    idle_.pop_back();
    return giver;
  }

  void GiveBack(std::unique_ptr<FileGiver> giver) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(giver));
  }

  Status GiveWaiting() {
    const Status given = ForEach(files_.workers, waiting_.size(), [&](size_t i) -> Status {
      SNAPTREE_TRY(CheckCancelled());
      std::unique_ptr<FileGiver> giver = Borrow();
      SNAPTREE_TRY(files_.findings.TakeError(giver->Give(waiting_[i])));
      GiveBack(std::move(giver));
      files_.progress.done.fetch_add(1, std::memory_order_relaxed);
      return {};
    });
    waiting_.clear();
    waiting_bytes_ = 0;
    return given;
  }

  const TreeFiles& files_;
  std::vector<std::string> waiting_;
  size_t waiting_bytes_ = 0;
  std::mutex mutex_;  // of idle_
  std::vector<std::unique_ptr<FileGiver>> idle_;
};

}  // namespace

Status GiveTreeFiles(const TreeFiles& files) { return Giver(files).Run(); }

}  // namespace snaptree

#include "check/tree_digests.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "check/for_each.h"

#include "base/cancel.h"
#include "manifest/checksums.h"

namespace snaptree {
namespace {

constexpr size_t kFilesAtATime = 8192;
constexpr size_t kPathBytesAtATime = size_t{4} << 20;
constexpr uint64_t kSmallBytes = uint64_t{1} << 20;
constexpr uint64_t kTickEvery = 64;

class Hasher {
 public:
  explicit Hasher(const TreeDigests& tree) : tree_(tree) {}

  Status Run();

 private:
  Status TakeRead(Slice path, const Sha256Digest& digest);
  Status TakeUnread(Slice path);
  Status AdvanceList();
  Status HashWaiting();
  Status HashOne(TreeReader& reader, const std::string& path);
  std::unique_ptr<TreeReader> BorrowReader();
  void GiveBack(std::unique_ptr<TreeReader> reader);

  const TreeDigests& tree_;
  std::string listed_;
  bool has_listed_ = false;
  std::vector<std::string> waiting_;
  size_t waiting_bytes_ = 0;
  std::mutex mutex_;  // of idle_
  std::vector<std::unique_ptr<TreeReader>> idle_;
};

std::unique_ptr<TreeReader> Hasher::BorrowReader() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<TreeReader>(tree_.all);
  std::unique_ptr<TreeReader> reader = std::move(idle_.back());
  idle_.pop_back();
  return reader;
}

void Hasher::GiveBack(std::unique_ptr<TreeReader> reader) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(reader));
}

Status Hasher::HashOne(TreeReader& reader, const std::string& path) {
  SNAPTREE_TRY(reader.Open(path));
  if (reader.size() <= kSmallBytes) return reader.ReadAll().status();
  const std::unique_ptr<TreeInputFile> file = reader.Stream();
  for (;;) {
    SNAPTREE_ASSIGN(const TreeInputFile::Stretch stretch, file->NextStretch());
    if (stretch.bytes != nullptr && stretch.bytes->empty()) return {};
  }
}

Status Hasher::HashWaiting() {
  const Status hashed = ForEach(tree_.workers, waiting_.size(), [&](size_t i) -> Status {
    SNAPTREE_TRY(CheckCancelled());
    std::unique_ptr<TreeReader> reader = BorrowReader();
    SNAPTREE_TRY(tree_.findings.TakeError(HashOne(*reader, waiting_[i])));
    GiveBack(std::move(reader));
    if (i % kTickEvery == 0) tree_.progress.done.fetch_add(kTickEvery, std::memory_order_relaxed);
    return {};
  });
  waiting_.clear();
  waiting_bytes_ = 0;
  return hashed;
}

Status Hasher::AdvanceList() {
  Slice path;
  SNAPTREE_ASSIGN(has_listed_, tree_.files.Next(&path));
  if (has_listed_) listed_.assign(path);
  return {};
}

Status Hasher::TakeUnread(Slice path) {
  if (path == kChecksumsFileName) return {};
  waiting_.emplace_back(path);
  waiting_bytes_ += path.size();
  if (waiting_.size() < kFilesAtATime && waiting_bytes_ < kPathBytesAtATime) return {};
  return HashWaiting();
}

Status Hasher::TakeRead(Slice path, const Sha256Digest& digest) {
  while (has_listed_ && listed_ < path) {
    SNAPTREE_TRY(TakeUnread(listed_));
    SNAPTREE_TRY(AdvanceList());
  }
  if (has_listed_ && listed_ == path) SNAPTREE_TRY(AdvanceList());
  return tree_.all.Add(path, digest, 0);
}

Status Hasher::Run() {
  SNAPTREE_TRY(AdvanceList());
  if (tree_.read != nullptr) {
    SNAPTREE_TRY(tree_.read->ForEachDigest(
        [this](Slice path, const Sha256Digest& digest) { return TakeRead(path, digest); }));
  }
  for (; has_listed_;) {
    SNAPTREE_TRY(TakeUnread(listed_));
    SNAPTREE_TRY(AdvanceList());
  }
  return HashWaiting();
}

}  // namespace

Status HashTree(const TreeDigests& tree) {
  tree.progress.Begin("check the files", "files", tree.files.files());
  return Hasher(tree).Run();
}

}  // namespace snaptree

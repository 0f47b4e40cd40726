#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/coding.h"
#include "tree/tree_writer.h"

namespace snaptree {
namespace {

constexpr size_t kMaxBatchOps = 256;
constexpr size_t kMaxBatchBytes = size_t{1} << 20;
constexpr size_t kMaxPieceBytes = kMaxBatchBytes / 4;  // of a file that is handed over in pieces
constexpr uint64_t kBatches = 5;                       // one being filled, four waiting or in work

enum class OpKind : uint8_t { kWrite, kMakeDirectory, kCreate, kAppend, kAppendHole, kClose };

struct Op {
  OpKind kind;
  size_t path_at;  // of a path with a NUL behind it, or of nothing
  size_t path_size;
  size_t content_at;
  size_t content_size;
  std::shared_ptr<LargeFile> file;  // for kCreate and the kinds below it; keeps it alive
  SharedBytes shared;               // the content, when it is not in the batch
};

// Work with the bytes that it needs. Reused: in the steady state nothing is allocated.
struct Batch {
  std::vector<Op> ops;
  std::string bytes;
  size_t shared_bytes = 0;  // that it keeps alive

  bool HasRoomFor(size_t size) const {
    return ops.empty() ||
           (ops.size() < kMaxBatchOps && bytes.size() + shared_bytes + size <= kMaxBatchBytes);
  }
  void Clear() {
    ops.clear();
    bytes.clear();
    shared_bytes = 0;
  }
};

std::vector<Batch> NewSlots() {
  std::vector<Batch> slots(kBatches);
  for (Batch& batch : slots) {
    batch.ops.reserve(kMaxBatchOps);
    batch.bytes.reserve(kMaxBatchBytes);
  }
  return slots;
}

// Batches go round a ring of slots: the caller fills slot `filled_`, the thread works on slot
// `done_`, and everything from `done_` to `filled_` waits. Only the two counters are shared; a slot
// belongs to one side at a time.
class ThreadedWriter : public TreeWriter {
 public:
  explicit ThreadedWriter(std::unique_ptr<FileCreator> creator)
      : creator_(std::move(creator)), slots_(NewSlots()), thread_([this] { Work(); }) {}

  ~ThreadedWriter() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    work_ready_.notify_one();
    thread_.join();
  }

  Status WriteFile(Slice path, Slice content) override {
    if (content.size() > kMaxPieceBytes) return WriteInPieces(path, content);
    return Add(OpKind::kWrite, path, content, nullptr);
  }
  Status MakeDirectory(Slice path) override {
    return Add(OpKind::kMakeDirectory, path, Slice(), nullptr);
  }
  Status Create(const std::shared_ptr<LargeFile>& file) override {
    return Add(OpKind::kCreate, Slice(), Slice(), file);
  }
  Status Append(const std::shared_ptr<LargeFile>& file, Slice bytes) override {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kMaxPieceBytes))) {
      SNAPTREE_TRY(Add(OpKind::kAppend, Slice(), bytes.substr(0, kMaxPieceBytes), file));
    }
    return {};
  }
  Status AppendHole(const std::shared_ptr<LargeFile>& file, uint64_t size) override {
    const Slice content(reinterpret_cast<const char*>(&size), sizeof size);
    return Add(OpKind::kAppendHole, Slice(), content, file);
  }
  Status AppendShared(const std::shared_ptr<LargeFile>& file, const SharedBytes& bytes) override {
    const std::lock_guard lock(callers_);
    SNAPTREE_TRY(BeginAdd(bytes->size()));
    Batch& batch = SlotOf(filled_);
    batch.shared_bytes += bytes->size();
    batch.ops.push_back({OpKind::kAppend, 0, 0, 0, 0, file, bytes});
    return {};
  }
  Status Close(const std::shared_ptr<LargeFile>& file) override {
    return Add(OpKind::kClose, Slice(), Slice(), file);
  }
  Status Flush() override;
  uint64_t directories() const override { return creator_->directories(); }

 private:
  Status WriteInPieces(Slice path, Slice content);
  Status BeginAdd(size_t size);
  Status Add(OpKind kind, Slice path, Slice content, const std::shared_ptr<LargeFile>& file);
  void HandOver();
  Status Error();

  void Work();
  Status WorkOn(const Batch& batch);
  Status Do(const Op& op, const Batch& batch);

  Batch& SlotOf(uint64_t number) { return slots_[number % kBatches]; }

  const std::unique_ptr<FileCreator> creator_;
  std::vector<Batch> slots_;
  std::atomic<bool> failed_{false};

  std::mutex callers_;  // who fills the slot; held while it waits for a free one: so do all others
  std::mutex mutex_;
  std::condition_variable work_ready_;
  std::condition_variable work_done_;
  uint64_t filled_ = 0;  // batches handed over; written by the caller only
  uint64_t done_ = 0;    // batches finished
  bool stop_ = false;
  Status error_;

  std::thread thread_;  // last: it uses all of the above
};

Status ThreadedWriter::WriteInPieces(Slice path, Slice content) {
  const auto file = std::make_shared<LargeFile>();
  file->path = path;
  SNAPTREE_TRY(Create(file));
  SNAPTREE_TRY(Append(file, content));
  return Close(file);
}

// Makes room for one more operation.
Status ThreadedWriter::BeginAdd(size_t size) {
  if (failed_.load(std::memory_order_relaxed)) return Error();
  if (!SlotOf(filled_).HasRoomFor(size)) HandOver();
  return {};
}

Status ThreadedWriter::Add(OpKind kind, Slice path, Slice content,
                           const std::shared_ptr<LargeFile>& file) {
  const std::lock_guard lock(callers_);
  SNAPTREE_TRY(BeginAdd(path.size() + 1 + content.size()));
  Batch& batch = SlotOf(filled_);
  const size_t path_at = batch.bytes.size();
  batch.bytes.append(path).push_back('\0');
  const size_t content_at = batch.bytes.size();
  batch.bytes.append(content);
  batch.ops.push_back({kind, path_at, path.size(), content_at, content.size(), file, nullptr});
  return {};
}

// Gives the filled slot to the thread and waits until the next one is free.
void ThreadedWriter::HandOver() {
  std::unique_lock lock(mutex_);
  ++filled_;
  work_ready_.notify_one();
  work_done_.wait(lock, [this] { return filled_ - done_ < kBatches; });
}

Status ThreadedWriter::Flush() {
  const std::lock_guard callers(callers_);
  if (!SlotOf(filled_).ops.empty()) HandOver();
  std::unique_lock lock(mutex_);
  work_done_.wait(lock, [this] { return done_ == filled_; });
  return error_;
}

Status ThreadedWriter::Error() {
  const std::lock_guard lock(mutex_);
  return error_;
}

void ThreadedWriter::Work() {
  for (;;) {
    std::unique_lock lock(mutex_);
    work_ready_.wait(lock, [this] { return stop_ || done_ < filled_; });
    if (stop_) return;
    Batch& batch = SlotOf(done_);
    const bool skip = !error_.ok();
    lock.unlock();

    Status status;
    if (!skip) status = WorkOn(batch);
    batch.Clear();

    lock.lock();
    if (!status.ok()) {
      error_ = std::move(status);
      failed_.store(true, std::memory_order_relaxed);
    }
    ++done_;
    work_done_.notify_one();
  }
}

Status ThreadedWriter::WorkOn(const Batch& batch) {
  SNAPTREE_TRY(CheckCancelled());
  for (const Op& op : batch.ops) SNAPTREE_TRY(Do(op, batch));
  return {};
}

Status ThreadedWriter::Do(const Op& op, const Batch& batch) {
  const Slice path = Slice(batch.bytes).substr(op.path_at, op.path_size);
  const Slice content = Slice(batch.bytes).substr(op.content_at, op.content_size);
  switch (op.kind) {
    case OpKind::kWrite:
      return creator_->Write(path, content);
    case OpKind::kMakeDirectory:
      return creator_->MakeDirectory(path);
    case OpKind::kCreate:
      return creator_->Create(op.file.get());
    case OpKind::kAppend:
      return creator_->Append(op.file.get(), op.shared != nullptr ? Slice(*op.shared) : content);
    case OpKind::kAppendHole:
      return creator_->AppendHole(op.file.get(), LoadLe64(content.data()));
    case OpKind::kClose:
      return creator_->Close(op.file.get());
  }
  return {};
}

}  // namespace

std::unique_ptr<TreeWriter> NewThreadedWriter(std::unique_ptr<FileCreator> creator) {
  return std::make_unique<ThreadedWriter>(std::move(creator));
}

}  // namespace snaptree

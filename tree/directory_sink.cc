#include "tree/directory_sink.h"

#include <mutex>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "manifest/checksums.h"
#include "tree/early_writeback.h"
#include "tree/file_hasher.h"
#include "tree/file_size_limit.h"
#include "tree/hash_zeros.h"
#include "tree/path_check.h"
#include "tree/tree_writer.h"

namespace snaptree {
namespace {

constexpr size_t kFileBufferBytes = size_t{64} << 10;
constexpr size_t kMaxIdleStates = 8;

// What a file in the making needs; reused, because a digest context and a buffer cost more than a
// small file.
struct FileState {
  std::string path;
  std::string buffer;
  std::shared_ptr<Sha256> hash = std::make_shared<Sha256>();
  uint64_t bytes = 0;
  std::shared_ptr<LargeFile> large;  // once it is larger than the buffer
  bool behind = false;               // the hash belongs to the FileHasher
};

class DirectorySink : public TreeSink {
 public:
  DirectorySink(const StagedOutput& staged, DirectorySinkOptions options);

  Status WriteFile(Slice path, Slice content) override;
  Result<std::unique_ptr<TreeFile>> CreateFile(Slice path) override;
  Status CreateDirectory(Slice path) override {
    SNAPTREE_TRY(CheckTreePath(path));
    return writer_->MakeDirectory(path);
  }
  Status Flush() override { return writer_->Flush(); }
  Status Finish() override;
  TreeTotals totals() const override;

  bool CanHold(uint64_t file_bytes) const override;

  Status Append(FileState* file, Slice bytes);
  Status AppendHole(FileState* file, uint64_t size);
  Status AppendShared(FileState* file, const SharedBytes& bytes);
  Status Close(FileState* file);
  void TakeBack(std::unique_ptr<FileState> state);

 private:
  std::unique_ptr<FileState> TakeIdle();
  Status BeginLarge(FileState* file);
  Status Drain(FileState* file, Slice bytes);
  void Hash(FileState* file, Slice bytes);
  void CountFile(uint64_t bytes);
  Status FileEnded(Slice path, const Sha256Digest& digest, uint64_t bytes);
  Status Book(Slice path, const Sha256Digest& digest);  // with mutex_ held
  Status TakeDigests();

  const std::string folder_;
  const std::unique_ptr<TreeWriter> writer_;
  const std::unique_ptr<EarlyWriteback> writeback_;  // null with one thread
  const std::unique_ptr<FileHasher> hasher_;         // the same
  const TakeDigest take_digest_;
  std::mutex mutex_;  // of what follows
  ChecksumList checksums_;
  std::vector<std::unique_ptr<FileState>> idle_;
  uint64_t files_ = 0;
  uint64_t bytes_ = 0;
};

class DirectoryFile : public TreeFile {
 public:
  DirectoryFile(DirectorySink* sink, std::unique_ptr<FileState> state)
      : sink_(sink), state_(std::move(state)) {}
  ~DirectoryFile() override { sink_->TakeBack(std::move(state_)); }

  Status Append(Slice bytes) override { return sink_->Append(state_.get(), bytes); }
  Status AppendHole(uint64_t size) override { return sink_->AppendHole(state_.get(), size); }
  Status AppendShared(const SharedBytes& bytes) override {
    return sink_->AppendShared(state_.get(), bytes);
  }
  Status Close() override { return sink_->Close(state_.get()); }

 private:
  DirectorySink* const sink_;
  std::unique_ptr<FileState> state_;
};

std::unique_ptr<TreeWriter> NewWriter(const StagedOutput& staged,
                                      const DirectorySinkOptions& options) {
  auto creator =
      std::make_unique<FileCreator>(staged.directory_fd(), staged.final_path(), options.progress);
  return options.threads > 1 ? NewThreadedWriter(std::move(creator))
                             : NewInlineWriter(std::move(creator));
}

DirectorySink::DirectorySink(const StagedOutput& staged, DirectorySinkOptions options)
    : folder_(staged.path()),
      writer_(NewWriter(staged, options)),
      writeback_(options.threads > 1 ? std::make_unique<EarlyWriteback>(staged.directory_fd())
                                     : nullptr),
      hasher_(options.threads > 1 ? std::make_unique<FileHasher>() : nullptr),
      take_digest_(std::move(options.take_digest)),
      checksums_(std::move(options.checksum_sorter)) {}

Status DirectorySink::WriteFile(Slice path, Slice content) {
  SNAPTREE_TRY(CheckTreePath(path));
  SNAPTREE_TRY(writer_->WriteFile(path, content));
  return FileEnded(path, Sha256::Of(content), content.size());
}

Result<std::unique_ptr<TreeFile>> DirectorySink::CreateFile(Slice path) {
  SNAPTREE_TRY(CheckTreePath(path));
  std::unique_ptr<FileState> state = TakeIdle();
  if (state == nullptr) state = std::make_unique<FileState>();
  state->path.assign(path);
  return std::unique_ptr<TreeFile>(std::make_unique<DirectoryFile>(this, std::move(state)));
}

Status DirectorySink::Append(FileState* file, Slice bytes) {
  file->bytes += bytes.size();
  if (file->buffer.size() + bytes.size() <= kFileBufferBytes) {
    file->buffer.append(bytes);
    return {};
  }
  SNAPTREE_TRY(BeginLarge(file));
  if (bytes.size() >= kFileBufferBytes) return Drain(file, bytes);
  file->buffer.append(bytes);
  return {};
}

Status DirectorySink::AppendShared(FileState* file, const SharedBytes& bytes) {
  if (hasher_ == nullptr || bytes->size() < kFileBufferBytes) return Append(file, *bytes);
  SNAPTREE_TRY(CheckCancelled());
  file->bytes += bytes->size();
  if (file->large == nullptr && file->buffer.empty()) file->behind = hasher_->HasRoom();
  SNAPTREE_TRY(BeginLarge(file));
  SNAPTREE_TRY(writer_->AppendShared(file->large, bytes));
  if (file->behind) {
    hasher_->Update(file->hash, bytes);
  } else {
    file->hash->Update(*bytes);
  }
  return {};
}

// Small holes are written: a file system stores blocks, and a small file stays in one call.
Status DirectorySink::AppendHole(FileState* file, uint64_t size) {
  file->bytes += size;
  if (size <= kFileBufferBytes - file->buffer.size()) {
    file->buffer.append(size, '\0');
    return {};
  }
  SNAPTREE_TRY(BeginLarge(file));
  SNAPTREE_TRY(writer_->AppendHole(file->large, size));
  return HashZeros(file->hash.get(), size);
}

// The file no longer fits the buffer: what has collected goes out.
Status DirectorySink::BeginLarge(FileState* file) {
  if (file->large == nullptr) {
    file->large = std::make_shared<LargeFile>();
    file->large->path = file->path;
    SNAPTREE_TRY(writer_->Create(file->large));
  }
  SNAPTREE_TRY(Drain(file, file->buffer));
  file->buffer.clear();
  return {};
}

// Hands bytes on before it hashes them, so that both happen at the same time when the writer has
// its own thread.
Status DirectorySink::Drain(FileState* file, Slice bytes) {
  if (bytes.empty()) return {};
  SNAPTREE_TRY(CheckCancelled());
  SNAPTREE_TRY(writer_->Append(file->large, bytes));
  Hash(file, bytes);
  return {};
}

void DirectorySink::Hash(FileState* file, Slice bytes) {
  if (file->behind) {
    hasher_->Update(file->hash, std::make_shared<const std::string>(bytes));
  } else {
    file->hash->Update(bytes);
  }
}

Status DirectorySink::Close(FileState* file) {
  if (file->large == nullptr) {
    SNAPTREE_TRY(writer_->WriteFile(file->path, file->buffer));
    file->hash->Update(file->buffer);
  } else {
    SNAPTREE_TRY(Drain(file, file->buffer));
    SNAPTREE_TRY(writer_->Close(file->large));
  }
  if (!file->behind) return FileEnded(file->path, file->hash->Finish(), file->bytes);
  hasher_->Finish(file->hash, file->path);
  CountFile(file->bytes);
  return TakeDigests();
}

std::unique_ptr<FileState> DirectorySink::TakeIdle() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return nullptr;
  std::unique_ptr<FileState> state = std::move(idle_.back());
  idle_.pop_back();
  return state;
}

void DirectorySink::TakeBack(std::unique_ptr<FileState> state) {
  state->buffer.clear();
  if (state->behind) {
    state->hash = std::make_shared<Sha256>();
    state->behind = false;
  } else {
    state->hash->Reset();
  }
  state->bytes = 0;
  state->large.reset();
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMaxIdleStates) idle_.push_back(std::move(state));
}

void DirectorySink::CountFile(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  ++files_;
  bytes_ += bytes;
  if (writeback_ != nullptr) writeback_->Written(files_, bytes_);
}

Status DirectorySink::FileEnded(Slice path, const Sha256Digest& digest, uint64_t bytes) {
  CountFile(bytes);
  const std::lock_guard lock(mutex_);
  return Book(path, digest);
}

Status DirectorySink::Book(Slice path, const Sha256Digest& digest) {
  return take_digest_ ? take_digest_(path, digest) : checksums_.Add(path, digest);
}

Status DirectorySink::TakeDigests() {
  const std::lock_guard lock(mutex_);
  for (const FileHasher::Done& file : hasher_->TakeDone()) {
    SNAPTREE_TRY(Book(file.path, file.digest));
  }
  return {};
}

Status DirectorySink::Finish() {
  SNAPTREE_TRY(writer_->Flush());
  if (hasher_ != nullptr) {
    hasher_->Wait();
    SNAPTREE_TRY(TakeDigests());
  }
  if (take_digest_) return CheckCancelled();
  const auto file = std::make_shared<LargeFile>();
  file->path = kChecksumsFileName;
  SNAPTREE_TRY(writer_->Create(file));
  SNAPTREE_TRY(checksums_.Write([&](Slice text) { return writer_->Append(file, text); }));
  SNAPTREE_TRY(writer_->Close(file));
  SNAPTREE_TRY(writer_->Flush());
  return CheckCancelled();
}

bool DirectorySink::CanHold(uint64_t file_bytes) const {
  return FolderCanHold(folder_, file_bytes);
}

TreeTotals DirectorySink::totals() const { return {files_, writer_->directories(), bytes_}; }

}  // namespace

std::unique_ptr<TreeSink> NewDirectorySink(const StagedOutput& staged,
                                           DirectorySinkOptions options) {
  return std::make_unique<DirectorySink>(staged, std::move(options));
}

}  // namespace snaptree

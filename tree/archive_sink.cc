#include "tree/archive_sink.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/text.h"
#include "manifest/checksums.h"
#include "tree/file_hasher.h"
#include "tree/hash_zeros.h"
#include "tree/path_check.h"
#include "tree/spooled_bytes.h"
#include "tree/tar_writer.h"

namespace snaptree {
namespace {

constexpr size_t kHashBehindBytes = size_t{64} << 10;
constexpr size_t kMaxIdleStates = 8;
constexpr uint64_t kCancelCheckMask = 0x3f;
constexpr uint64_t kGoMaxEntries = 1000000;

// What a file in the making needs; reused.
struct FileState {
  explicit FileState(const std::function<Result<std::string>()>& scratch) : kept(scratch) {}

  std::string path;
  std::shared_ptr<Sha256> hash = std::make_shared<Sha256>();
  SpooledBytes kept;
  std::optional<uint64_t> size;  // that was announced
  uint64_t bytes = 0;
  bool streamed = false;  // goes straight into the archive
  bool behind = false;    // the hash belongs to the FileHasher
};

class Sink : public ArchiveSink {
 public:
  explicit Sink(ArchiveSinkOptions options);

  Status WriteFile(Slice path, Slice content) override;
  Result<std::unique_ptr<TreeFile>> CreateFile(Slice path) override {
    return Create(path, std::nullopt);
  }
  Result<std::unique_ptr<TreeFile>> CreateSizedFile(Slice path, uint64_t size) override {
    return Create(path, size);
  }
  Status CreateDirectory(Slice path) override;
  bool CanHold(uint64_t file_bytes) const override { return file_bytes <= INT64_MAX; }
  Status Flush() override;
  Status Finish() override;
  TreeTotals totals() const override { return totals_; }
  uint64_t archive_bytes() const override { return output_->bytes(); }

  Status Append(FileState* file, Slice bytes);
  Status AppendHole(FileState* file, uint64_t size);
  Status AppendShared(FileState* file, const SharedBytes& bytes);
  Status Close(std::unique_ptr<FileState>* file);
  void TakeBack(std::unique_ptr<FileState> file);

 private:
  Result<std::unique_ptr<TreeFile>> Create(Slice path, std::optional<uint64_t> size);
  std::unique_ptr<FileState> TakeIdle();
  // With mutex_ held.
  Status Ready();
  Status Keep(Status status);
  Status Put(FileState* file, Slice bytes);
  Status PutWhole(Slice path, Slice content);
  Status PutKept(FileState* file);
  Status EndFile(FileState* file);
  void CountFile(uint64_t bytes);
  Status Book(Slice path, const Sha256Digest& digest);
  Status TakeDigests();
  Status WriteChecksums();
  void MakeIdle(std::unique_ptr<FileState> file);

  const ArchiveSinkOptions options_;
  const std::unique_ptr<FileHasher> hasher_;  // null with one thread
  std::mutex mutex_;                          // of what follows
  const std::unique_ptr<ArchiveOutput> output_;
  TarWriter tar_;
  Status failed_;
  uint64_t calls_ = 0;
  FileState* streamed_ = nullptr;                    // the one file that is being streamed
  std::vector<std::unique_ptr<FileState>> waiting_;  // ended while it is
  ChecksumList checksums_;
  std::vector<std::unique_ptr<FileState>> idle_;
  TreeTotals totals_;
};

class ArchiveFile : public TreeFile {
 public:
  ArchiveFile(Sink* sink, std::unique_ptr<FileState> state)
      : sink_(sink), state_(std::move(state)) {}
  ~ArchiveFile() override {
    if (state_ != nullptr) sink_->TakeBack(std::move(state_));
  }

  Status Append(Slice bytes) override { return sink_->Append(state_.get(), bytes); }
  Status AppendHole(uint64_t size) override { return sink_->AppendHole(state_.get(), size); }
  Status AppendShared(const SharedBytes& bytes) override {
    return sink_->AppendShared(state_.get(), bytes);
  }
  Status Close() override { return sink_->Close(&state_); }

 private:
  Sink* const sink_;
  std::unique_ptr<FileState> state_;
};

Sink::Sink(ArchiveSinkOptions options)
    : options_(std::move(options)),
      hasher_(options_.threads > 1 ? std::make_unique<FileHasher>() : nullptr),
      output_(NewArchiveOutput(
          {options_.form, options_.threads, options_.memory_bytes, options_.take})),
      tar_([this](Slice bytes) { return output_->Write(bytes); }),
      checksums_(options_.checksum_sorter) {}

Status Sink::Ready() {
  if (failed_.ok() && (++calls_ & kCancelCheckMask) == 0) failed_ = CheckCancelled();
  return failed_;
}

Status Sink::Keep(Status status) {
  if (!status.ok() && failed_.ok()) failed_ = status;
  return status;
}

// ---- Files --------------------------------------------------------------------------------------

Status Sink::WriteFile(Slice path, Slice content) {
  SNAPTREE_TRY(CheckTreePath(path));
  const Sha256Digest digest = Sha256::Of(content);
  std::unique_lock lock(mutex_);
  SNAPTREE_TRY(Ready());
  if (streamed_ == nullptr) {
    SNAPTREE_TRY(Keep(PutWhole(path, content)));
    CountFile(content.size());
    return Keep(Book(path, digest));
  }
  lock.unlock();
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, CreateFile(path));
  SNAPTREE_TRY(file->Append(content));
  return file->Close();
}

Status Sink::CreateDirectory(Slice path) {
  SNAPTREE_TRY(CheckTreePath(path));
  const std::lock_guard lock(mutex_);
  SNAPTREE_TRY(Ready());
  if (streamed_ != nullptr)
    return Keep(EnvironmentError("Internal", "a folder came inside a file").At(path));
  ++totals_.directories;
  return Keep(tar_.AddFolder(path));
}

std::unique_ptr<FileState> Sink::TakeIdle() {
  if (idle_.empty()) return std::make_unique<FileState>(options_.scratch_folder);
  std::unique_ptr<FileState> state = std::move(idle_.back());
  idle_.pop_back();
  return state;
}

Result<std::unique_ptr<TreeFile>> Sink::Create(Slice path, std::optional<uint64_t> size) {
  SNAPTREE_TRY(CheckTreePath(path));
  const std::lock_guard lock(mutex_);
  SNAPTREE_TRY(Ready());
  std::unique_ptr<FileState> state = TakeIdle();
  state->path.assign(path);
  state->size = size;
  if (size && streamed_ == nullptr) {
    SNAPTREE_TRY(Keep(tar_.BeginFile(path, *size)));
    state->streamed = true;
    streamed_ = state.get();
  }
  return std::unique_ptr<TreeFile>(std::make_unique<ArchiveFile>(this, std::move(state)));
}

Status Sink::Append(FileState* file, Slice bytes) {
  file->bytes += bytes.size();
  SNAPTREE_TRY(Put(file, bytes));
  if (file->behind) {
    hasher_->Update(file->hash, std::make_shared<const std::string>(bytes));
  } else {
    file->hash->Update(bytes);
  }
  return {};
}

Status Sink::AppendShared(FileState* file, const SharedBytes& bytes) {
  if (hasher_ == nullptr || bytes->size() < kHashBehindBytes) return Append(file, *bytes);
  if (file->bytes == 0) file->behind = hasher_->HasRoom();
  file->bytes += bytes->size();
  // Hashing begins before the bytes go on, so that both happen at the same time.
  if (file->behind) hasher_->Update(file->hash, bytes);
  SNAPTREE_TRY(Put(file, *bytes));
  if (!file->behind) file->hash->Update(*bytes);
  return {};
}

Status Sink::AppendHole(FileState* file, uint64_t size) {
  file->bytes += size;
  if (file->streamed) {
    const std::lock_guard lock(mutex_);
    SNAPTREE_TRY(Keep(tar_.AppendZeros(size)));
  } else {
    SNAPTREE_TRY(file->kept.AppendHole(size));
  }
  return HashZeros(file->hash.get(), size);
}

Status Sink::Put(FileState* file, Slice bytes) {
  if (!file->streamed) return file->kept.Append(bytes);
  const std::lock_guard lock(mutex_);
  SNAPTREE_TRY(Ready());
  return Keep(tar_.Append(bytes));
}

Status Sink::Close(std::unique_ptr<FileState>* state) {
  FileState* const file = state->get();
  const std::lock_guard lock(mutex_);
  SNAPTREE_TRY(Ready());
  if (file->size && *file->size != file->bytes) {
    return Keep(EnvironmentError("Internal", "a file has another size than was announced")
                    .At(file->path)
                    .Expected(std::to_string(*file->size))
                    .Found(std::to_string(file->bytes)));
  }
  if (streamed_ != nullptr && streamed_ != file) {
    waiting_.push_back(std::move(*state));
    return {};
  }
  if (file->streamed) {
    SNAPTREE_TRY(Keep(tar_.EndFile()));
    streamed_ = nullptr;
  } else {
    SNAPTREE_TRY(Keep(PutKept(file)));
  }
  SNAPTREE_TRY(Keep(EndFile(file)));
  for (std::unique_ptr<FileState>& other : std::exchange(waiting_, {})) {
    SNAPTREE_TRY(Keep(PutKept(other.get())));
    SNAPTREE_TRY(Keep(EndFile(other.get())));
    MakeIdle(std::move(other));
  }
  return {};
}

void Sink::TakeBack(std::unique_ptr<FileState> file) {
  const std::lock_guard lock(mutex_);
  if (streamed_ == file.get()) {
    // The run is being given up: what is there of the archive must not get an end.
    streamed_ = nullptr;
    if (failed_.ok())
      failed_ = EnvironmentError("Internal", "a file was begun and not ended").At(file->path);
  }
  MakeIdle(std::move(file));
}

void Sink::MakeIdle(std::unique_ptr<FileState> file) {
  if (idle_.size() >= kMaxIdleStates) return;
  if (file->behind) {
    file->hash = std::make_shared<Sha256>();
  } else {
    file->hash->Reset();
  }
  file->kept.Clear();
  file->size.reset();
  file->bytes = 0;
  file->streamed = file->behind = false;
  idle_.push_back(std::move(file));
}

// ---- The archive --------------------------------------------------------------------------------

Status Sink::PutWhole(Slice path, Slice content) {
  SNAPTREE_TRY(tar_.BeginFile(path, content.size()));
  SNAPTREE_TRY(tar_.Append(content));
  return tar_.EndFile();
}

Status Sink::PutKept(FileState* file) {
  SNAPTREE_TRY(tar_.BeginFile(file->path, file->kept.size()));
  SNAPTREE_TRY(file->kept.ForEachPiece([this](Slice piece) { return tar_.Append(piece); }));
  return tar_.EndFile();
}

Status Sink::EndFile(FileState* file) {
  CountFile(file->bytes);
  if (!file->behind) return Book(file->path, file->hash->Finish());
  hasher_->Finish(file->hash, file->path);
  return TakeDigests();
}

void Sink::CountFile(uint64_t bytes) {
  ++totals_.files;
  totals_.bytes += bytes;
  if (options_.progress != nullptr)
    options_.progress->files.fetch_add(1, std::memory_order_relaxed);
}

Status Sink::Book(Slice path, const Sha256Digest& digest) {
  return options_.take_digest ? options_.take_digest(path, digest) : checksums_.Add(path, digest);
}

Status Sink::TakeDigests() {
  for (const FileHasher::Done& file : hasher_->TakeDone()) {
    SNAPTREE_TRY(Book(file.path, file.digest));
  }
  return {};
}

Status Sink::Flush() {
  const std::lock_guard lock(mutex_);
  SNAPTREE_TRY(failed_);
  if (hasher_ == nullptr) return {};
  hasher_->Wait();
  return Keep(TakeDigests());
}

// Its size is known when all of it is there.
Status Sink::WriteChecksums() {
  FileState file(options_.scratch_folder);
  file.path = kChecksumsFileName;
  SNAPTREE_TRY(checksums_.Write([&](Slice text) { return file.kept.Append(text); }));
  return PutKept(&file);
}

Status Sink::Finish() {
  SNAPTREE_TRY(Flush());
  const std::lock_guard lock(mutex_);
  if (streamed_ != nullptr)
    return Keep(EnvironmentError("Internal", "a file was not ended").At(streamed_->path));
  if (!options_.take_digest) SNAPTREE_TRY(Keep(WriteChecksums()));
  SNAPTREE_TRY(Keep(tar_.Finish()));
  SNAPTREE_TRY(Keep(output_->Finish()));
  return CheckCancelled();
}

}  // namespace

std::unique_ptr<ArchiveSink> NewArchiveSink(ArchiveSinkOptions options) {
  return std::make_unique<Sink>(std::move(options));
}

void NoteLargeArchive(uint64_t entries, Findings* findings) {
  if (entries <= kGoMaxEntries) return;
  findings->Note("archive_large",
                 "the Go tools unpack no archive of more than 1,000,000 entries; snaptree does",
                 Thousands(entries));
}

}  // namespace snaptree

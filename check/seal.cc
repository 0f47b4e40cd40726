#include "check/seal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include "check/tree_digests.h"
#include "check/tree_list.h"

#include "adapters/common/tree_findings.h"
#include "base/file.h"
#include "base/scratch_space.h"
#include "base/worker_pool.h"
#include "manifest/checksums.h"
#include "manifest/manifest.h"
#include "tree/checksums_file.h"
#include "tree/tree_input.h"

namespace snaptree {
namespace {

// Shares of the memory budget.
constexpr double kDigestShare = 0.2;
constexpr double kOldShare = 0.2;
constexpr size_t kPieceBytes = size_t{1} << 20;
// In the tree, so that a rename can publish it. A killed run leaves it; the next one removes it.
constexpr Slice kNewFileName = ".CHECKSUMS.snaptree-new";

class SealTree {
 public:
  explicit SealTree(const SealOptions& options)
      : options_(options),
        progress_(options.progress != nullptr ? *options.progress : own_progress_),
        scratch_(options.memory_bytes, options.scratch_folder),
        workers_(std::max(1U, options.threads)) {}

  Result<SealReport> Seal();

 private:
  Status OpenTree();
  Status ReadFiles();
  Status ReadOldChecksums();
  Status NextOld();
  Status PassOldBefore(const Slice* path);
  Status TakeFile(Slice path, const Sha256Digest& digest);
  Status Compare();
  Status Flush();
  Status Publish();
  Status CopyTo(int fd, const std::string& name);

  const SealOptions& options_;
  Progress own_progress_;
  Progress& progress_;
  ScratchSpace scratch_;
  WorkerPool workers_;
  SealReport report_;
  TreeFindings findings_;
  UniqueFd root_;
  std::unique_ptr<TreeSource> source_;
  std::unique_ptr<TreeInput> input_;
  std::unique_ptr<ChecksumsFile> old_;
  std::string old_path_;
  Sha256Digest old_digest_{};
  bool has_old_ = false;
  UniqueFd text_fd_;  // the new CHECKSUMS, until it is known whether it is needed
  std::string text_;
};

Status SealTree::OpenTree() {
  SNAPTREE_ASSIGN(source_, OpenDirectorySource(options_.tree, {.allow_hard_links = true}));
  root_ = UniqueFd(::open(options_.tree.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root_.valid()) return SystemError(errno, "open the folder", options_.tree);
  SNAPTREE_ASSIGN(const std::optional<EntryKind> manifest, source_->Find(kManifestFileName));
  if (manifest) return {};
  return DataError("ManifestMissing", "this is no tree of snaptree, or not all of one")
      .At(options_.tree)
      .Expected("a file MANIFEST.json at its root")
      .Next("name the folder that decode made");
}

Status SealTree::ReadFiles() {
  // Of a run that was killed. It never was part of the tree.
  if (!options_.check_only) ::unlinkat(root_.get(), std::string(kNewFileName).c_str(), 0);
  TreeList files(scratch_.Shares());
  progress_.Begin("list the tree", "files", 0);
  SNAPTREE_TRY(files.Read({*source_, workers_, findings_, progress_}));
  input_ = std::make_unique<TreeInput>(*source_, TreeInput::Options{scratch_.Share(kDigestShare)});
  return HashTree({files, nullptr, *input_, workers_, findings_, progress_});
}

// Whatever the old file holds, it is to be replaced: lines that cannot be read are counted.
Status SealTree::ReadOldChecksums() {
  old_ = std::make_unique<ChecksumsFile>(scratch_.Share(kOldShare));
  SNAPTREE_TRY(old_->Read(*source_, [this](Status error) -> Status {
    if (error.kind() != ErrorKind::kData) return error;
    if (error.code() != "ChecksumsMissing") ++report_.unreadable_lines;
    return {};
  }));
  if (old_->lists_itself()) ++report_.unreadable_lines;
  return NextOld();
}

Status SealTree::NextOld() {
  if (old_->lines() == 0) return {};
  Slice path;
  SNAPTREE_ASSIGN(has_old_, old_->Next(&path, &old_digest_));
  if (has_old_) old_path_.assign(path);
  return {};
}

// Lines of the old list before a file of the tree (null: all that are left) name files that are
// gone.
Status SealTree::PassOldBefore(const Slice* path) {
  while (has_old_ && (path == nullptr || old_path_ < *path)) {
    ++report_.removed;
    SNAPTREE_TRY(options_.take(FileChange::kRemoved, old_path_));
    SNAPTREE_TRY(NextOld());
  }
  return {};
}

Status SealTree::TakeFile(Slice path, const Sha256Digest& digest) {
  if (path == kNewFileName) return {};
  SNAPTREE_TRY(PassOldBefore(&path));
  if (!has_old_ || old_path_ != path) {
    ++report_.added;
    SNAPTREE_TRY(options_.take(FileChange::kAdded, path));
  } else {
    if (old_digest_ != digest) {
      ++report_.changed;
      SNAPTREE_TRY(options_.take(FileChange::kChanged, path));
    }
    SNAPTREE_TRY(NextOld());
  }
  ++report_.files;
  if (options_.check_only) return {};
  AppendChecksumLine(&text_, path, digest);
  return text_.size() < kPieceBytes ? Status::Ok() : Flush();
}

Status SealTree::Flush() {
  SNAPTREE_TRY(WriteFully(text_fd_.get(), text_, "the new CHECKSUMS"));
  text_.clear();
  return {};
}

Status SealTree::Compare() {
  if (!options_.check_only) {
    SNAPTREE_ASSIGN(const std::string folder, scratch_.Path());
    SNAPTREE_ASSIGN(text_fd_, OpenUnnamedFile(folder));
  }
  progress_.Begin("compare", "files", 0);
  SNAPTREE_TRY(input_->ForEachDigest(
      [this](Slice path, const Sha256Digest& digest) { return TakeFile(path, digest); }));
  return PassOldBefore(nullptr);
}

Status SealTree::CopyTo(int fd, const std::string& name) {
  SNAPTREE_TRY(Flush());
  SNAPTREE_ASSIGN(const InputFile text,
                  InputFile::FromFd(std::move(text_fd_), "the new CHECKSUMS"));
  std::string piece(kPieceBytes, '\0');
  for (uint64_t at = 0; at < text.size();) {
    SNAPTREE_ASSIGN(const size_t n, text.ReadAt(at, piece.data(), piece.size()));
    SNAPTREE_TRY(WriteFully(fd, Slice(piece).substr(0, n), name));
    at += n;
  }
  if (::fsync(fd) != 0) return SystemError(errno, "sync", name);
  return {};
}

Status SealTree::Publish() {
  progress_.Begin("sync to disk", "files", 0);
  const std::string new_name(kNewFileName);
  const std::string shown = options_.tree + "/" + new_name;
  const std::string final_name(kChecksumsFileName);
  UniqueFd fd(::openat(root_.get(), new_name.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd.valid()) return SystemError(errno, "create", shown);
  Status done = CopyTo(fd.get(), shown);
  if (done.ok()) done = CloseWritten(std::move(fd), shown);
  if (done.ok() && ::renameat(root_.get(), new_name.c_str(), root_.get(), final_name.c_str()) != 0)
    done = SystemError(errno, "rename", shown);
  if (!done.ok()) {
    ::unlinkat(root_.get(), new_name.c_str(), 0);
    return done;
  }
  if (::fsync(root_.get()) != 0) return SystemError(errno, "sync", options_.tree);
  report_.written = true;
  return {};
}

Result<SealReport> SealTree::Seal() {
  SNAPTREE_TRY(OpenTree());
  SNAPTREE_TRY(ReadFiles());
  SNAPTREE_TRY(ReadOldChecksums());
  report_.bytes = input_->bytes();
  if (!findings_.HasErrors()) SNAPTREE_TRY(Compare());
  report_.errors = findings_.Errors();
  report_.error_count = findings_.errors();
  if (report_.error_count == 0 && report_.differs() && !options_.check_only)
    SNAPTREE_TRY(Publish());
  return std::move(report_);
}

}  // namespace

Result<SealReport> Seal(const SealOptions& options) {
  SealTree run(options);
  return run.Seal();
}

}  // namespace snaptree

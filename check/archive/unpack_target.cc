#include "check/archive/unpack_target.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "base/file.h"
#include "base/output_target.h"
#include "manifest/checksums.h"
#include "manifest/manifest.h"
#include "tree/archive_index.h"
#include "tree/directory_sink.h"
#include "tree/zeros.h"

namespace snaptree {
namespace {

constexpr mode_t kFileMode = 0600;

// Hands a file to a sink. Stretches of zeros become holes.
class FileCopier {
 public:
  explicit FileCopier(TreeSink* sink) : sink_(*sink) {}

  Status Write(Slice path, uint64_t size, const UnpackTarget::Copy& copy) {
    return size <= kMostBytesWithoutHoles ? WriteSmall(path, static_cast<size_t>(size), copy)
                                          : WriteLarge(path, size, copy);
  }

 private:
  Status WriteSmall(Slice path, size_t size, const UnpackTarget::Copy& copy) {
    content_.assign(size, '\0');
    SNAPTREE_TRY(copy([this](uint64_t offset, Slice bytes) -> Status {
      bytes.copy(content_.data() + offset, bytes.size());
      return {};
    }));
    return sink_.WriteFile(path, content_);
  }

  Status WriteLarge(Slice path, uint64_t size, const UnpackTarget::Copy& copy) {
    if (!sink_.CanHold(size)) return SystemError(EFBIG, "write", path);
    SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, sink_.CreateSizedFile(path, size));
    uint64_t at = 0;
    const auto fill_to = [&](uint64_t offset) -> Status {
      return offset > at ? file->AppendHole(offset - std::exchange(at, offset)) : Status::Ok();
    };
    SNAPTREE_TRY(copy([&](uint64_t offset, Slice bytes) -> Status {
      if (bytes.empty() || IsZeros(bytes)) return {};
      SNAPTREE_TRY(fill_to(offset));
      at += bytes.size();
      return file->Append(bytes);
    }));
    SNAPTREE_TRY(fill_to(size));
    return file->Close();
  }

  TreeSink& sink_;
  std::string content_;
};

class StagedTarget : public UnpackTarget {
 public:
  StagedTarget(const StagedOutput& staged, UnpackTargetOptions options)
      : staged_(staged),
        sink_(NewDirectorySink(
            staged, {options.threads, {}, std::move(options.take_digest), options.progress})),
        copier_(sink_.get()) {}

  Status AddFolder(Slice path) override { return Explain(sink_->CreateDirectory(path)); }
  Status AddFile(Slice path, uint64_t size, const Copy& copy) override {
    return Explain(copier_.Write(path, size, copy));
  }
  Status Finish() override { return Explain(sink_->Finish()); }
  TreeTotals totals() const override { return sink_->totals(); }
  const std::string& folder() const override { return staged_.path(); }

 private:
  Status Explain(Status status) const;
  std::string PlaceOf(Slice path) const { return JoinPath(staged_.path(), std::string(path)); }
  bool IsThere(Slice path) const;

  const StagedOutput& staged_;
  const std::unique_ptr<TreeSink> sink_;
  FileCopier copier_;
};

// By exactly this name, also where names that differ in case are one.
bool StagedTarget::IsThere(Slice path) const {
  namespace fs = std::filesystem;
  const std::string full = PlaceOf(path);
  const std::string name = fs::path(full).filename();
  std::error_code error;
  for (fs::directory_iterator it(fs::path(full).parent_path(), error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().filename() == name) return true;
  }
  return false;
}

// What the file system says about two entries of one path.
Status StagedTarget::Explain(Status status) const {
  if (status.ok() || status.code() != "NameCollision") return status;
  Slice path = status.info().source;
  if (path.starts_with(staged_.final_path() + "/"))
    path.remove_prefix(staged_.final_path().size() + 1);
  if (!IsThere(path)) return status;
  // A folder that could not be made says what stands there.
  std::error_code error;
  const bool folder =
      !status.info().found.empty() || std::filesystem::is_directory(PlaceOf(path), error);
  return DuplicateEntryError(path).Found(folder ? "a file and a folder" : "a file twice");
}

class DryTarget : public UnpackTarget {
 public:
  DryTarget(std::string scratch_folder, UnpackTargetOptions options)
      : folder_(std::move(scratch_folder)),
        sink_(NewDigestSink(std::move(options.take_digest))),
        copier_(sink_.get()),
        paths_(std::move(options.sorter)) {}

  Status AddFolder(Slice path) override { return paths_.Add(path, {}); }
  Status AddFile(Slice path, uint64_t size, const Copy& copy) override {
    SNAPTREE_TRY(paths_.Add(path, {EntryKind::kFile, false, 0, size, 0}));
    if (path != kManifestFileName && path != kChecksumsFileName)
      return copier_.Write(path, size, copy);
    return copier_.Write(path, size,
                         [&](const TakePiece& take) { return Keep(path, size, copy, take); });
  }
  Status Finish() override {
    SNAPTREE_TRY(sink_->Finish());
    return paths_.Finish(folder_ + "/paths.sst").status();
  }
  TreeTotals totals() const override {
    TreeTotals totals = sink_->totals();
    totals.directories = paths_.folders();
    return totals;
  }
  const std::string& folder() const override { return folder_; }

 private:
  // The two files whose content is looked at afterwards.
  Status Keep(Slice path, uint64_t size, const Copy& copy, const TakePiece& take);

  const std::string folder_;
  const std::unique_ptr<TreeSink> sink_;
  FileCopier copier_;
  ArchiveIndex::Builder paths_;
};

Status DryTarget::Keep(Slice path, uint64_t size, const Copy& copy, const TakePiece& take) {
  const std::string kept = JoinPath(folder_, std::string(path));
  const UniqueFd fd(
      ::open(kept.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
  // A second one: Finish() says so.
  if (!fd.valid() && errno != EEXIST) return SystemError(errno, "create", kept);
  if (fd.valid() && ::ftruncate(fd.get(), static_cast<off_t>(size)) != 0)
    return SystemError(errno, "extend", kept);
  return copy([&](uint64_t offset, Slice bytes) -> Status {
    if (fd.valid()) {
      if (::lseek(fd.get(), static_cast<off_t>(offset), SEEK_SET) < 0)
        return SystemError(errno, "seek in", kept);
      SNAPTREE_TRY(WriteFully(fd.get(), bytes, kept));
    }
    return take(offset, bytes);
  });
}

}  // namespace

std::unique_ptr<UnpackTarget> NewStagedTarget(const StagedOutput& staged,
                                              UnpackTargetOptions options) {
  return std::make_unique<StagedTarget>(staged, std::move(options));
}

std::unique_ptr<UnpackTarget> NewDryTarget(std::string scratch_folder,
                                           UnpackTargetOptions options) {
  return std::make_unique<DryTarget>(std::move(scratch_folder), std::move(options));
}

}  // namespace snaptree

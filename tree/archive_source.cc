#include "tree/archive_source.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "manifest/manifest.h"
#include "tree/archive_index.h"
#include "tree/archive_path.h"
#include "tree/tar_reader.h"
#include "tree/zeros.h"

namespace snaptree {
namespace {

Status WriteAt(int fd, const std::string& name, uint64_t offset, Slice bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError(errno, "write", name);
    bytes.remove_prefix(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return {};
}

// What is unpacked: files, one behind the other. Stretches of zeros become holes.
class Scratch {
 public:
  Result<int> Fd(const ArchiveSourceOptions& options) {
    if (fd_.valid()) return fd_.get();
    SNAPTREE_ASSIGN(const std::string folder, options.scratch_folder());
    SNAPTREE_ASSIGN(fd_, OpenUnnamedFile(folder));
    name_ = "the unpacked archive in " + folder;
    return fd_.get();
  }
  // Room for a file; where it begins.
  uint64_t Take(uint64_t size) { return std::exchange(end_, end_ + size); }
  // All is written: it can be read.
  Status Close() {
    if (!fd_.valid()) return {};
    if (::ftruncate(fd_.get(), static_cast<off_t>(end_)) != 0)
      return SystemError(errno, "extend", name_);
    number_ = fd_.get();
    SNAPTREE_ASSIGN(InputFile file, InputFile::FromFd(std::move(fd_), name_));
    file_.emplace(std::move(file));
    return {};
  }

  const std::string& name() const { return name_; }
  // REQUIRES: Close() was called.
  const InputFile& file() const { return *file_; }
  // Where the next bytes stand that are no hole; `end` when there are none before it.
  uint64_t NextData(uint64_t offset, uint64_t end) const {
    const off_t at = ::lseek(number_, static_cast<off_t>(offset), SEEK_DATA);
    if (at >= 0) return std::min(static_cast<uint64_t>(at), end);
    return errno == ENXIO ? end : offset;
  }

 private:
  UniqueFd fd_;  // while it is written
  int number_ = -1;
  std::optional<InputFile> file_;
  std::string name_;
  uint64_t end_ = 0;
};

class ArchiveContent : public TreeContent {
 public:
  // scratch: null when the content stands in the archive itself.
  ArchiveContent(const InputFile& file, const Scratch* scratch, const ArchivePlace& place)
      : file_(file), scratch_(scratch), place_(place) {}

  uint64_t size() const override { return place_.size; }
  uint64_t modified_ms() const override { return place_.modified_ms; }
  Result<size_t> ReadAt(uint64_t offset, char* out, size_t n) override {
    if (offset >= place_.size) return size_t{0};
    n = static_cast<size_t>(std::min<uint64_t>(n, place_.size - offset));
    SNAPTREE_TRY(file_.ReadExactlyAt(place_.offset + offset, out, n));
    return n;
  }
  uint64_t NextData(uint64_t offset) override {
    if (scratch_ == nullptr || offset >= place_.size) return std::min(offset, place_.size);
    return scratch_->NextData(place_.offset + offset, place_.offset + place_.size) - place_.offset;
  }

 private:
  const InputFile& file_;
  const Scratch* const scratch_;
  const ArchivePlace place_;
};

class ArchiveSource : public TreeSource {
 public:
  explicit ArchiveSource(InputFile archive)
      : archive_(std::move(archive)), name_(archive_.path()) {}

  Status Load(const ArchiveSourceOptions& options);

  const std::string& name() const override { return name_; }
  Status List(Slice folder, const TakeEntries& take) const override {
    return index_->List(folder, take);
  }
  Result<std::optional<EntryKind>> Find(Slice path) const override {
    SNAPTREE_ASSIGN(const std::optional<ArchivePlace> place, index_->Find(path));
    return place ? std::optional(place->kind) : std::optional<EntryKind>();
  }
  Result<std::unique_ptr<TreeContent>> Open(Slice path) const override;

 private:
  Status TakeEntry(const TarEntry& entry, TarReader& reader, const ArchiveSourceOptions& options,
                   ArchiveIndex::Builder* index);
  Status TakeFile(const TarEntry& entry, Slice path, TarReader& reader,
                  const ArchiveSourceOptions& options, ArchiveIndex::Builder* index);
  Status RefuseLeadingFolder() const;

  const InputFile archive_;
  const std::string name_;
  std::optional<ArchiveMeter> meter_;
  Scratch scratch_;
  std::unique_ptr<ArchiveIndex> index_;
};

Status ArchiveSource::TakeFile(const TarEntry& entry, Slice path, TarReader& reader,
                               const ArchiveSourceOptions& options, ArchiveIndex::Builder* index) {
  ArchivePlace place{EntryKind::kFile, false, 0, entry.size, entry.modified_ms};
  if (entry.offset) {
    place.offset = *entry.offset;
    return index->Add(path, place);
  }
  SNAPTREE_ASSIGN(const int fd, scratch_.Fd(options));
  place.scratch = true;
  place.offset = scratch_.Take(entry.size);
  SNAPTREE_TRY(reader.Copy([&](uint64_t offset, Slice bytes) -> Status {
    if (bytes.empty()) return {};
    SNAPTREE_TRY(meter_->CheckPiece(entry, offset, bytes));
    if (IsZeros(bytes)) return {};
    return WriteAt(fd, scratch_.name(), place.offset + offset, bytes);
  }));
  return index->Add(path, place);
}

Status ArchiveSource::TakeEntry(const TarEntry& entry, TarReader& reader,
                                const ArchiveSourceOptions& options, ArchiveIndex::Builder* index) {
  SNAPTREE_TRY(meter_->Take(entry));
  SNAPTREE_ASSIGN(const Slice path, TreePathOf(entry, name_));
  if (path.empty()) return {};
  if (entry.kind == TarEntry::Kind::kFolder) return index->Add(path, {});
  return TakeFile(entry, path, reader, options, index);
}

// An archive of the folder, not of what stands in it.
Status ArchiveSource::RefuseLeadingFolder() const {
  std::string only;
  uint64_t names = 0;
  SNAPTREE_TRY(index_->List("", [&](std::span<const TreeEntry> entries) -> Status {
    names += entries.size();
    only = entries[0].name;
    return {};
  }));
  if (names != 1) return {};
  SNAPTREE_ASSIGN(const std::optional<ArchivePlace> manifest,
                  index_->Find(only + "/" + std::string(kManifestFileName)));
  if (!manifest) return {};
  return LeadingFolderError(only, name_);
}

Status ArchiveSource::Load(const ArchiveSourceOptions& options) {
  if (options.progress != nullptr)
    options.progress->Begin("read the archive", "bytes", archive_.size());
  SNAPTREE_ASSIGN(const std::unique_ptr<TarReader> reader, TarReader::Open(archive_));
  meter_.emplace(name_, options.limits);
  ArchiveIndex::Builder index(options.sorter);
  TarEntry entry;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, reader->Next(&entry));
    if (!more) break;
    SNAPTREE_TRY(TakeEntry(entry, *reader, options, &index));
    if (options.progress != nullptr)
      options.progress->done.store(reader->position(), std::memory_order_relaxed);
  }
  SNAPTREE_TRY(scratch_.Close());
  SNAPTREE_ASSIGN(const std::string folder, options.scratch_folder());
  // Several sources may share the folder.
  static std::atomic<unsigned> number{0};
  SNAPTREE_ASSIGN(index_,
                  index.Finish(folder + "/archive-index-" + std::to_string(number++) + ".sst"));
  return RefuseLeadingFolder();
}

Result<std::unique_ptr<TreeContent>> ArchiveSource::Open(Slice path) const {
  SNAPTREE_ASSIGN(const std::optional<ArchivePlace> place, index_->Find(path));
  if (!place) return DataError("NotFound", "the file is missing from the tree").At(path);
  if (place->kind != EntryKind::kFile) {
    return DataError("NotRegular", "this is no regular file")
        .At(path.empty() ? Slice(".") : path)
        .Expected("files and folders only")
        .Found("a folder");
  }
  return std::unique_ptr<TreeContent>(
      place->scratch ? std::make_unique<ArchiveContent>(scratch_.file(), &scratch_, *place)
                     : std::make_unique<ArchiveContent>(archive_, nullptr, *place));
}

}  // namespace

Result<std::unique_ptr<TreeSource>> OpenArchiveSource(const std::string& path,
                                                      const ArchiveSourceOptions& options) {
  SNAPTREE_ASSIGN(InputFile file, InputFile::Open(path));
  auto source = std::make_unique<ArchiveSource>(std::move(file));
  SNAPTREE_TRY(source->Load(options));
  return std::unique_ptr<TreeSource>(std::move(source));
}

}  // namespace snaptree

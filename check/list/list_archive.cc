#include <algorithm>
#include <optional>
#include <string>

#include "check/list/list_parts.h"

#include "base/cancel.h"
#include "base/file.h"
#include "manifest/checksums.h"
#include "manifest/manifest.h"
#include "tree/archive_path.h"
#include "tree/leading_folder.h"
#include "tree/tar_reader.h"

namespace snaptree {
namespace {

constexpr uint64_t kMaxManifestBytes = uint64_t{64} << 20;

// Reads an archive once, front to back, and nothing of it is kept but names, sizes and times.
class ArchiveList {
 public:
  explicit ArchiveList(const ListRun& run) : run_(run), name_(run.options.records.what) {}

  Result<bool> Run(ListReport* report);

 private:
  Status TakeEntry(const TarEntry& entry, TarReader& reader);
  Status TakeManifest(const TarEntry& entry, TarReader& reader);
  Status ManifestMissing() const;

  const ListRun& run_;
  const std::string name_;
  std::optional<Result<Manifest>> manifest_;
  bool has_checksums_ = false;
  LeadingFolder leading_;
};

Status ArchiveList::TakeManifest(const TarEntry& entry, TarReader& reader) {
  std::string text;
  if (entry.size <= kMaxManifestBytes) {
    SNAPTREE_TRY(reader.Copy([&](uint64_t offset, Slice bytes) -> Status {
      // What is between two pieces is zeros; more than the size says is no manifest anyway.
      if (offset + bytes.size() > kMaxManifestBytes) return {};
      text.resize(std::max<size_t>(text.size(), static_cast<size_t>(offset)));
      text.replace(static_cast<size_t>(offset), bytes.size(), bytes);
      return {};
    }));
  }
  manifest_ = ParseManifest(text);
  return {};
}

Status ArchiveList::TakeEntry(const TarEntry& entry, TarReader& reader) {
  SNAPTREE_TRY(CheckCancelled());
  SNAPTREE_ASSIGN(const Slice path, TreePathOf(entry, name_));
  if (path.empty()) return {};
  leading_.Take(path);
  if (entry.kind == TarEntry::Kind::kFolder) return {};
  has_checksums_ = has_checksums_ || path == kChecksumsFileName;
  if (path == kManifestFileName) {
    SNAPTREE_TRY(TakeManifest(entry, reader));
  } else if (const FactSource source = run_.choice.Reads(path); source != FactSource::kNone) {
    FactScan facts(source, path, run_.choice.take_facts());
    SNAPTREE_TRY(reader.Copy([&](uint64_t, Slice bytes) { return facts.Append(bytes); }));
  }
  return run_.choice.Lists(path) ? run_.choice.table().AddFile(path, entry.size) : Status::Ok();
}

Status ArchiveList::ManifestMissing() const {
  if (leading_.found()) return LeadingFolderError(leading_.name(), name_);
  return DataError("ManifestMissing", "this is no archive of a tree, or not all of one")
      .At(name_)
      .Expected("a file MANIFEST.json at its root")
      .Next("name an archive that decode or pack made");
}

Result<bool> ArchiveList::Run(ListReport* report) {
  SNAPTREE_ASSIGN(const InputFile file, InputFile::Open(name_));
  SNAPTREE_ASSIGN(const std::unique_ptr<TarReader> reader, TarReader::Open(file));
  run_.progress.Begin("read the archive", "bytes", file.size());
  TarEntry entry;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, reader->Next(&entry));
    if (!more) break;
    SNAPTREE_TRY(TakeEntry(entry, *reader));
    run_.progress.done.store(reader->position(), std::memory_order_relaxed);
  }
  if (!manifest_ && !has_checksums_) return ManifestMissing();
  if (!manifest_ || !manifest_->ok()) {
    report->errors.push_back(!manifest_ ? ManifestMissing()
                                        : Status(manifest_->status()).At(kManifestFileName));
    return true;
  }
  report->read_ts = ReadTimestampOf(**manifest_);
  return !(*manifest_)->jsonl && !(*manifest_)->dynamodb_jsonl;
}

}  // namespace

Result<bool> ListArchive(const ListRun& run, ListReport* report) {
  return ArchiveList(run).Run(report);
}

}  // namespace snaptree

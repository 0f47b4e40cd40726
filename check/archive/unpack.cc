#include "check/archive/unpack.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "check/archive/unpack_space.h"
#include "check/archive/unpack_target.h"
#include "encode/checksum_compare.h"
#include "encode/encode_preflight.h"

#include "adapters/common/tree_findings.h"
#include "base/output_target.h"
#include "base/scratch_space.h"
#include "base/staged_output.h"
#include "base/text.h"
#include "decode/preflight.h"
#include "manifest/manifest.h"
#include "tree/archive_path.h"
#include "tree/checksums_file.h"
#include "tree/leading_folder.h"
#include "tree/tar_reader.h"
#include "tree/tree_input.h"

namespace snaptree {
namespace {

// Shares of the memory budget.
constexpr double kDigestShare = 0.2;
constexpr double kLinesShare = 0.2;
constexpr double kPathsShare = 0.1;

class TreeUnpacker {
 public:
  explicit TreeUnpacker(const UnpackOptions& options)
      : options_(options),
        progress_(options.progress != nullptr ? *options.progress : own_progress_),
        name_(options.archive == "-" ? "standard input" : options.archive),
        scratch_(options.memory_bytes, options.scratch_folder),
        meter_(name_, options.limits) {}

  Result<ArchiveReport> Run();

 private:
  Status Stage();
  Status OpenInput();
  Status OpenTarget();
  Status TakeEntries();
  Status TakeEntry(const TarEntry& entry);
  Status WithSpaceLeft(Status status) const;
  Status CheckTree();
  Status CheckManifest();

  const UnpackOptions& options_;
  Progress own_progress_;
  Progress& progress_;
  const std::string name_;
  TreeFindings findings_;
  std::optional<StagedOutput> staged_;
  ScratchSpace scratch_;
  std::optional<InputFile> file_;
  std::unique_ptr<TarReader> reader_;
  ArchiveMeter meter_;
  LeadingFolder leading_;
  std::unique_ptr<TreeSource> source_;    // of what was unpacked
  std::unique_ptr<TreeInput> unpacked_;   // its digests
  std::unique_ptr<UnpackTarget> target_;  // last: its threads use what is above
};

Status TreeUnpacker::OpenInput() {
  if (options_.archive != "-") {
    SNAPTREE_ASSIGN(InputFile file, InputFile::Open(options_.archive));
    file_.emplace(std::move(file));
    if (staged_) SNAPTREE_TRY(CheckUnpackSpace(*file_, ParentFolder(options_.output)));
    progress_.Begin("unpack", "bytes", file_->size());
    SNAPTREE_ASSIGN(reader_, TarReader::Open(*file_));
    return {};
  }
  if (::isatty(STDIN_FILENO) == 1) {
    return UsageError("NotRegular", "standard input is a terminal")
        .At(name_)
        .Next("redirect an archive into it, or name a file");
  }
  progress_.Begin("unpack", "bytes", 0);
  SNAPTREE_ASSIGN(reader_, TarReader::Open(NewStreamFeed(STDIN_FILENO, name_)));
  return {};
}

Status TreeUnpacker::OpenTarget() {
  UnpackTargetOptions target;
  target.threads = options_.threads;
  target.sorter = scratch_.Share(kPathsShare);
  target.take_digest = [this](Slice path, const Sha256Digest& digest) {
    return unpacked_->Add(path, digest, 0);
  };
  target.progress = &progress_;
  if (staged_) {
    target_ = NewStagedTarget(*staged_, std::move(target));
  } else {
    SNAPTREE_ASSIGN(std::string folder, scratch_.Path());
    target_ = NewDryTarget(std::move(folder), std::move(target));
  }
  SNAPTREE_ASSIGN(source_, OpenDirectorySource(target_->folder(), {}));
  unpacked_ = std::make_unique<TreeInput>(*source_,
                                          TreeInput::Options{scratch_.Share(kDigestShare), false});
  return {};
}

Status TreeUnpacker::TakeEntry(const TarEntry& entry) {
  SNAPTREE_TRY(meter_.Take(entry));
  SNAPTREE_ASSIGN(const Slice path, TreePathOf(entry, name_));
  if (path.empty()) return {};
  leading_.Take(path);
  if (entry.kind == TarEntry::Kind::kFolder) return target_->AddFolder(path);
  return target_->AddFile(path, entry.size, [&](const UnpackTarget::TakePiece& take) {
    return reader_->Copy([&](uint64_t offset, Slice bytes) -> Status {
      SNAPTREE_TRY(meter_.CheckPiece(entry, offset, bytes));
      return take(offset, bytes);
    });
  });
}

Status TreeUnpacker::TakeEntries() {
  TarEntry entry;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, reader_->Next(&entry));
    if (!more) return target_->Finish();
    SNAPTREE_TRY(TakeEntry(entry));
    progress_.done.store(reader_->position(), std::memory_order_relaxed);
  }
}

// How far it came is worth knowing.
Status TreeUnpacker::WithSpaceLeft(Status status) const {
  if (status.ok() || status.code() != "NoSpace" || !staged_) return status;
  struct statvfs fs {};
  if (::statvfs(staged_->path().c_str(), &fs) != 0) return status;
  return std::move(status)
      .Expected("room for all that the archive holds")
      .Found(HumanBytes(uint64_t{fs.f_bavail} * fs.f_frsize) + " and " + Thousands(fs.f_favail) +
             " inodes left after " + HumanBytes(target_->totals().bytes))
      .Next("free space, or choose another folder for the output");
}

Status TreeUnpacker::CheckManifest() {
  SNAPTREE_ASSIGN(const std::optional<EntryKind> kind, source_->Find(kManifestFileName));
  if (kind) return ReadTreeManifest(*unpacked_).status();
  if (leading_.found()) return LeadingFolderError(leading_.name(), name_);
  if (meter_.entries() == 0) return EmptyArchiveError(name_);
  return DataError("ManifestMissing", "the archive holds no tree of snaptree, or not all of one")
      .At(name_)
      .Expected("a file MANIFEST.json at its root")
      .Next("name an archive that decode or pack made");
}

Status TreeUnpacker::CheckTree() {
  progress_.Begin("compare with CHECKSUMS", "files", 0);
  SNAPTREE_TRY(findings_.TakeError(CheckManifest()));
  // Without it this is no tree of ours: there is no use in listing all that is wrong with it.
  if (findings_.HasErrors()) return {};
  ChecksumsFile listed(scratch_.Share(kLinesShare));
  listed.TreeIsArchive();
  SNAPTREE_TRY(listed.Read(*source_,
                           [this](Status error) { return findings_.TakeError(std::move(error)); }));
  NoteOddLines(listed, findings_);
  if (listed.lines() == 0) return {};
  return CompareDigests({*unpacked_, &listed}, findings_);
}

Status TreeUnpacker::Stage() {
  DecodeOptions places;  // the rules for where an output may stand are those of decode
  places.inputs = {options_.archive};
  places.output = options_.output;
  places.dry_run = options_.dry_run;
  places.scratch_folder = options_.scratch_folder;
  places.keep = options_.keep;
  SNAPTREE_TRY(CheckOutputPlace(places));
  if (options_.dry_run) return {};
  SNAPTREE_ASSIGN(StagedOutput staged, StagedOutput::Create(options_.output, options_.force));
  staged_.emplace(std::move(staged));
  scratch_.GoTo([this] { return staged_->ScratchFolder(options_.scratch_folder); });
  return {};
}

Result<ArchiveReport> TreeUnpacker::Run() {
  SNAPTREE_TRY(Stage());
  SNAPTREE_TRY(OpenInput());
  SNAPTREE_TRY(OpenTarget());
  SNAPTREE_TRY(WithSpaceLeft(TakeEntries()));
  SNAPTREE_TRY(CheckTree());
  const TreeTotals totals = target_->totals();
  ArchiveReport report;
  report.files = totals.files;
  report.directories = totals.directories;
  report.bytes = totals.bytes;
  report.archive_bytes = reader_->position();
  report.findings = findings_.TakeFindings();
  report.errors = findings_.Errors();
  report.error_count = findings_.errors();
  if (!report.good() || !staged_) return report;
  progress_.Begin("sync to disk", "files", 0);
  SNAPTREE_TRY(staged_->Publish());
  staged_->NoteLeftBehind(&report.findings);
  return report;
}

}  // namespace

Result<ArchiveReport> Unpack(const UnpackOptions& options) { return TreeUnpacker(options).Run(); }

}  // namespace snaptree

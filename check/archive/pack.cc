#include "check/archive/pack.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "check/archive/read_ahead.h"
#include "check/tree_list.h"
#include "encode/checksum_compare.h"
#include "encode/encode_preflight.h"

#include "adapters/common/tree_findings.h"
#include "base/output_target.h"
#include "base/scratch_space.h"
#include "base/shared_bytes.h"
#include "base/staged_files.h"
#include "base/worker_pool.h"
#include "decode/preflight.h"
#include "manifest/checksums.h"
#include "manifest/manifest.h"
#include "tree/archive_sink.h"
#include "tree/checksums_file.h"
#include "tree/open_tree.h"
#include "tree/tree_input.h"

namespace snaptree {
namespace {

// Shares of the memory budget.
constexpr double kArchiveShare = 0.1;
constexpr double kDigestShare = 0.1;
constexpr double kLinesShare = 0.1;
constexpr double kFoldersShare = 0.02;
constexpr double kCompressionShare = 0.25;
constexpr size_t kPieceBytes = size_t{1} << 20;

class TreePacker {
 public:
  explicit TreePacker(const PackOptions& options)
      : options_(options),
        progress_(options.progress != nullptr ? *options.progress : own_progress_),
        workers_(std::max(1U, options.threads)),
        scratch_(options.memory_bytes, options.scratch_folder),
        listed_(scratch_.Share(kLinesShare)),
        empty_folders_(scratch_.Share(kFoldersShare)),
        files_(scratch_.Shares()) {}

  Result<ArchiveReport> Run();

 private:
  Status StageOutput();
  Status OpenTree();
  Status OpenSink();
  Status Give(Slice piece);
  Status LookAtTree();
  Status WriteFolders();
  Status WriteFiles();
  Status WriteFile(OpenedFile& file);
  Status WriteLarge(Slice path, TreeContent& content);
  Status WriteOne(Slice path);
  Status Compare();
  Status End();

  const PackOptions& options_;
  Progress own_progress_;
  Progress& progress_;
  WorkerPool workers_;
  TreeFindings findings_;
  std::optional<StagedFiles> staged_;
  ScratchSpace scratch_;
  UniqueFd fd_;
  ChecksumsFile listed_;
  ExternalSorter empty_folders_;
  TreeList files_;
  std::unique_ptr<TreeSource> source_;
  std::unique_ptr<TreeInput> read_;  // digests of what was packed
  bool compared_ = false;
  BytesPool pool_;
  ArchiveReport report_;
  std::unique_ptr<ArchiveSink> sink_;  // last: its threads use what is above
};

Status TreePacker::StageOutput() {
  DecodeOptions places;  // the rules for where an output may stand are those of decode
  places.inputs = {options_.tree};
  places.output = options_.output;
  places.dry_run = options_.dry_run;
  places.take_output = options_.take_output;
  places.scratch_folder = options_.scratch_folder;
  places.keep = options_.keep;
  SNAPTREE_TRY(CheckOutputPlace(places));
  if (options_.dry_run || options_.take_output) return {};
  SNAPTREE_ASSIGN(StagedFiles staged, StagedFiles::Create(options_.output, options_.force));
  staged_.emplace(std::move(staged));
  scratch_.GoTo([this] { return staged_->ScratchFolder(options_.scratch_folder); });
  SNAPTREE_ASSIGN(fd_, staged_->CreateFile(""));
  return {};
}

Status TreePacker::OpenTree() {
  OpenTreeOptions open;
  open.folder.allow_hard_links = options_.allow_hard_links;
  open.archive.scratch_folder = scratch_.ToPath();
  open.archive.sorter = scratch_.Share(kArchiveShare);
  open.archive.progress = &progress_;
  SNAPTREE_ASSIGN(source_, snaptree::OpenTree(options_.tree, open));
  read_ = std::make_unique<TreeInput>(*source_,
                                      TreeInput::Options{scratch_.Share(kDigestShare), false});
  return {};
}

// What is wrong needs no archive; the rest of the tree is still read, to find all of it.
Status TreePacker::Give(Slice piece) {
  if (options_.dry_run || findings_.HasErrors()) return {};
  if (options_.take_output) return options_.take_output(piece);
  return WriteFully(fd_.get(), piece, staged_->PathOf(""));
}

Status TreePacker::OpenSink() {
  ArchiveSinkOptions sink;
  sink.form = options_.form;
  sink.threads = options_.threads;
  sink.memory_bytes =
      static_cast<uint64_t>(static_cast<double>(options_.memory_bytes) * kCompressionShare);
  sink.take = [this](Slice piece) { return Give(piece); };
  sink.scratch_folder = scratch_.ToPath();
  sink.checksum_sorter = scratch_.Share(0);
  sink.take_digest = [this](Slice path, const Sha256Digest& digest) {
    return compared_ ? Status::Ok() : read_->Add(path, digest, 0);
  };
  sink.progress = &progress_;
  sink_ = NewArchiveSink(std::move(sink));
  return {};
}

Status TreePacker::LookAtTree() {
  SNAPTREE_TRY(findings_.TakeError(ReadTreeManifest(*read_).status()));
  if (IsArchive(options_.tree)) listed_.TreeIsArchive();
  SNAPTREE_TRY(listed_.Read(
      *source_, [this](Status error) { return findings_.TakeError(std::move(error)); }));
  NoteOddLines(listed_, findings_);
  progress_.Begin("list the tree", "files", 0);
  TreeList::Reading reading{*source_, workers_, findings_, progress_};
  reading.take_empty_folder = [this](Slice folder) { return empty_folders_.Add(folder, {}); };
  SNAPTREE_TRY(files_.Read(reading));
  return empty_folders_.Finish();
}

Status TreePacker::WriteFolders() {
  for (;;) {
    Slice path;
    Slice nothing;
    SNAPTREE_ASSIGN(const bool more, empty_folders_.Next(&path, &nothing));
    if (!more) return {};
    SNAPTREE_TRY(sink_->CreateDirectory(path));
  }
}

Status TreePacker::WriteFiles() {
  progress_.Begin("write the archive", "files", files_.files());
  ReadAhead ahead(*source_, workers_, findings_, [this](OpenedFile& file) -> Status {
    progress_.done.fetch_add(1, std::memory_order_relaxed);
    return WriteFile(file);
  });
  for (;;) {
    Slice path;
    SNAPTREE_ASSIGN(const bool more, files_.Next(&path));
    if (!more) return ahead.Finish();
    if (path != kManifestFileName && path != kChecksumsFileName) SNAPTREE_TRY(ahead.Add(path));
  }
}

Status TreePacker::WriteFile(OpenedFile& file) {
  return file.whole ? sink_->WriteFile(file.path, file.bytes)
                    : WriteLarge(file.path, *file.content);
}

Status TreePacker::WriteLarge(Slice path, TreeContent& content) {
  const uint64_t size = content.size();
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, sink_->CreateSizedFile(path, size));
  for (uint64_t at = 0; at < size;) {
    const std::shared_ptr<std::string> piece = pool_.Take();
    piece->resize(static_cast<size_t>(std::min<uint64_t>(kPieceBytes, size - at)));
    SNAPTREE_ASSIGN(const size_t n, content.ReadAt(at, piece->data(), piece->size()));
    if (n != piece->size()) {
      return EnvironmentError("ChangedWhileReading", "the file became shorter while it was read")
          .At(path);
    }
    SNAPTREE_TRY(file->AppendShared(piece));
    at += n;
  }
  return file->Close();
}

// Files that have their place at the end. One that is missing was told.
Status TreePacker::WriteOne(Slice path) {
  SNAPTREE_ASSIGN(const std::optional<EntryKind> kind, source_->Find(path));
  if (kind != EntryKind::kFile) return {};
  ReadAhead ahead(*source_, workers_, findings_,
                  [this](OpenedFile& file) { return WriteFile(file); });
  SNAPTREE_TRY(ahead.Add(path));
  return ahead.Finish();
}

Status TreePacker::Compare() {
  SNAPTREE_TRY(sink_->Flush());
  compared_ = true;
  // Without a list all would be unlisted: that it is missing was said.
  if (listed_.lines() == 0) return {};
  return CompareDigests({*read_, &listed_}, findings_);
}

Status TreePacker::End() {
  SNAPTREE_TRY(WriteOne(kChecksumsFileName));
  const TreeTotals totals = sink_->totals();
  report_.files = totals.files;
  report_.directories = files_.folders();
  report_.bytes = totals.bytes;
  if (findings_.HasErrors()) return {};
  SNAPTREE_TRY(sink_->Finish());
  report_.archive_bytes = sink_->archive_bytes();
  return {};
}

Result<ArchiveReport> TreePacker::Run() {
  SNAPTREE_TRY(StageOutput());
  SNAPTREE_TRY(OpenTree());
  SNAPTREE_TRY(LookAtTree());
  SNAPTREE_TRY(OpenSink());
  SNAPTREE_TRY(WriteFolders());
  SNAPTREE_TRY(WriteFiles());
  SNAPTREE_TRY(WriteOne(kManifestFileName));
  SNAPTREE_TRY(Compare());
  SNAPTREE_TRY(End());
  report_.findings = findings_.TakeFindings();
  report_.errors = findings_.Errors();
  report_.error_count = findings_.errors();
  if (!report_.good()) return std::move(report_);
  const TreeTotals entries = sink_->totals();
  NoteLargeArchive(entries.files + entries.directories, &report_.findings);
  if (staged_) {
    progress_.Begin("sync to disk", "bytes", 0);
    SNAPTREE_TRY(staged_->Publish());
  }
  return std::move(report_);
}

}  // namespace

Result<ArchiveReport> Pack(const PackOptions& options) { return TreePacker(options).Run(); }

}  // namespace snaptree

#include "encode/encoder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "encode/checksum_compare.h"
#include "encode/encode_preflight.h"
#include "encode/encode_run.h"
#include "encode/expected_differences.h"
#include "encode/self_test.h"

#include "adapters/common/tree_findings.h"
#include "base/cancel.h"
#include "base/file.h"
#include "base/output_target.h"
#include "base/scratch_space.h"
#include "base/staged_files.h"
#include "base/text.h"
#include "base/time_text.h"
#include "base/version.h"
#include "manifest/encode_info.h"
#include "tree/checksums_file.h"
#include "tree/open_tree.h"
#include "tree/tree_input.h"

namespace snaptree {
namespace {

// Shares of the memory budget.
constexpr double kDigestShare = 0.05;
constexpr double kDifferenceShare = 0.02;
constexpr const char* kMismatchSuffix = ".mismatch.txt";

// Where there is room, or the run fails anyway.
std::string ScratchParent(const EncodeOptions& options) {
  if (!options.scratch_folder.empty()) return options.scratch_folder;
  return options.dry_run || options.take_output ? TemporaryFolder() : ParentFolder(options.output);
}

// One run: what is open and what was found so far.
class EncodeTree {
 public:
  explicit EncodeTree(const EncodeOptions& options)
      : options_(options),
        progress_(options.progress != nullptr ? *options.progress : own_progress_),
        scratch_(options.memory_bytes, ScratchParent(options)) {}

  Result<EncodeReport> Encode();

 private:
  Status OpenTree();
  Status OpenOutput();
  Status ReadChecksums();
  Status WriteSnapshot();
  Status Compare();
  Status CompareWithoutSelfTest();
  Status RefuseWarnings();
  Status KeepMismatches();
  Status WriteInfo();
  Status Publish();
  Status HandOver();

  const EncodeOptions& options_;
  Progress own_progress_;
  Progress& progress_;
  EncodeReport report_;
  TreeFindings findings_;
  std::optional<StagedFiles> staged_;
  ScratchSpace scratch_;
  std::unique_ptr<TreeSource> source_;
  std::unique_ptr<SortedDifferences> differences_;
  std::unique_ptr<ChecksumsFile> checksums_;
  std::unique_ptr<TreeInput> input_;
  UniqueFd output_;       // invalid: nothing is written
  std::string snapshot_;  // its path while it is not published
  std::string mismatches_;
};

Status EncodeTree::OpenTree() {
  OpenTreeOptions open;
  open.folder.allow_hard_links = options_.allow_hard_links;
  open.archive.scratch_folder = scratch_.ToPath();
  open.archive.sorter = scratch_.Share(kDigestShare);
  open.archive.limits = options_.limits;
  open.archive.progress = &progress_;
  SNAPTREE_ASSIGN(source_, snaptree::OpenTree(options_.input, open));
  differences_ = std::make_unique<SortedDifferences>(scratch_.Share(kDifferenceShare));
  input_ = std::make_unique<TreeInput>(
      *source_, TreeInput::Options{scratch_.Share(kDigestShare), options_.threads > 1});
  SNAPTREE_ASSIGN(report_.manifest, ReadTreeManifest(*input_));
  SNAPTREE_TRY(CheckAdapters(options_, report_.manifest));
  SNAPTREE_ASSIGN(report_.commit_ts, CommitTimestamp(options_, report_.manifest));
  report_.commit_ts_overridden = options_.last_commit_ts.has_value();
  WarnOfFuture(report_.commit_ts, &findings_);
  return CheckTopLevel(*source_, options_.choices.ignore_extra, &findings_);
}

Status EncodeTree::OpenOutput() {
  if (staged_) {
    SNAPTREE_ASSIGN(output_, staged_->CreateFile(""));
    snapshot_ = staged_->PathOf("");
    return {};
  }
  if (options_.dry_run && !options_.self_test) return {};
  SNAPTREE_ASSIGN(output_, OpenUnnamedFile(ScratchParent(options_)));
  snapshot_ = "/proc/self/fd/" + std::to_string(output_.get());
  return {};
}

Status EncodeTree::ReadChecksums() {
  if (!options_.check_checksums) return {};
  checksums_ = std::make_unique<ChecksumsFile>(scratch_.Share(kDigestShare));
  if (IsArchive(options_.input)) checksums_->TreeIsArchive();
  const uint64_t before = findings_.errors();
  SNAPTREE_TRY(checksums_->Read(
      *source_, [this](Status error) { return findings_.TakeError(std::move(error)); }));
  // A list that cannot be read says nothing about the files.
  if (findings_.errors() != before) {
    checksums_.reset();
    return {};
  }
  NoteOddLines(*checksums_, findings_);
  return {};
}

Status EncodeTree::WriteSnapshot() {
  FsmWriter writer(output_.valid() ? output_.get() : -1, options_.output,
                   {report_.commit_ts, options_.payload_only, options_.threads > 1});
  const EncodeRun run{options_,  report_.manifest, report_.commit_ts, *input_,
                      findings_, *differences_,    progress_,         scratch_.Shares()};
  SNAPTREE_TRY(WriteRows(run, writer, &report_));
  SNAPTREE_ASSIGN(report_.written, writer.Finish());
  report_.files = input_->files();
  report_.bytes = input_->bytes();
  if (report_.written.rows > 0 && report_.commit_ts == 0) {
    return DataError("HlcMissing", "the tree does not say as of when its records are")
        .At(std::string(kManifestFileName))
        .Expected("last_commit_ts")
        .Next("encode --last-commit-ts T gives a time, which must not be before any commit");
  }
  return {};
}

Status EncodeTree::CompareWithoutSelfTest() {
  if (checksums_ == nullptr) return {};
  return CompareDigests({*input_, checksums_.get()}, findings_);
}

Status EncodeTree::Compare() {
  if (!options_.self_test || findings_.HasErrors()) return CompareWithoutSelfTest();
  const SelfTest test{options_,  report_.manifest, snapshot_,
                      *input_,   *differences_,    checksums_.get(),
                      findings_, progress_,        scratch_.Shares()};
  const auto keep = [this](Slice line) {
    mismatches_.append(line).append("\n");
    return Status::Ok();
  };
  return RunSelfTest(test, keep, &report_.self_test);
}

Status EncodeTree::RefuseWarnings() {
  if (!options_.choices.strict) return {};
  for (const auto& [code, finding] : report_.findings.by_code()) {
    if (finding.severity != Severity::kWarning) continue;
    SNAPTREE_TRY(findings_.TakeError(
        DataError("StrictLoss", "--strict: " + finding.text)
            .At(options_.input)
            .Address(code)
            .Found(Thousands(finding.count) +
                   (finding.examples.empty() ? "" : ", first: " + finding.examples[0].first))
            .Next("without --strict the snapshot is written, and the report lists the warnings")));
  }
  return {};
}

// The list of what differs stands beside the output, which there is none of.
Status EncodeTree::KeepMismatches() {
  if (mismatches_.empty() || !staged_) return {};
  const std::string path = options_.output + kMismatchSuffix;
  SNAPTREE_ASSIGN(StagedFiles file, StagedFiles::Create(path, true));
  SNAPTREE_ASSIGN(const UniqueFd fd, file.CreateFile(""));
  SNAPTREE_TRY(WriteFully(fd.get(), mismatches_, path));
  SNAPTREE_TRY(file.Publish());
  report_.mismatch_file = path;
  return {};
}

Status EncodeTree::WriteInfo() {
  EncodeInfo info;
  info.encoder_version = kVersion;
  info.wall_time_iso = Rfc3339Now();
  info.input_root = options_.input;
  info.output_fsm_path = options_.output;
  info.output_fsm_sha256 = Hex(AsSlice(report_.written.payload_sha256));
  if (!options_.payload_only) info.output_file_sha256 = Hex(AsSlice(report_.written.file_sha256));
  info.last_commit_ts = report_.commit_ts;
  info.last_commit_ts_overridden = report_.commit_ts_overridden;
  info.manifest_last_commit_ts = report_.manifest.last_commit_ts;
  info.manifest_cluster_id = report_.manifest.cluster_id;
  info.manifest_snapshot_index = report_.manifest.snapshot_index;
  for (const EncodeAdapterReport& adapter : report_.adapters)
    info.adapters_enabled.push_back(adapter.name);
  info.self_test_ran = report_.self_test.ran;
  info.self_test_matched = report_.self_test.matched;
  SNAPTREE_ASSIGN(const UniqueFd fd, staged_->CreateFile(std::string(kEncodeInfoSuffix)));
  return WriteFully(fd.get(), EncodeInfoText(info),
                    staged_->PathOf(std::string(kEncodeInfoSuffix)));
}

Status EncodeTree::HandOver() {
  SNAPTREE_ASSIGN(InputFile file, InputFile::FromFd(std::move(output_), "the snapshot"));
  std::string piece(size_t{1} << 20, '\0');
  for (uint64_t at = 0; at < file.size();) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const size_t n, file.ReadAt(at, piece.data(), piece.size()));
    SNAPTREE_TRY(options_.take_output(Slice(piece).substr(0, n)));
    at += n;
  }
  return {};
}

Status EncodeTree::Publish() {
  if (options_.dry_run) return {};
  progress_.Begin("sync to disk", "bytes", 0);
  if (options_.take_output) return HandOver();
  SNAPTREE_TRY(WriteInfo());
  // What an earlier run found is of no use any more.
  ::unlink((options_.output + kMismatchSuffix).c_str());
  return staged_->Publish();
}

Result<EncodeReport> EncodeTree::Encode() {
  report_.output = options_.output;
  SNAPTREE_TRY(CheckEncodeOutput(options_));
  if (!options_.dry_run && !options_.take_output) {
    SNAPTREE_ASSIGN(StagedFiles staged, StagedFiles::Create(options_.output, options_.force));
    staged_.emplace(std::move(staged));
    scratch_.GoTo([this] { return staged_->ScratchFolder(options_.scratch_folder); });
  }
  SNAPTREE_TRY(OpenTree());
  SNAPTREE_TRY(OpenOutput());
  SNAPTREE_TRY(ReadChecksums());
  SNAPTREE_TRY(WriteSnapshot());
  SNAPTREE_TRY(Compare());
  report_.findings = findings_.TakeFindings();
  SNAPTREE_TRY(RefuseWarnings());
  report_.errors = findings_.Errors();
  report_.error_count = findings_.errors();
  SNAPTREE_TRY(KeepMismatches());
  if (report_.good()) SNAPTREE_TRY(Publish());
  return std::move(report_);
}

}  // namespace

uint64_t EncodeReport::records() const {
  uint64_t records = 0;
  for (const EncodeAdapterReport& adapter : adapters) records += adapter.records;
  return records;
}

Result<EncodeReport> Encode(const EncodeOptions& options) {
  EncodeTree run(options);
  return run.Encode();
}

}  // namespace snaptree

#include <algorithm>
#include <memory>
#include <utility>

#include "check/tree_digests.h"
#include "check/tree_list.h"
#include "check/verify/problem_details.h"
#include "check/verify/verify_parts.h"
#include "encode/checksum_compare.h"
#include "encode/encode_preflight.h"
#include "encode/encode_run.h"

#include "adapters/common/tree_findings.h"
#include "base/scratch_space.h"
#include "base/time_text.h"
#include "base/worker_pool.h"
#include "tree/checksums_file.h"
#include "tree/open_tree.h"
#include "tree/tree_input.h"

namespace snaptree {
namespace {

// Shares of the memory budget.
constexpr double kArchiveShare = 0.2;
constexpr double kReadShare = 0.05;
constexpr double kAllShare = 0.1;
constexpr double kLinesShare = 0.1;

// Nothing is encoded, so nobody compares.
class NoDifferences : public ExpectedDifferences {
 public:
  Status Add(Slice /*path*/) override { return {}; }
};

class TreeVerifier {
 public:
  explicit TreeVerifier(const VerifyOptions& options, WhatKind kind)
      : options_(options),
        progress_(options.progress != nullptr ? *options.progress : own_progress_),
        scratch_(options.memory_bytes, options.scratch_folder),
        workers_(std::max(1U, options.threads)),
        listed_(scratch_.Share(kLinesShare)),
        files_(scratch_.Shares()) {
    report_.kind = kind;
  }

  Result<VerifyReport> Run();

 private:
  Status Open();
  Status ReadManifest();
  Status ReadRecords();
  Status ReadChecksums();
  Status ListFiles();
  Status CompareChecksums();
  Status Look();
  void FillReport();

  const VerifyOptions& options_;
  Progress own_progress_;
  Progress& progress_;
  ScratchSpace scratch_;
  WorkerPool workers_;
  VerifyReport report_;
  TreeFindings findings_;
  std::unique_ptr<TreeSource> source_;
  std::unique_ptr<TreeInput> read_;  // what the adapters read
  std::optional<Manifest> manifest_;
  ChecksumsFile listed_;
  TreeList files_;
};

Status TreeVerifier::Open() {
  OpenTreeOptions open;
  open.folder.allow_hard_links = true;
  open.archive.scratch_folder = scratch_.ToPath();
  open.archive.sorter = scratch_.Share(kArchiveShare);
  open.archive.limits = options_.limits;
  open.archive.progress = &progress_;
  SNAPTREE_ASSIGN(source_, OpenTree(options_.what, open));
  return {};
}

Status TreeVerifier::ReadManifest() {
  read_ = std::make_unique<TreeInput>(
      *source_, TreeInput::Options{scratch_.Share(kReadShare), options_.threads > 1});
  Result<Manifest> manifest = ReadTreeManifest(*read_);
  if (!manifest.ok()) return findings_.TakeError(std::move(manifest).status());
  manifest_ = *std::move(manifest);
  report_.has_manifest = true;
  return {};
}

// What encode checks, without its rows. Large files are left to those that only hash them.
Status TreeVerifier::ReadRecords() {
  if (options_.quick || !manifest_) return {};
  EncodeOptions encode;
  encode.input = options_.what;
  encode.threads = options_.threads;
  encode.memory_bytes = options_.memory_bytes;
  SNAPTREE_TRY(CheckTopLevel(*source_, encode.choices.ignore_extra, &findings_));
  Result<uint64_t> commit_ts = CommitTimestamp(encode, *manifest_);
  if (!commit_ts.ok()) return findings_.TakeError(std::move(commit_ts).status());
  NoDifferences differences;
  EncodeReport encoded;
  const EncodeRun run{encode,    *manifest_,  *commit_ts, *read_,
                      findings_, differences, progress_,  scratch_.Shares()};
  SNAPTREE_TRY(CheckRows(run, workers_, &encoded));
  report_.records = encoded.records();
  return {};
}

Status TreeVerifier::ReadChecksums() {
  if (report_.kind == WhatKind::kArchive) listed_.TreeIsArchive();
  return listed_.Read(*source_,
                      [this](Status error) { return findings_.TakeError(std::move(error)); });
}

// Takes a thread that would wait for the records' others.
Status TreeVerifier::ListFiles() {
  Progress unseen;
  return files_.Read({*source_, workers_, findings_, unseen});
}

Status TreeVerifier::CompareChecksums() {
  NoteOddLines(listed_, findings_);
  report_.checksum_lines = listed_.lines();
  report_.files = files_.files();
  TreeInput all(*source_, TreeInput::Options{scratch_.Share(kAllShare)});
  SNAPTREE_TRY(HashTree({files_, read_.get(), all, workers_, findings_, progress_}));
  report_.bytes = read_->bytes() + all.bytes();
  // Without a list all would be unlisted: that it is missing was said.
  if (listed_.lines() == 0) return {};
  return CompareDigests({all, &listed_}, findings_);
}

Status TreeVerifier::Look() {
  SNAPTREE_TRY(Open());
  SNAPTREE_TRY(ReadManifest());
  // The first has work for all threads, but not all of the time.
  const WorkerPool::Job jobs[] = {[this] { return findings_.TakeError(ReadRecords()); },
                                  [this] { return ReadChecksums(); },
                                  [this] { return ListFiles(); }};
  SNAPTREE_TRY(workers_.Run(jobs));
  return CompareChecksums();
}

void TreeVerifier::FillReport() {
  std::optional<uint64_t> dump_ms;
  if (manifest_) dump_ms = ParseRfc3339(manifest_->wall_time_iso);
  for (Status& error : findings_.Errors()) {
    std::string detail = source_ == nullptr ? "" : DetailOf(error, *source_, dump_ms);
    report_.problems.push_back({std::move(error), std::move(detail)});
  }
  report_.problem_count = findings_.errors();
  report_.problem_counts = findings_.ErrorCounts();
  report_.findings = findings_.TakeFindings();
}

Result<VerifyReport> TreeVerifier::Run() {
  // An error of the data that ends the reading is one more problem.
  SNAPTREE_TRY(findings_.TakeError(Look()));
  FillReport();
  return std::move(report_);
}

}  // namespace

Result<VerifyReport> VerifyTree(const VerifyOptions& options, WhatKind kind) {
  TreeVerifier run(options, kind);
  return run.Run();
}

}  // namespace snaptree

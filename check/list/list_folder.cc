#include <algorithm>
#include <string>
#include <vector>

#include "check/for_each.h"
#include "check/list/list_parts.h"
#include "check/tree_list.h"
#include "encode/encode_preflight.h"

#include "base/cancel.h"
#include "base/worker_pool.h"
#include "manifest/checksums.h"
#include "tree/tree_input.h"
#include "tree/tree_source.h"

namespace snaptree {
namespace {

constexpr size_t kFilesAtATime = 4096;
constexpr size_t kPathBytesAtATime = size_t{4} << 20;
constexpr size_t kPieceBytes = size_t{256} << 10;
constexpr double kManifestShare = 0.01;

class FolderList {
 public:
  explicit FolderList(const ListRun& run)
      : run_(run), workers_(std::max(1U, run.options.records.threads)) {}

  Result<bool> Run(ListReport* report);

 private:
  Result<bool> ReadManifest(ListReport* report);
  Status ListFiles();
  Status TakeWaiting();
  Status Look(Slice path);

  const ListRun& run_;
  WorkerPool workers_;
  TreeFindings findings_;
  std::unique_ptr<TreeSource> source_;
  std::vector<std::string> waiting_;
  size_t waiting_bytes_ = 0;
};

// Whether files are records, each for itself.
Result<bool> FolderList::ReadManifest(ListReport* report) {
  TreeInput input(*source_, TreeInput::Options{run_.scratch.Share(kManifestShare)});
  Result<Manifest> manifest = ReadTreeManifest(input);
  if (manifest.ok()) {
    report->read_ts = ReadTimestampOf(*manifest);
    return !manifest->jsonl && !manifest->dynamodb_jsonl;
  }
  if (manifest.status().code() == "ManifestMissing") {
    SNAPTREE_ASSIGN(const auto checksums, source_->Find(kChecksumsFileName));
    if (!checksums) return std::move(manifest).status();
  }
  SNAPTREE_TRY(findings_.TakeError(std::move(manifest).status()));
  return true;
}

// Size and times of one file.
Status FolderList::Look(Slice path) {
  SNAPTREE_TRY(CheckCancelled());
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeContent> content, source_->Open(path));
  const uint64_t size = content->size();
  if (const FactSource source = run_.choice.Reads(path); source != FactSource::kNone) {
    FactScan facts(source, path, run_.choice.take_facts());
    std::string piece;
    for (uint64_t at = 0; at < size; at += piece.size()) {
      piece.resize(std::min<uint64_t>(kPieceBytes, size - at));
      SNAPTREE_ASSIGN(const size_t n, content->ReadAt(at, piece.data(), piece.size()));
      if (n == 0) break;
      piece.resize(n);
      SNAPTREE_TRY(facts.Append(piece));
    }
  }
  run_.progress.done.fetch_add(1, std::memory_order_relaxed);
  return run_.choice.Lists(path) ? run_.choice.table().AddFile(path, size) : Status::Ok();
}

Status FolderList::TakeWaiting() {
  const Status looked = ForEach(workers_, waiting_.size(),
                                [&](size_t i) { return findings_.TakeError(Look(waiting_[i])); });
  waiting_.clear();
  waiting_bytes_ = 0;
  return looked;
}

Status FolderList::ListFiles() {
  TreeList list(run_.scratch.Shares());
  run_.progress.Begin("list", "files", 0);
  SNAPTREE_TRY(list.Read({*source_, workers_, findings_, run_.progress}));
  if (run_.options.details) run_.progress.Begin("look at the files", "files", list.files());
  Slice path;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, list.Next(&path));
    if (!more) return TakeWaiting();
    if (!run_.options.details) {
      if (run_.choice.Lists(path)) SNAPTREE_TRY(run_.choice.table().AddFile(path, 0));
      continue;
    }
    if (!run_.choice.Lists(path) && run_.choice.Reads(path) == FactSource::kNone) continue;
    waiting_.emplace_back(path);
    waiting_bytes_ += path.size();
    if (waiting_.size() == kFilesAtATime || waiting_bytes_ >= kPathBytesAtATime)
      SNAPTREE_TRY(TakeWaiting());
  }
}

Result<bool> FolderList::Run(ListReport* report) {
  SNAPTREE_ASSIGN(source_, OpenDirectorySource(run_.options.records.what, {true}));
  SNAPTREE_ASSIGN(const bool files_are_records, ReadManifest(report));
  if (!files_are_records) return false;
  SNAPTREE_TRY(ListFiles());
  report->errors = findings_.Errors();
  return true;
}

}  // namespace

Result<bool> ListFolder(const ListRun& run, ListReport* report) {
  return FolderList(run).Run(report);
}

}  // namespace snaptree

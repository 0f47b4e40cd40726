#include "check/records.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "check/tree_files.h"
#include "encode/encode_preflight.h"
#include "encode/encoder.h"

#include "adapters/common/tree_findings.h"
#include "base/file.h"
#include "base/scratch_folder.h"
#include "base/worker_pool.h"
#include "decode/decode_like.h"
#include "manifest/checksums.h"
#include "tree/forward_sink.h"
#include "tree/open_tree.h"
#include "tree/tree_input.h"

namespace snaptree {
namespace {

// Shares of the memory budget.
constexpr double kArchiveShare = 0.2;
constexpr double kManifestShare = 0.01;
constexpr size_t kLeastSorterBytes = size_t{256} << 10;

Result<bool> TakeAll(Slice /*path*/) { return true; }

// "redis/db_0/hashes-00000.jsonl" and the like: files whose lines are records (spec 08).
bool IsLineFile(Slice path, const Manifest& manifest) {
  const Slice name = path.substr(path.rfind('/') + 1);
  if (path.starts_with("dynamodb/"))
    return path.find("/items/data-") != Slice::npos && name.ends_with(".jsonl");
  if (!manifest.jsonl) return false;
  if (path.starts_with("s3/"))
    return name == "_objects.jsonl" && std::count(path.begin(), path.end(), '/') == 2;
  // "hashes-00000": digits behind the last dash.
  const Slice stem = name.substr(0, name.rfind('.'));
  const size_t dash = stem.rfind('-');
  return path.starts_with("redis/") && std::count(path.begin(), path.end(), '/') == 2 &&
         name.ends_with(".jsonl") && dash != Slice::npos && dash + 1 < stem.size() &&
         stem.find_first_not_of("0123456789", dash + 1) == Slice::npos;
}

class Reading {
 public:
  explicit Reading(const RecordsOptions& options)
      : options_(options),
        progress_(options.progress != nullptr ? *options.progress : own_progress_),
        filter_(options.filter),
        scratch_(options.scratch_folder.empty() ? TemporaryFolder() : options.scratch_folder),
        workers_(std::max(1U, options.threads)) {}

  Result<RecordsReport> Run(TreeSink& sink);
  std::optional<Manifest> ReadManifest();

 private:
  Result<std::string> ScratchPlace();
  SorterOptions SorterShare(double share);
  DecodeOptions OptionsFor(const std::string& snapshot);
  Status GiveSnapshot(DecodeOptions decode, TakesFile takes, TreeSink& sink);
  Status OpenSource();
  bool IsOfAdapters(Slice path) const;
  Status GiveTree(TreeSink& sink);
  std::vector<std::string> AdaptersWithLines() const;
  Status GiveLines(TreeSink& sink);

  const RecordsOptions& options_;
  Progress own_progress_;
  Progress& progress_;
  const AddressFilter filter_;  // of trees
  std::mutex scratch_mutex_;
  ScratchFolder scratch_;
  WorkerPool workers_;
  std::unique_ptr<TreeSource> source_;
  RecordsReport report_;
};

Result<std::string> Reading::ScratchPlace() {
  const std::lock_guard lock(scratch_mutex_);
  return scratch_.Path();
}

SorterOptions Reading::SorterShare(double share) {
  const auto bytes = static_cast<size_t>(static_cast<double>(options_.memory_bytes) * share);
  return {std::max(bytes, kLeastSorterBytes), [this] { return ScratchPlace(); }};
}

DecodeOptions Reading::OptionsFor(const std::string& snapshot) {
  DecodeOptions decode;
  decode.inputs = {snapshot};
  decode.dry_run = true;
  decode.adapters = options_.adapters;
  decode.filter = options_.filter;
  // Whether bodies fit their ETags is told when they are decoded or verified.
  decode.check_etags = false;
  decode.threads = options_.threads;
  decode.memory_bytes = options_.memory_bytes;
  decode.scratch_folder = options_.scratch_folder;
  decode.progress = &progress_;
  return decode;
}

Status Reading::GiveSnapshot(DecodeOptions decode, TakesFile takes, TreeSink& sink) {
  decode.make_sink = [&] { return NewForwardSink(sink, takes); };
  SNAPTREE_ASSIGN(report_.decoded, Decode(decode));
  report_.findings.Merge(report_.decoded->findings);
  report_.unmatched = report_.decoded->unmatched;
  report_.read_ts = report_.decoded->read_ts;
  report_.complete = report_.decoded->rows.damaged == 0 && report_.decoded->losses == 0;
  return {};
}

Status Reading::OpenSource() {
  OpenTreeOptions open;
  open.folder.allow_hard_links = true;
  open.archive.scratch_folder = [this] { return ScratchPlace(); };
  open.archive.sorter = SorterShare(kArchiveShare);
  open.archive.progress = &progress_;
  SNAPTREE_ASSIGN(source_, OpenTree(options_.what, open));
  return {};
}

std::optional<Manifest> Reading::ReadManifest() {
  if (source_ == nullptr && !OpenSource().ok()) return std::nullopt;
  TreeInput input(*source_, TreeInput::Options{SorterShare(kManifestShare)});
  Result<Manifest> manifest = ReadTreeManifest(input);
  if (!manifest.ok()) return std::nullopt;
  return *std::move(manifest);
}

// Files at the root tell of the whole tree.
bool Reading::IsOfAdapters(Slice path) const {
  const std::vector<std::string>& adapters = options_.adapters;
  const size_t slash = path.find('/');
  return adapters.empty() || slash == Slice::npos ||
         std::find(adapters.begin(), adapters.end(), path.substr(0, slash)) != adapters.end();
}

Status Reading::GiveTree(TreeSink& sink) {
  const bool lines =
      report_.manifest && (report_.manifest->jsonl || report_.manifest->dynamodb_jsonl);
  const auto takes = [&](Slice path) {
    return path != kChecksumsFileName && !(lines && IsLineFile(path, *report_.manifest)) &&
           IsOfAdapters(path) && filter_.Selects(path);
  };
  TreeFindings findings;
  SNAPTREE_TRY(GiveTreeFiles({*source_, sink, takes, workers_, findings, progress_,
                              [this](double share) { return SorterShare(share); }}));
  if (findings.HasErrors()) return findings.Errors().front();
  if (lines) return GiveLines(sink);
  report_.unmatched = filter_.unmatched();
  return {};
}

std::vector<std::string> Reading::AdaptersWithLines() const {
  std::vector<std::string> with_lines;
  for (const auto& [name, adapter] : report_.manifest->adapters) {
    const bool has =
        name == "dynamodb" || (report_.manifest->jsonl && (name == "s3" || name == "redis"));
    if (has && IsOfAdapters(name + "/")) with_lines.push_back(name);
  }
  return with_lines;
}

// What the lines of a bundle say comes out of a snapshot that is made of it; all else stands in the
// tree as it is.
Status Reading::GiveLines(TreeSink& sink) {
  EncodeOptions encode;
  encode.adapters = AdaptersWithLines();
  if (encode.adapters.empty()) return {};
  encode.input = options_.what;
  SNAPTREE_ASSIGN(const std::string folder, ScratchPlace());
  encode.output = folder + "/records.fsm";
  encode.self_test = false;
  encode.check_checksums = false;
  encode.allow_hard_links = true;
  encode.choices.check_etags = false;
  encode.threads = options_.threads;
  encode.memory_bytes = options_.memory_bytes;
  encode.scratch_folder = folder;
  encode.progress = &progress_;
  SNAPTREE_ASSIGN(const EncodeReport encoded, Encode(encode));
  if (!encoded.good()) return encoded.errors.front();
  DecodeOptions decode = OptionsFor(encode.output);
  DecodeLike(*report_.manifest, &decode);
  const auto takes = [this](Slice path) -> Result<bool> {
    if (path == kManifestFileName) return false;
    SNAPTREE_ASSIGN(const std::optional<EntryKind> there, source_->Find(path));
    return !there.has_value();
  };
  SNAPTREE_TRY(GiveSnapshot(std::move(decode), takes, sink));
  // What was told is about the scratch snapshot.
  report_.decoded.reset();
  report_.findings = encoded.findings;
  return {};
}

Result<RecordsReport> Reading::Run(TreeSink& sink) {
  SNAPTREE_ASSIGN(report_.kind, WhatKindOf(options_.what));
  if (report_.kind == WhatKind::kSnapshot) {
    DecodeOptions decode = OptionsFor(options_.what);
    decode.at = options_.at;
    decode.force = options_.force;
    decode.salvage = options_.salvage;
    if (options_.like != nullptr) DecodeLike(*options_.like, &decode);
    SNAPTREE_TRY(GiveSnapshot(std::move(decode), TakeAll, sink));
  } else {
    if (options_.at) {
      return UsageError("AtNeedsSnapshot",
                        "a tree is of one time: only a snapshot holds earlier ones")
          .At(options_.what);
    }
    SNAPTREE_TRY(OpenSource());
    report_.manifest = ReadManifest();
    if (report_.manifest) report_.read_ts = report_.manifest->last_commit_ts;
    SNAPTREE_TRY(GiveTree(sink));
  }
  SNAPTREE_TRY(sink.Finish());
  return std::move(report_);
}

}  // namespace

Result<RecordsReport> ReadRecords(const RecordsOptions& options, TreeSink& sink) {
  return Reading(options).Run(sink);
}

std::optional<Manifest> ManifestIn(const RecordsOptions& options) {
  const Result<WhatKind> kind = WhatKindOf(options.what);
  if (!kind.ok() || *kind == WhatKind::kSnapshot) return std::nullopt;
  return Reading(options).ReadManifest();
}

}  // namespace snaptree

#include "check/records.h"

#include <algorithm>
#include <utility>

#include "check/line_records.h"
#include "check/scope_filter.h"
#include "check/tree_files.h"
#include "encode/encode_preflight.h"
#include "encode/encoder.h"

#include "adapters/common/tree_findings.h"
#include "base/scratch_space.h"
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

Result<bool> TakeAll(Slice /*path*/) { return true; }

class Reading {
 public:
  explicit Reading(const RecordsOptions& options)
      : options_(options),
        progress_(options.progress != nullptr ? *options.progress : own_progress_),
        filter_(options.filter),
        scratch_(options.memory_bytes, options.scratch_folder),
        workers_(std::max(1U, options.threads)) {}

  Result<RecordsReport> Run(TreeSink& sink);
  std::optional<Manifest> ReadManifest();

 private:
  DecodeOptions OptionsFor(const std::string& snapshot);
  Result<DecodeReport> GiveSnapshot(DecodeOptions decode, TakesFile takes, TreeSink& sink);
  void TakeReport(DecodeReport decoded);
  Status OpenSource();
  Status GiveTree(TreeSink& sink);
  Result<EncodeReport> EncodeLines(EncodeOptions encode);
  Status GiveLines(const std::vector<std::string>& with_lines, TreeSink& sink);

  const RecordsOptions& options_;
  Progress own_progress_;
  Progress& progress_;
  const AddressFilter filter_;  // of trees
  ScratchSpace scratch_;
  WorkerPool workers_;
  std::unique_ptr<TreeSource> source_;
  RecordsReport report_;
};

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

Result<DecodeReport> Reading::GiveSnapshot(DecodeOptions decode, TakesFile takes, TreeSink& sink) {
  decode.make_sink = [&] { return NewForwardSink(sink, takes); };
  return Decode(decode);
}

void Reading::TakeReport(DecodeReport decoded) {
  report_.findings.Merge(decoded.findings);
  report_.unmatched = decoded.unmatched;
  report_.read_ts = decoded.read_ts;
  report_.complete = decoded.rows.damaged == 0 && decoded.losses == 0;
  report_.decoded = std::move(decoded);
}

Status Reading::OpenSource() {
  OpenTreeOptions open;
  open.folder.allow_hard_links = true;
  open.archive.scratch_folder = scratch_.ToPath();
  open.archive.sorter = scratch_.Share(kArchiveShare);
  open.archive.progress = &progress_;
  SNAPTREE_ASSIGN(source_, OpenTree(options_.what, open));
  return {};
}

std::optional<Manifest> Reading::ReadManifest() {
  if (source_ == nullptr && !OpenSource().ok()) return std::nullopt;
  TreeInput input(*source_, TreeInput::Options{scratch_.Share(kManifestShare)});
  Result<Manifest> manifest = ReadTreeManifest(input);
  if (!manifest.ok()) return std::nullopt;
  return *std::move(manifest);
}

Status Reading::GiveTree(TreeSink& sink) {
  std::vector<std::string> with_lines;
  if (report_.manifest) with_lines = AdaptersWithLines(*report_.manifest);
  const auto takes = [&](Slice path) {
    return path != kChecksumsFileName && StandsForItself(path, with_lines) &&
           IsOfAdapters(path, options_.adapters) && filter_.Selects(path);
  };
  TreeFindings findings;
  SNAPTREE_TRY(
      GiveTreeFiles({*source_, sink, takes, workers_, findings, progress_, scratch_.Shares()}));
  if (findings.HasErrors()) return findings.Errors().front();
  report_.unmatched = filter_.unmatched();
  std::erase_if(with_lines, [&](const std::string& name) {
    return !IsOfAdapters(name + "/", options_.adapters) ||
           report_.manifest->adapters.count(name) == 0;
  });
  return with_lines.empty() ? Status::Ok() : GiveLines(with_lines, sink);
}

// A tree that is not what its CHECKSUMS says is read all the same, as one with a file for each
// record is: but it is said, because nobody can see it by the names.
Result<EncodeReport> Reading::EncodeLines(EncodeOptions encode) {
  SNAPTREE_ASSIGN(EncodeReport encoded, Encode(encode));
  const auto is_of_checksums = [](const Status& error) {
    return error.code().starts_with("Checksum") || error.code() == "Missing" ||
           error.code() == "UnlistedFile";
  };
  if (encoded.good() ||
      !std::all_of(encoded.errors.begin(), encoded.errors.end(), is_of_checksums)) {
    return encoded;
  }
  const Status first = encoded.errors.front();
  const uint64_t count = encoded.error_count;
  encode.check_checksums = false;
  SNAPTREE_ASSIGN(encoded, Encode(encode));
  encoded.findings.Warn("checksum_mismatch", "files that are not what CHECKSUMS says",
                        first.info().source, count);
  report_.complete = false;
  return encoded;
}

// What lines say comes out of a snapshot that is made of them.
Status Reading::GiveLines(const std::vector<std::string>& with_lines, TreeSink& sink) {
  EncodeOptions encode;
  encode.adapters = with_lines;
  encode.input = options_.what;
  SNAPTREE_ASSIGN(const std::string folder, scratch_.Path());
  encode.output = folder + "/records.fsm";
  encode.self_test = false;
  encode.force = true;
  encode.allow_hard_links = true;
  encode.choices.check_etags = false;
  encode.threads = options_.threads;
  encode.memory_bytes = options_.memory_bytes;
  encode.scratch_folder = folder;
  encode.progress = &progress_;
  SNAPTREE_ASSIGN(const EncodeReport encoded, EncodeLines(encode));
  if (!encoded.good()) return encoded.errors.front();
  DecodeOptions decode = OptionsFor(encode.output);
  DecodeLike(*report_.manifest, &decode);
  decode.adapters = with_lines;
  const auto takes = [&](Slice path) -> Result<bool> {
    return path != kManifestFileName && !StandsForItself(path, with_lines);
  };
  // What else it tells is about the scratch snapshot.
  SNAPTREE_ASSIGN(DecodeReport decoded, GiveSnapshot(std::move(decode), takes, sink));
  report_.findings.Merge(encoded.findings);
  // What neither part has.
  std::erase_if(decoded.unmatched, [&](const AddressFilter::Unmatched& one) {
    return FindUnmatched(report_.unmatched, one.pattern) == nullptr;
  });
  report_.unmatched = std::move(decoded.unmatched);
  return {};
}

Result<RecordsReport> Reading::Run(TreeSink& sink) {
  SNAPTREE_ASSIGN(report_.kind, WhatKindOf(options_.what));
  if (report_.kind == WhatKind::kSnapshot) {
    DecodeOptions decode = OptionsFor(options_.what);
    decode.at = options_.at;
    decode.force = options_.force;
    decode.input = options_.input;
    decode.salvage = options_.salvage;
    if (options_.like != nullptr) DecodeLike(*options_.like, &decode);
    SNAPTREE_ASSIGN(DecodeReport decoded, GiveSnapshot(std::move(decode), TakeAll, sink));
    TakeReport(std::move(decoded));
  } else {
    if (options_.at) return AtNeedsSnapshot(options_.what);
    SNAPTREE_TRY(OpenSource());
    report_.manifest = ReadManifest();
    if (report_.manifest) report_.read_ts = ReadTimestampOf(*report_.manifest);
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

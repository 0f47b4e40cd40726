#include "encode/encode_preflight.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "encode/encode_jobs.h"

#include "base/text.h"
#include "base/time_text.h"
#include "formats/fsm_writer.h"
#include "tree/run_files.h"

namespace snaptree {
namespace {

constexpr uint64_t kMaxManifestBytes = uint64_t{64} << 20;
constexpr uint64_t kYearMs = uint64_t{366} * 24 * 3600 * 1000;
constexpr Slice kTopLevel[] = {kManifestFileName,
                               kChecksumsFileName,
                               kSalvageFileName,
                               "dynamodb",
                               "s3",
                               "redis",
                               "sqs",
                               "rawkv",
                               "fs",
                               "unknown",
                               "_internal"};

std::string TimestampText(uint64_t hlc) {
  return std::to_string(hlc) + " (" + UtcText(HlcMillis(hlc)) + ")";
}

bool IsEmptyFolder(const TreeSource& source, const std::string& path) {
  bool empty = true;
  const Status listed = source.List(path, [&](std::span<const TreeEntry>) {
    empty = false;
    return Status::Ok();
  });
  return listed.ok() && empty;
}

}  // namespace

Status CheckEncodeOutput(const EncodeOptions& options) {
  namespace fs = std::filesystem;
  if (options.dry_run || options.take_output) return {};
  std::error_code error;
  const fs::path input = fs::weakly_canonical(fs::absolute(options.input, error), error);
  const fs::path output = fs::weakly_canonical(fs::absolute(options.output, error), error);
  if (error) return {};  // opening them will say what is wrong
  if (fs::is_directory(input, error) && (output.string() + "/").starts_with(input.string() + "/")) {
    return UsageError("OutputInsideInput", "the snapshot would stand inside the tree")
        .At(options.output)
        .Next("name a file outside of " + options.input);
  }
  if (input == output) {
    return UsageError("OutputHoldsInput", "the snapshot would replace the tree it is made of")
        .At(options.output)
        .Next("name another file");
  }
  return {};
}

Result<Manifest> ReadTreeManifest(TreeInput& input) {
  TreeReader reader(input);
  Result<Slice> text = reader.ReadSmall(kManifestFileName, kMaxManifestBytes);
  if (!text.ok()) {
    if (text.status().code() != "NotFound") return text.status();
    return DataError("ManifestMissing", "this is no tree of snaptree, or not all of one")
        .At(input.source().name())
        .Expected("a file MANIFEST.json at its root")
        .Next("name the folder that decode made");
  }
  Result<Manifest> manifest = ParseManifest(*text);
  if (!manifest.ok()) return Status(manifest.status()).At(kManifestFileName);
  return manifest;
}

Status CheckAdapters(const EncodeOptions& options, const Manifest& manifest) {
  const auto jobs = EncodeJobs();
  for (const std::string& name : options.adapters) {
    const bool known = std::any_of(jobs.begin(), jobs.end(),
                                   [&](const EncodeJob& job) { return name == job.adapter; });
    if (!known) {
      return UsageError("UnknownAdapter", "there is no adapter \"" + Printable(name) + "\"")
          .Expected("some of redis, dynamodb, s3, sqs, rawkv, fs, unknown");
    }
    if (name != "unknown" && manifest.adapters.count(name) == 0) {
      return DataError("AdapterAbsent", "the tree was decoded without " + name)
          .At(kManifestFileName)
          .Next("leave it out of --adapter");
    }
  }
  return {};
}

Result<uint64_t> CommitTimestamp(const EncodeOptions& options, const Manifest& manifest) {
  const uint64_t base = std::max(manifest.last_commit_ts, manifest.live_read_ts.value_or(0));
  const uint64_t commit_ts = options.last_commit_ts.value_or(base);
  if (commit_ts < base) {
    return DataError("HlcBackwards",
                     "--last-commit-ts is before the tree's own last commit: a "
                     "restored cluster's clock must not go back")
        .At(kManifestFileName)
        .Expected("at least " + TimestampText(base))
        .Found(TimestampText(commit_ts))
        .Next("leave --last-commit-ts away, or give a later one");
  }
  if (!HasHlcCeiling(commit_ts)) {
    return DataError("HlcOverflow", "no node can have a clock behind this timestamp")
        .At(kManifestFileName)
        .Expected("milliseconds below " + std::to_string((uint64_t{1} << 48) - 1))
        .Found(std::to_string(commit_ts));
  }
  return commit_ts;
}

void WarnOfFuture(uint64_t commit_ts, TreeFindings* findings) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  if (HlcMillis(commit_ts) <= static_cast<uint64_t>(now.count()) + kYearMs) return;
  findings->Warn("hlc_in_future",
                 "the rows' timestamp is more than a year ahead of this machine's clock",
                 TimestampText(commit_ts));
}

Status CheckTopLevel(const TreeSource& source, bool ignore_extra, TreeFindings* findings) {
  return source.List("", [&](std::span<const TreeEntry> entries) -> Status {
    for (const TreeEntry& entry : entries) {
      if (std::count(std::begin(kTopLevel), std::end(kTopLevel), Slice(entry.name)) != 0) continue;
      if (entry.name == ".scratch" && IsEmptyFolder(source, entry.name)) continue;
      SNAPTREE_TRY(TakeUnexpectedFile(findings, ignore_extra, entry.name,
                                      "MANIFEST.json, CHECKSUMS and the folders of adapters"));
    }
    return {};
  });
}

}  // namespace snaptree

#include "cli/decode_options.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.h"
#include "base/text.h"
#include "cli/option_values.h"

namespace snaptree::cli {
namespace {

constexpr size_t kMaxListBytes = size_t{256} << 20;

// A whole file, or standard input for "-".
Result<std::string> ReadListFile(const std::string& path) {
  UniqueFd fd;
  if (path != "-") {
    fd = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) return SystemError(errno, "open", path);
  }
  std::string text;
  std::string piece(size_t{64} << 10, '\0');
  for (;;) {
    const ssize_t n = ::read(path == "-" ? STDIN_FILENO : fd.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError(errno, "read", path);
    if (n == 0) return text;
    text.append(piece, 0, static_cast<size_t>(n));
    if (text.size() > kMaxListBytes) {
      return UsageError("OptionValue", "the list of --files-from is too long")
          .At(path)
          .Expected("at most " + HumanBytes(kMaxListBytes))
          .Next("patterns select whole scopes: --include");
    }
  }
}

Result<std::vector<std::string>> InputsOf(const Invocation& invocation) {
  const bool option = invocation.Has(OptionId::kInput);
  if (option && !invocation.arguments.empty()) {
    return UsageError("OptionConflict", "the input is given twice, as an argument and with --input")
        .Next("give one of them");
  }
  if (option) return std::vector<std::string>{invocation.Value(OptionId::kInput)};
  const std::vector<std::string>& inputs = invocation.arguments;
  if (inputs.empty()) {
    return UsageError("ArgumentMissing", "decode needs an input").Next("snaptree decode IN -o OUT");
  }
  if (std::count(inputs.begin(), inputs.end(), "-") > 1)
    return UsageError("OptionConflict", "standard input can be one input only");
  return inputs;
}

// Addresses that --files-from lists, one a line, or NUL-terminated with -0.
Result<std::vector<std::string>> ListedAddresses(const Invocation& invocation) {
  const char end = invocation.Has(OptionId::kNull) ? '\0' : '\n';
  SNAPTREE_ASSIGN(const std::string text, ReadListFile(invocation.Value(OptionId::kFilesFrom)));
  std::vector<std::string> addresses;
  for (size_t at = 0; at < text.size();) {
    const size_t stop = std::min(text.find(end, at), text.size());
    if (stop > at) addresses.push_back(text.substr(at, stop - at));
    at = stop + 1;
  }
  return addresses;
}

Result<AddressFilterOptions> FilterOf(const Invocation& invocation) {
  AddressFilterOptions filter;
  filter.include = invocation.Values(OptionId::kInclude);
  filter.exclude = invocation.Values(OptionId::kExclude);
  for (const std::vector<std::string>* patterns : {&filter.include, &filter.exclude}) {
    if (std::find(patterns->begin(), patterns->end(), "") != patterns->end()) {
      return BadValue(patterns == &filter.include ? "--include" : "--exclude", "",
                      "a pattern of addresses");
    }
  }
  filter.from_files = invocation.Has(OptionId::kFilesFrom);
  const std::vector<std::string>& inputs = invocation.arguments;
  if (filter.from_files && invocation.Value(OptionId::kFilesFrom) == "-" &&
      std::find(inputs.begin(), inputs.end(), "-") != inputs.end()) {
    return UsageError("OptionConflict", "standard input can be the input or the list, not both");
  }
  if (filter.from_files) {
    SNAPTREE_ASSIGN(filter.files, ListedAddresses(invocation));
  } else if (invocation.Has(OptionId::kNull)) {
    return UsageError("OptionConflict", "-0 needs --files-from");
  }
  return filter;
}

// The two spellings of an option: as we name it, and as the Go tools do.
Result<std::optional<std::string>> EitherOf(const Invocation& invocation, OptionId ours,
                                            OptionId theirs) {
  if (invocation.Has(ours) && invocation.Has(theirs)) {
    return UsageError("OptionConflict", std::string("--") + OptionOf(ours).name + " and --" +
                                            OptionOf(theirs).name + " are the same option")
        .Next("give one of them");
  }
  if (invocation.Has(ours)) return std::optional(invocation.Value(ours));
  if (invocation.Has(theirs)) return std::optional(invocation.Value(theirs));
  return std::optional<std::string>();
}

// What the single adapters are told.
Status TakeAdapterOptions(const Invocation& invocation, DecodeOptions* options) {
  SNAPTREE_ASSIGN(const std::optional<std::string> layout,
                  EitherOf(invocation, OptionId::kDynamodbLayout, OptionId::kDynamodbBundleMode));
  if (layout && *layout != "per-item" && *layout != "jsonl")
    return BadValue("--dynamodb-layout", *layout, "per-item or jsonl");
  options->dynamodb_jsonl = layout == "jsonl";
  SNAPTREE_ASSIGN(const std::optional<std::string> size,
                  EitherOf(invocation, OptionId::kBundleSize, OptionId::kDynamodbBundleSize));
  if (size) {
    SNAPTREE_ASSIGN(options->bundle_bytes, ParseBundleSize("--bundle-size", *size));
  }
  options->include_incomplete_uploads = invocation.Has(OptionId::kIncludeIncompleteUploads);
  options->include_orphans = invocation.Has(OptionId::kIncludeOrphans);
  options->rename_s3_collisions = invocation.Has(OptionId::kRenameCollisions);
  options->check_etags = !invocation.Has(OptionId::kNoEtagCheck);
  options->preserve_sqs_visibility = invocation.Has(OptionId::kPreserveSqsVisibility);
  options->include_sqs_side_records = invocation.Has(OptionId::kIncludeSqsSideRecords);
  options->extensions = !invocation.Has(OptionId::kNoExtensions);
  return {};
}

Result<std::string> OutputOf(const Invocation& invocation) {
  if (!invocation.Has(OptionId::kOutput)) {
    if (invocation.Has(OptionId::kDryRun)) return std::string();
    return UsageError("ArgumentMissing", "decode needs an output")
        .Next("name it with -o, or look first with --dry-run");
  }
  const std::string& output = invocation.Value(OptionId::kOutput);
  if (output.empty()) return BadValue("--output", output, "the name of a folder to make");
  // Names that will mean an archive must not become folders until then.
  if (output == "-" || output.ends_with(".tar") || output.ends_with(".tar.zst")) {
    return UsageError("OutputNotAvailable", "this version writes folders only, no archives")
        .At(output)
        .Next("decode to a folder, then: tar -C OUT -c . | zstd > OUT.tar.zst");
  }
  return output;
}

}  // namespace

Result<DecodeOptions> DecodeOptionsOf(const Invocation& invocation) {
  DecodeOptions options;
  SNAPTREE_ASSIGN(options.inputs, InputsOf(invocation));
  SNAPTREE_ASSIGN(options.output, OutputOf(invocation));
  SNAPTREE_ASSIGN(options.at, AtOf(invocation));
  if (invocation.Has(OptionId::kAdapter)) {
    SNAPTREE_ASSIGN(options.adapters,
                    ParseAdapters("--adapter", invocation.Value(OptionId::kAdapter)));
  }
  if (invocation.Has(OptionId::kBareRows)) {
    const std::string& view = invocation.Value(OptionId::kBareRows);
    if (view != "rawkv" && view != "redis") return BadValue("--bare-rows", view, "rawkv or redis");
    options.bare_rows_as_redis = view == "redis";
  }
  SNAPTREE_ASSIGN(options.filter, FilterOf(invocation));
  SNAPTREE_TRY(TakeAdapterOptions(invocation, &options));
  if (invocation.Has(OptionId::kApplyUnresolved)) {
    const std::string& how = invocation.Value(OptionId::kApplyUnresolved);
    if (how != "commit") return BadValue("--apply-unresolved", how, "commit");
    options.apply_unresolved = true;
  }
  options.latest = invocation.Has(OptionId::kLatest);
  if (options.latest && options.at) {
    return UsageError("OptionConflict", "--latest and --at name different times")
        .Next("give one of them");
  }
  if (invocation.Has(OptionId::kClusterId)) {
    options.cluster_id = invocation.Value(OptionId::kClusterId);
    if (!IsUtf8(options.cluster_id))
      return BadValue("--cluster-id", options.cluster_id, "valid UTF-8");
  }
  if (invocation.Has(OptionId::kSnapshotIndex)) {
    SNAPTREE_ASSIGN(options.snapshot_index,
                    ParseIndex("--snapshot-index", invocation.Value(OptionId::kSnapshotIndex)));
  }
  options.force = invocation.Has(OptionId::kForce);
  options.strict = invocation.Has(OptionId::kStrict);
  options.salvage = invocation.Has(OptionId::kSalvage);
  options.dry_run = invocation.Has(OptionId::kDryRun);
  options.threads = invocation.common.threads;
  options.memory_bytes = invocation.common.memory_bytes;
  options.scratch_folder = invocation.common.scratch_folder;
  if (!invocation.common.log_file.empty()) options.keep.push_back(invocation.common.log_file);
  return options;
}

}  // namespace snaptree::cli

#include "cli/decode_options.h"

#include <algorithm>

#include "base/text.h"
#include "cli/address_options.h"
#include "cli/archive_options.h"
#include "cli/input_arguments.h"
#include "cli/input_options.h"
#include "cli/option_values.h"
#include "cli/run_options.h"

namespace snaptree::cli {
namespace {

Result<std::vector<std::string>> DecodeInputsOf(const Invocation& invocation) {
  SNAPTREE_ASSIGN(std::vector<std::string> inputs, InputsOf(invocation, {.usage = "IN -o OUT"}));
  if (std::count(inputs.begin(), inputs.end(), "-") > 1)
    return UsageError("OptionConflict", "standard input can be one input only");
  return inputs;
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

Status CheckLayoutName(const char* option, const std::optional<std::string>& layout) {
  if (!layout || *layout == kPerItemLayout || *layout == kJsonlLayout) return {};
  return BadValue(option, *layout, "per-item or jsonl");
}

// How records stand in the tree: of all adapters, and of DynamoDB alone as the Go tools have it.
Status TakeLayout(const Invocation& invocation, DecodeOptions* options) {
  SNAPTREE_ASSIGN(const std::optional<std::string> dynamodb,
                  EitherOf(invocation, OptionId::kDynamodbLayout, OptionId::kDynamodbBundleMode));
  SNAPTREE_TRY(CheckLayoutName("--dynamodb-layout", dynamodb));
  std::optional<std::string> all;
  if (invocation.Has(OptionId::kLayout)) all = invocation.Value(OptionId::kLayout);
  SNAPTREE_TRY(CheckLayoutName("--layout", all));
  if (all && dynamodb && *all != *dynamodb) {
    return UsageError("OptionConflict", "--layout and --dynamodb-layout name different layouts")
        .Next("--dynamodb-layout is for DynamoDB alone: give one of them");
  }
  options->jsonl = all == kJsonlLayout;
  options->dynamodb_jsonl = dynamodb == kJsonlLayout;
  if (!options->jsonl || !invocation.Has(OptionId::kNoExtensions)) return {};
  return UsageError("OptionConflict",
                    "--layout jsonl is a layout that the Go tools do not have, and --no-extensions "
                    "asks for a tree that they read")
      .Next("the Go tools have --dynamodb-layout jsonl");
}

// What the single adapters are told.
Status TakeAdapterOptions(const Invocation& invocation, DecodeOptions* options) {
  SNAPTREE_TRY(TakeLayout(invocation, options));
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
  if (output.empty())
    return BadValue("--output", output, "the name of a folder or archive to make");
  return output;
}

// The name of the output tells whether it is an archive.
Result<std::optional<ArchiveForm>> ArchiveOf(const Invocation& invocation,
                                             const std::string& output) {
  if (IsArchiveName(output)) {
    SNAPTREE_ASSIGN(const ArchiveForm form, ArchiveFormOf(invocation, output));
    return std::optional(form);
  }
  for (const OptionId id : {OptionId::kCompression, OptionId::kCompressionLevel}) {
    if (!invocation.Has(id)) continue;
    return UsageError("OptionConflict", std::string("--") + OptionOf(id).name +
                                            " is for archives, and the output is a folder")
        .Next("name an archive: -o X.tar.zst, -o X.tar or -o -");
  }
  return std::optional<ArchiveForm>();
}

}  // namespace

Result<DecodeOptions> DecodeOptionsOf(const Invocation& invocation) {
  DecodeOptions options;
  SNAPTREE_ASSIGN(options.inputs, DecodeInputsOf(invocation));
  SNAPTREE_ASSIGN(options.output, OutputOf(invocation));
  SNAPTREE_ASSIGN(options.archive, ArchiveOf(invocation, options.output));
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
  SNAPTREE_ASSIGN(options.filter, AddressFilterOf(invocation));
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
  SNAPTREE_ASSIGN(options.input, InputChoiceOf(invocation));
  options.salvage = invocation.Has(OptionId::kSalvage);
  options.dry_run = invocation.Has(OptionId::kDryRun);
  TakeCommon(invocation.common, &options);
  KeepLogFile(invocation.common, &options);
  return options;
}

}  // namespace snaptree::cli

#include "cli/encode_options.h"

#include <algorithm>
#include <cctype>

#include "encode/encode_jobs.h"

#include "base/text.h"
#include "cli/archive_options.h"
#include "cli/input_arguments.h"
#include "cli/option_values.h"
#include "cli/run_options.h"

namespace snaptree::cli {
namespace {

Result<std::string> InputOf(const Invocation& invocation) {
  SNAPTREE_ASSIGN(const std::vector<std::string> inputs,
                  InputsOf(invocation, {"the tree", "a tree", "TREE -o FILE.fsm"}));
  return inputs.front();
}

Result<std::string> OutputOf(const Invocation& invocation) {
  if (!invocation.Has(OptionId::kOutput)) {
    if (invocation.Has(OptionId::kDryRun)) return std::string();
    return UsageError("ArgumentMissing", "encode needs an output")
        .Next("name it with -o, or look first with --dry-run");
  }
  const std::string& output = invocation.Value(OptionId::kOutput);
  if (output.empty()) return BadValue("--output", output, "the name of a file to write");
  return output;
}

// Names of the Go encoder in any case, comma separated, blanks and empty items ignored.
Result<std::vector<std::string>> AdaptersOf(const std::string& list) {
  std::vector<std::string> names;
  std::string name;
  const auto end_name = [&]() {
    if (!name.empty()) names.push_back(std::move(name));
    name.clear();
  };
  for (const char c : list) {
    if (c == ',') {
      end_name();
    } else if (c != ' ' && c != '\t') {
      name.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  end_name();
  if (names == std::vector<std::string>{"all"}) return std::vector<std::string>();
  const auto jobs = EncodeJobs();
  for (const std::string& one : names) {
    if (std::any_of(jobs.begin(), jobs.end(),
                    [&](const EncodeJob& job) { return one == job.adapter; })) {
      continue;
    }
    return UsageError("UnknownAdapter", "there is no adapter \"" + Printable(one) + "\"")
        .Expected("all, or some of redis, dynamodb, s3, sqs, rawkv, fs, unknown");
  }
  return names;
}

Status TakeNumbers(const Invocation& invocation, EncodeOptions* options) {
  const auto take = [&](OptionId id, std::optional<uint64_t>* out) -> Status {
    if (!invocation.Has(id)) return {};
    std::string value = invocation.Value(id);
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (!value.empty() && blank(value.back())) value.pop_back();
    while (!value.empty() && blank(value.front())) value.erase(0, 1);
    SNAPTREE_ASSIGN(*out, ParseIndex(std::string("--") + OptionOf(id).name, value));
    return {};
  };
  SNAPTREE_TRY(take(OptionId::kLastCommitTs, &options->last_commit_ts));
  SNAPTREE_TRY(take(OptionId::kDdbGeneration, &options->choices.ddb_generation));
  SNAPTREE_TRY(take(OptionId::kSqsGeneration, &options->choices.sqs_generation));
  for (const auto& [id, value] :
       {std::pair{OptionId::kDdbGeneration, options->choices.ddb_generation},
        std::pair{OptionId::kSqsGeneration, options->choices.sqs_generation}}) {
    if (value == uint64_t{0})
      return BadValue(std::string("--") + OptionOf(id).name, "0", "1 or more");
  }
  return {};
}

Status TakeForm(const Invocation& invocation, EncodeOptions* options) {
  options->payload_only = invocation.Has(OptionId::kPayload);
  if (invocation.Has(OptionId::kContainer)) {
    const std::string& form = invocation.Value(OptionId::kContainer);
    if (form != "payload" && form != "fsm") return BadValue("--container", form, "payload or fsm");
    if (options->payload_only && form == "fsm") {
      return UsageError("OptionConflict", "--payload and --container fsm ask for different forms")
          .Next("give one of them");
    }
    options->payload_only = form == "payload";
  }
  if (invocation.Has(OptionId::kDdbEmptySets)) {
    const std::string& how = invocation.Value(OptionId::kDdbEmptySets);
    if (how != "keep" && how != "drop") return BadValue("--ddb-empty-sets", how, "keep or drop");
    options->choices.ddb_drop_empty_sets = how == "drop";
  }
  if (invocation.Has(OptionId::kSelfTest) && invocation.Has(OptionId::kNoSelfTest)) {
    return UsageError("OptionConflict", "--self-test and --no-self-test exclude each other")
        .Next("give one of them");
  }
  return {};
}

}  // namespace

Result<EncodeOptions> EncodeOptionsOf(const Invocation& invocation) {
  EncodeOptions options;
  SNAPTREE_ASSIGN(options.input, InputOf(invocation));
  SNAPTREE_ASSIGN(options.output, OutputOf(invocation));
  if (invocation.Has(OptionId::kAdapter)) {
    SNAPTREE_ASSIGN(options.adapters, AdaptersOf(invocation.Value(OptionId::kAdapter)));
  }
  SNAPTREE_TRY(TakeForm(invocation, &options));
  SNAPTREE_TRY(TakeNumbers(invocation, &options));
  options.self_test = !invocation.Has(OptionId::kNoSelfTest);
  options.check_checksums = !invocation.Has(OptionId::kNoChecksums);
  options.allow_hard_links = invocation.Has(OptionId::kAllowHardLinks);
  options.force = invocation.Has(OptionId::kForce);
  options.dry_run = invocation.Has(OptionId::kDryRun);
  EncodeChoices& choices = options.choices;
  choices.strict = invocation.Has(OptionId::kStrict);
  choices.ignore_extra = invocation.Has(OptionId::kIgnoreExtra);
  choices.skip_invalid_items = invocation.Has(OptionId::kSkipInvalidItems);
  choices.skip_bad_index_keys = invocation.Has(OptionId::kSkipBadIndexKeys);
  choices.allow_key_type_mismatch = invocation.Has(OptionId::kAllowKeyTypeMismatch);
  choices.allow_bare_buckets = invocation.Has(OptionId::kAllowBareBuckets);
  choices.use_mtime = invocation.Has(OptionId::kUseMtime);
  choices.drop_incomplete_uploads = invocation.Has(OptionId::kDropIncompleteUploads);
  choices.check_etags = !invocation.Has(OptionId::kNoEtagCheck);
  choices.fs_trust_content = invocation.Has(OptionId::kFsTrustContent);
  choices.allow_reserved = invocation.Has(OptionId::kAllowReserved);
  choices.drop_unknown = invocation.Has(OptionId::kDropUnknown);
  SNAPTREE_ASSIGN(options.limits, ArchiveLimitsOf(invocation));
  TakeCommon(invocation.common, &options);
  if (options.scratch_folder.empty() && invocation.Has(OptionId::kScratchRoot))
    options.scratch_folder = invocation.Value(OptionId::kScratchRoot);
  return options;
}

}  // namespace snaptree::cli

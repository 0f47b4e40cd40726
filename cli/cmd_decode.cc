// snaptree decode IN -o OUT: a snapshot to a directory tree.
#include <unistd.h>

#include <chrono>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/decode_summary.h"
#include "cli/exit_codes.h"
#include "cli/missing_input.h"
#include "cli/option_values.h"
#include "cli/process_usage.h"
#include "cli/progress_display.h"
#include "cli/stdout_writer.h"

namespace snaptree::cli {
namespace {

Result<std::string> InputOf(const Invocation& invocation) {
  const bool option = invocation.Has(OptionId::kInput);
  if (option && !invocation.arguments.empty()) {
    return UsageError("OptionConflict", "the input is given twice, as an argument and with --input")
        .Next("give one of them");
  }
  if (option) return invocation.Value(OptionId::kInput);
  if (!invocation.arguments.empty()) return invocation.arguments.front();
  return UsageError("ArgumentMissing", "decode needs an input").Next("snaptree decode IN -o OUT");
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

Result<DecodeOptions> OptionsOf(const Invocation& invocation) {
  DecodeOptions options;
  SNAPTREE_ASSIGN(options.input, InputOf(invocation));
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

Result<DecodeReport> DecodeWithProgress(DecodeOptions options, const CommonOptions& common,
                                        Reporter& reporter) {
  Progress progress;
  const ProgressDisplay display(progress, reporter, common);
  options.progress = &progress;
  return Decode(options);
}

int Fail(const DecodeOptions& options, const Status& status, Reporter& reporter) {
  if (reporter.json()) {
    // The error itself follows on standard error, whatever becomes of this.
    const Status ignored = PrintToStdout(FailedDecodeDocument(options, status));
  }
  reporter.Error(status);
  return ExitCodeOf(status);
}

}  // namespace

int RunDecode(const Invocation& invocation, Reporter& reporter) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  Result<DecodeOptions> options = OptionsOf(invocation);
  if (!options.ok()) {
    reporter.Error(options.status());
    return ExitCodeOf(options.status());
  }
  DecodeRun run;
  run.options = *options;
  Result<DecodeReport> report = DecodeWithProgress(run.options, invocation.common, reporter);
  if (!report.ok()) {
    return Fail(run.options, WithNextStep(report.status(), run.options.input), reporter);
  }
  run.report = *std::move(report);
  ++run.report.tree.files;  // CHECKSUMS, which sinks do not count
  run.elapsed_ms = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count());
  run.peak_bytes = PeakResidentBytes();
  const int code = run.ExitCode();
  // Scripts that ask nothing hear nothing, as long as nothing is wrong.
  const bool silent = code == kExitDone && !IsTerminal(STDERR_FILENO);
  if (reporter.json()) {
    const Status printed = PrintToStdout(DecodeDocument(run));
    if (!printed.ok()) reporter.Error(printed);
    return WorseExit(code, ExitCodeOf(printed));
  }
  ReportDecode(run, silent ? Level::kDetail : Level::kNotice, reporter);
  return code;
}

}  // namespace snaptree::cli

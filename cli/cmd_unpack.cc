// snaptree unpack X -o TREE: an archive into a tree.
#include "check/archive/unpack.h"

#include "cli/archive_options.h"
#include "cli/archive_run.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/option_values.h"
#include "cli/progress_display.h"

namespace snaptree::cli {
namespace {

Result<UnpackOptions> UnpackOptionsOf(const Invocation& invocation) {
  SNAPTREE_ASSIGN(ArchivePlaces places, ArchivePlacesOf(invocation));
  UnpackOptions options;
  options.archive = std::move(places.input);
  options.output = std::move(places.output);
  if (options.output == "-")
    return BadValue("--output", options.output, "the name of a folder to make");
  // The archive itself tells how it is packed.
  if (invocation.Has(OptionId::kCompression)) {
    const std::string& how = invocation.Value(OptionId::kCompression);
    if (how != "zstd" && how != "none") return BadValue("--compression", how, "zstd or none");
  }
  SNAPTREE_ASSIGN(options.limits, ArchiveLimitsOf(invocation));
  options.force = invocation.Has(OptionId::kForce);
  options.dry_run = invocation.Has(OptionId::kDryRun);
  options.threads = invocation.common.threads;
  options.memory_bytes = invocation.common.memory_bytes;
  options.scratch_folder = invocation.common.scratch_folder;
  if (!invocation.common.log_file.empty()) options.keep.push_back(invocation.common.log_file);
  return options;
}

}  // namespace

int RunUnpack(const Invocation& invocation, Reporter& reporter) {
  ArchiveRun run;
  Result<UnpackOptions> options = UnpackOptionsOf(invocation);
  if (!options.ok()) {
    reporter.Error(options.status());
    return ExitCodeOf(options.status());
  }
  run.command = "unpack";
  run.places = {options->archive, options->output};
  run.dry_run = options->dry_run;
  const Result<ArchiveReport> report = [&] {
    Progress progress;
    const ProgressDisplay display(progress, reporter, invocation.common);
    options->progress = &progress;
    return Unpack(*options);
  }();
  return FinishArchiveRun(run, report, reporter);
}

}  // namespace snaptree::cli

// snaptree unpack X -o TREE: an archive into a tree.
#include "check/archive/unpack.h"

#include "cli/archive_options.h"
#include "cli/archive_run.h"
#include "cli/commands.h"
#include "cli/option_values.h"
#include "cli/run_options.h"

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
  TakeCommon(invocation.common, &options);
  KeepLogFile(invocation.common, &options);
  return options;
}

}  // namespace

int RunUnpack(const Invocation& invocation, Reporter& reporter) {
  ArchiveRun run;
  Result<UnpackOptions> options = UnpackOptionsOf(invocation);
  if (!options.ok()) return EndRefused(options.status(), reporter);
  run.command = "unpack";
  run.places = {options->archive, options->output};
  run.dry_run = options->dry_run;
  const auto work = [&](Progress* progress) {
    options->progress = progress;
    return Unpack(*options);
  };
  return RunArchive(run, invocation.common, work, reporter);
}

}  // namespace snaptree::cli

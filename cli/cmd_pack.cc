// snaptree pack TREE -o X.tar.zst: a tree into an archive.
#include "cli/archive_options.h"
#include "cli/archive_run.h"
#include "cli/commands.h"
#include "cli/run_options.h"
#include "cli/stdout_writer.h"

namespace snaptree::cli {
namespace {

Result<PackOptions> PackOptionsOf(const Invocation& invocation, const Reporter& reporter) {
  SNAPTREE_ASSIGN(ArchivePlaces places, ArchivePlacesOf(invocation));
  PackOptions options;
  options.tree = std::move(places.input);
  options.output = std::move(places.output);
  SNAPTREE_ASSIGN(options.form, ArchiveFormOf(invocation, options.output));
  options.allow_hard_links = invocation.Has(OptionId::kAllowHardLinks);
  options.force = invocation.Has(OptionId::kForce);
  options.dry_run = invocation.Has(OptionId::kDryRun);
  TakeCommon(invocation.common, &options);
  KeepLogFile(invocation.common, &options);
  if (options.output != "-" || options.dry_run) return options;
  SNAPTREE_TRY(CheckArchiveOnStdout(reporter));
  options.take_output = PrintToStdout;
  return options;
}

}  // namespace

int RunPack(const Invocation& invocation, Reporter& reporter) {
  ArchiveRun run;
  Result<PackOptions> options = PackOptionsOf(invocation, reporter);
  if (!options.ok()) return EndRefused(options.status(), reporter);
  run.command = "pack";
  run.places = {options->tree, options->output};
  run.dry_run = options->dry_run;
  run.form = options->form;
  const auto work = [&](Progress* progress) {
    options->progress = progress;
    return Pack(*options);
  };
  return RunArchive(run, invocation.common, work, reporter);
}

}  // namespace snaptree::cli

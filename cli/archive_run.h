// What pack and unpack have in common: where from, where to, and how it went.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "check/archive/pack.h"

#include "base/progress.h"
#include "base/result.h"
#include "cli/invocation.h"
#include "cli/reporter.h"
#include "cli/run_end.h"

namespace snaptree::cli {

struct ArchivePlaces {
  std::string input;
  std::string output;  // may be empty in a dry run
};
// The argument or --input, and --output.
Result<ArchivePlaces> ArchivePlacesOf(const Invocation& invocation);

struct ArchiveRun {
  std::string command;  // "pack", "unpack"
  ArchivePlaces places;
  bool dry_run = false;
  std::optional<ArchiveForm> form;  // of what is written
  RunClock clock;
};

// Does the work and tells how it went, as text or as the JSON document. The exit code.
using ArchiveWork = std::function<Result<ArchiveReport>(Progress* progress)>;
int RunArchive(const ArchiveRun& run, const CommonOptions& common, const ArchiveWork& work,
               Reporter& reporter);

}  // namespace snaptree::cli

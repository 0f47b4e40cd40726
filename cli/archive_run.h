// What pack and unpack have in common: where from, where to, and how it went.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "check/archive/pack.h"

#include "base/result.h"
#include "cli/invocation.h"
#include "cli/reporter.h"

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
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

// Tells how it went, as text or as the JSON document. The exit code.
int FinishArchiveRun(const ArchiveRun& run, const Result<ArchiveReport>& report,
                     Reporter& reporter);

}  // namespace snaptree::cli

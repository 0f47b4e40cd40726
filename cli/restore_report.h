// How a restore went: as text for people, and as the JSON document.
#pragma once

#include <string>

#include "restore/restore.h"

#include "cli/reporter.h"
#include "cli/run_end.h"

namespace snaptree::cli {

struct RestoreRun {
  RestoreOptions options;
  RestoreReport report;
  RunCost cost;
};

void ReportRestore(const RestoreRun& run, Reporter& reporter);
std::string RestoreDocument(const RestoreRun& run);
// For a run that failed: there is always one document.
std::string FailedRestoreDocument(const RestoreOptions& options, const Status& status);

}  // namespace snaptree::cli

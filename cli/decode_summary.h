// How a decode went: as text for people, and as the JSON document.
#pragma once

#include <string>

#include "cli/json_text.h"
#include "cli/reporter.h"
#include "cli/run_end.h"
#include "decode/decoder.h"

namespace snaptree::cli {

struct DecodeRun {
  DecodeOptions options;
  DecodeReport report;
  RunCost cost;

  int ExitCode() const;
  std::string ShownOutput() const;  // for people
};

// Says everything on `level`, the most important line last.
void ReportDecode(const DecodeRun& run, Level level, Reporter& reporter);
std::string DecodeDocument(const DecodeRun& run);
// For a run that failed: there is always one document.
std::string FailedDecodeDocument(const DecodeOptions& options, const Status& status);

}  // namespace snaptree::cli

// What `encode` tells at its end: for people, and as a JSON document.
#pragma once

#include <string>

#include "encode/encoder.h"

#include "cli/reporter.h"
#include "cli/run_end.h"

namespace snaptree::cli {

struct EncodeResult {
  EncodeOptions options;
  EncodeReport report;
  RunCost cost;

  int ExitCode() const;
};

// level: of what is said when nothing is wrong.
void ReportEncode(const EncodeResult& result, Level level, Reporter& reporter);

std::string EncodeDocument(const EncodeResult& result);
// Of a run that ended with an error of the call or the machine.
std::string FailedEncodeDocument(const EncodeOptions& options, const Status& status);

}  // namespace snaptree::cli

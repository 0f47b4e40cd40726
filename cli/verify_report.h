// What `verify` tells: problems, a line each, and the JSON document.
#pragma once

#include <string>
#include <vector>

#include "check/verify/verify.h"

#include "cli/reporter.h"
#include "cli/run_end.h"

namespace snaptree::cli {

// One of the things that were looked at.
struct VerifyResult {
  std::string what;
  Status status;  // of the call or the machine: there is no report
  VerifyReport report;
  RunCost cost;

  int ExitCode() const;
};

// The problems, for standard output; "" when there are none. Of many with one code the first ones
// only, unless all are asked for, and how many more there are.
std::string VerifyText(const VerifyResult& result, bool all);
// What was looked at, warnings, how it ended, and what to do now. At kDetail, which is for a run
// that found no problem, all of it.
void ReportVerify(const VerifyResult& result, Level level, Reporter& reporter);

std::string VerifyDocument(const std::vector<VerifyResult>& results, bool quick, int exit_code);

}  // namespace snaptree::cli

// The errors of a tree, of which a run finds all: what to do next is said once for each code.
#pragma once

#include <vector>

#include "base/status.h"
#include "cli/json_text.h"
#include "cli/reporter.h"

namespace snaptree::cli {

void ReportTreeErrors(const std::vector<Status>& errors, Reporter& reporter);

// "errors": an array of objects.
void AppendTreeErrors(const std::vector<Status>& errors, JsonText* json);

}  // namespace snaptree::cli

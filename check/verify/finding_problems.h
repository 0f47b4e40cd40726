// Which findings of decode are problems of the snapshot. Decode writes a tree all the same and
// warns; who verifies a snapshot asks whether a node that is restored from it would be right.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "adapters/common/tree_findings.h"
#include "base/findings.h"
#include "base/result.h"

namespace snaptree {

// Splits findings: problems get one error, with the finding's code, for each example; `more` gets
// the number of the others by code. The rest comes back.
Result<Findings> SplitFindings(const Findings& findings, const std::string& source,
                               TreeFindings* problems, std::map<std::string, uint64_t>* more);

}  // namespace snaptree

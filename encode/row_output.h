// Sorted rows into a snapshot: values by reference are read now, bodies become rows now, and rows
// that only a body's content could tell join the others in their place.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "encode/row_sorter.h"

#include "adapters/common/tree_findings.h"
#include "base/progress.h"
#include "formats/fsm_writer.h"
#include "tree/tree_input.h"

namespace snaptree {

struct RowOutputOptions {
  TreeInput& input;
  TreeFindings& findings;
  Progress& progress;
  uint64_t commit_ts;
  SorterOptions late_rows;
};

// Writes all rows. User keys that come more than once, and claims that were made twice, are
// appended to *duplicates and *claims (the first 10,000 of each): no snapshot can hold them.
Status WriteSortedRows(const RowOutputOptions& options, RowSorter& rows, FsmWriter& writer,
                       std::vector<std::string>* duplicates, std::vector<std::string>* claims);

}  // namespace snaptree

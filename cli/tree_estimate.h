// About how large the tree of a snapshot would be, from the counts of the scan alone.
#pragma once

#include <cstdint>

#include "formats/scan.h"

namespace snaptree::cli {

struct TreeEstimate {
  uint64_t files = 0;
  uint64_t bytes = 0;
};
TreeEstimate EstimateTree(const ScanResult& scan);

}  // namespace snaptree::cli

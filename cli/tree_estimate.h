// About how large the tree of a snapshot would be, from the counts of the scan alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/scan.h"

namespace snaptree::cli {

struct EstimateOptions {
  std::vector<std::string> adapters;  // names of AdapterName(); empty: all
  bool bare_rows_as_redis = false;
  uint64_t bundle_bytes = uint64_t{64} << 20;
};

struct TreeEstimate {
  uint64_t files = 0;
  uint64_t bytes = 0;
  uint64_t records = 0;  // of which each is a file, or more
  // With records as lines of a few files (spec 08).
  uint64_t files_with_lines = 0;
  uint64_t lines = 0;
};
TreeEstimate EstimateTree(const ScanResult& scan, const EstimateOptions& options = {});

}  // namespace snaptree::cli

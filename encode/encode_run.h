// The adapters' part of an encode run, and the writing of their rows: all that has no files of its
// own. encode/encoder.h puts source, temporary files and publication around it.
#pragma once

#include <functional>
#include <string>

#include "encode/encoder.h"

#include "adapters/common/encode_context.h"
#include "base/worker_pool.h"
#include "formats/fsm_writer.h"
#include "tree/tree_input.h"

namespace snaptree {

struct EncodeRun {
  const EncodeOptions& options;
  const Manifest& manifest;
  uint64_t commit_ts;
  TreeInput& input;
  TreeFindings& findings;
  ExpectedDifferences& differences;
  Progress& progress;
  std::function<SorterOptions(double share)> sorter_options;
};

// Fills adapters of the report. Data errors are in `findings`.
Status WriteRows(const EncodeRun& run, FsmWriter& writer, EncodeReport* report);

// Reads the tree in the same way for its errors only: no row is kept, and what stands in large
// files (values by reference, bodies) is not read.
Status CheckRows(const EncodeRun& run, WorkerPool& workers, EncodeReport* report);

}  // namespace snaptree

// The files of a tree, read as they stand and given to a sink, by all threads.
#pragma once

#include <functional>

#include "adapters/common/tree_findings.h"
#include "base/external_sorter.h"
#include "base/progress.h"
#include "base/result.h"
#include "base/worker_pool.h"
#include "tree/tree_sink.h"
#include "tree/tree_source.h"

namespace snaptree {

struct TreeFiles {
  const TreeSource& source;
  TreeSink& sink;
  std::function<bool(Slice path)> takes;  // files that are wanted; asked by one thread
  WorkerPool& workers;
  TreeFindings& findings;  // what cannot be read
  Progress& progress;
  std::function<SorterOptions(double share)> sorter_options;
};

// sink.Finish() is not called.
Status GiveTreeFiles(const TreeFiles& files);

}  // namespace snaptree

// The digests of all files of a tree but its CHECKSUMS, made by all threads.
#pragma once

#include "check/tree_list.h"

#include "adapters/common/tree_findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "base/worker_pool.h"
#include "tree/tree_input.h"

namespace snaptree {

struct TreeDigests {
  TreeList& files;
  TreeInput* read;  // what was read before is not read again; may be null
  TreeInput& all;   // gets the digests of all files
  WorkerPool& workers;
  TreeFindings& findings;  // files that cannot be read
  Progress& progress;
};

Status HashTree(const TreeDigests& tree);

}  // namespace snaptree

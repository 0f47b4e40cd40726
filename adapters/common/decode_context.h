// What a decoding adapter is given. An adapter knows what rows mean; it does not know what file
// they came from, where the tree is stored, or that a terminal exists.
#pragma once

#include <functional>

#include "adapters/common/row_ledger.h"
#include "base/external_sorter.h"
#include "base/findings.h"
#include "base/progress.h"
#include "formats/row.h"
#include "formats/scan.h"
#include "tree/tree_sink.h"

namespace snaptree {

struct DecodeContext {
  const RowSource& source;
  const ScanResult& scan;
  TreeSink& sink;
  Findings& findings;
  RowLedger& ledger;
  Progress& progress;
  // Options for a sorter that may use `share` of the memory budget (all shares in use at a time add
  // up to 1 at most).
  std::function<SorterOptions(double share)> sorter_options;
  bool salvage = false;             // also write what the live node ignores (spec 00 decision 2)
  bool bare_rows_as_redis = false;  // spec 00 decision 1
};

}  // namespace snaptree

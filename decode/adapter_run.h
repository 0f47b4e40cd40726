// The adapters' part of a run: what each is given, and where their rows went. They run side by side
// on several threads; the tree's bytes do not depend on how many. On one they always go in the same
// order.
#pragma once

#include <functional>

#include "adapters/common/address_filter.h"
#include "base/external_sorter.h"
#include "decode/decoder.h"
#include "formats/scan.h"
#include "tree/tree_sink.h"

namespace snaptree {

struct AdapterRun {
  const DecodeOptions& options;
  const RowSource& source;
  const ScanResult& scan;
  const AddressFilter& filter;
  TreeSink& sink;
  Progress& progress;
  unsigned threads = 1;           // that make records
  bool all_groups_given = false;  // no raft group is missing
  // Options for a sorter that may use `share` of the memory budget.
  std::function<SorterOptions(double share)> sorter_options;
};

// Runs every selected adapter and books every live row. Fills adapters, rows, findings, damaged,
// records and losses of the report, which holds the findings of opening and scanning already.
// "Internal" (environment) when the accounts do not add up.
Status RunAdapters(const AdapterRun& run, DecodeReport* report);

}  // namespace snaptree

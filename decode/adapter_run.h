// The adapters' part of a run: which ones there are, what each is given, and where their rows went.
//
// Adding an adapter: one line in the table of adapter_run.cc.
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
  // Options for a sorter that may use `share` of the memory budget.
  std::function<SorterOptions(double share)> sorter_options;
};

// "AdapterNotAvailable", "UnknownAdapter" (usage) for names that options.adapters may not hold.
Status CheckAdapterNames(const DecodeOptions& options);

// Runs every selected adapter and books every live row. Fills adapters, rows, findings, damaged,
// records and losses of the report, which holds the findings of opening and scanning already.
// "Internal" (environment) when the accounts do not add up.
Status RunAdapters(const AdapterRun& run, DecodeReport* report);

}  // namespace snaptree

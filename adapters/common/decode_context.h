// What a decoding adapter is given. An adapter knows what rows mean; it does not know what file
// they came from, where the tree is stored, or that a terminal exists. Findings and ledger are for
// one thread; all else may be used from any, if only one begins phases of `progress`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "adapters/common/address_filter.h"
#include "adapters/common/row_ledger.h"
#include "adapters/common/sorted_rows.h"
#include "base/external_sorter.h"
#include "base/findings.h"
#include "base/progress.h"
#include "base/worker_pool.h"
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
  // Records that it does not select are neither read further than their names need nor written;
  // their rows are booked as excluded. The files that describe a scope (_schema.json, _bucket.json,
  // ...) are written when a record of the scope is selected, or when they are selected themselves.
  const AddressFilter& filter;
  // Rows of its families that an adapter books as unknown go here; all of them are written to
  // unknown/rows.jsonl when the adapters have run.
  SortedRows& unknown;
  WorkerPool& workers;              // for pieces.h
  uint64_t memory_bytes;            // the budget, of which sorter_options() gives shares
  uint64_t least_piece_bytes;       // fewest bytes of rows that make a piece
  bool salvage = false;             // also write what the live node ignores (spec 00 decision 2)
  bool bare_rows_as_redis = false;  // spec 00 decision 1
  bool extensions = true;           // write files and members that only snaptree knows
  bool all_groups_given = false;    // as far as the inputs tell, no raft group is missing
};

// What an adapter wrote.
struct AdapterTotals {
  uint64_t records = 0;             // items, objects, messages, files
  uint64_t losses = 0;              // records that could not be brought out whole
  std::vector<std::string> scopes;  // names of tables, buckets, queues that were written
  // Of what was written, the files and folders that only snaptree knows: tree paths or patterns
  // with `*`, for MANIFEST.json.
  std::vector<std::string> extensions;

  // Adds those of another part of the adapter's work; an extension that both name counts once.
  void Add(AdapterTotals other);
};

}  // namespace snaptree

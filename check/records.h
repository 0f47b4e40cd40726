// The records of whatever the user has (a snapshot, the data directory of a node, a tree, an
// archive of one), given to a sink as the files of the tree that decode writes with one file for
// each record. So whoever lists, compares or counts records need not know where they come from.
//
// A tree with one file for each record is read as it stands; one that keeps records as lines
// (spec 08) is encoded into a scratch snapshot, and that is decoded.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "check/what_kind.h"

#include "adapters/common/address_filter.h"
#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "decode/decoder.h"
#include "manifest/manifest.h"
#include "tree/tree_sink.h"

namespace snaptree {

struct RecordsOptions {
  std::string what;                   // as in WhatKindOf()
  std::optional<uint64_t> at;         // HLC; of snapshots only ("AtNeedsSnapshot", usage)
  std::vector<std::string> adapters;  // names of AdapterName(); empty: all
  // Of a tree or archive, the files whose path is selected; of a snapshot as decode takes it: a
  // record comes with the files that belong to it.
  AddressFilterOptions filter;
  InputChoice input;     // of snapshots and data directories
  bool force = false;    // --at before the retained window
  bool salvage = false;  // of snapshots: go on past damage
  // How a snapshot is decoded: taken from the manifest of the tree that it is compared with. Null:
  // as decode does without options.
  const Manifest* like = nullptr;
  unsigned threads = 1;
  uint64_t memory_bytes = uint64_t{512} << 20;
  std::string scratch_folder;  // empty: the system's
  Progress* progress = nullptr;
};

struct RecordsReport {
  WhatKind kind = WhatKind::kSnapshot;
  // Of snapshots.
  std::optional<DecodeReport> decoded;
  // Of trees and archives, unless it cannot be read.
  std::optional<Manifest> manifest;
  Findings findings;
  std::vector<AddressFilter::Unmatched> unmatched;  // patterns that stand for no record
  uint64_t read_ts = 0;                             // HLC of the view; 0: not known

  // All of the records were given: nothing damaged, nothing lost.
  bool complete = true;
};

// Files come in any order, from several threads at a time; CHECKSUMS does not come. sink.Finish()
// is called. Errors are those of opening and reading, and of the sink.
Result<RecordsReport> ReadRecords(const RecordsOptions& options, TreeSink& sink);

// The manifest of a tree or archive, if it has one that can be read; nullopt for snapshots.
std::optional<Manifest> ManifestIn(const RecordsOptions& options);

}  // namespace snaptree

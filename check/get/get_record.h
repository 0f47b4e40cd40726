// One record, of whatever the user has, as its file would be in the tree that decode writes with
// one file for each record.
//
// Of a snapshot, only the rows that decide the record are read, once the scan has told where rows
// stand; with an index file the scan is not needed either. Where an address does not say which rows
// those are, more is read; what comes out is the same.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "check/what_kind.h"

#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "formats/open_input.h"

namespace snaptree {

struct GetOptions {
  std::string what;     // as in WhatKindOf()
  std::string address;  // as it is, no pattern
  // Gets the record's bytes, in order; not from two threads at a time. When Get() fails, or the
  // report says that it was not found, they mean nothing.
  std::function<Status(Slice bytes)> take;
  std::optional<uint64_t> at;  // HLC; of snapshots only ("AtNeedsSnapshot", usage)
  std::string index_file;      // empty: none
  bool force = false;          // --at before the retained window
  InputChoice input;           // of snapshots and data directories
  bool salvage = false;        // of snapshots: go on past damage
  unsigned threads = 1;
  uint64_t memory_bytes = uint64_t{512} << 20;
  std::string scratch_folder;  // empty: the system's
  Progress* progress = nullptr;
};

// What was read of a snapshot to bring out the record.
enum class GetScope : uint8_t {
  kRecord,   // its own rows
  kAdapter,  // keys of all records of its adapter
  kAll,
};

// What became of --index.
enum class IndexUse : uint8_t {
  kNone,           // not asked for, or the input has none
  kRead,           // it told where rows stand
  kMade,           // the scan did, and it was written
  kStandardInput,  // the others: why there can be none
  kDecrypted,
  kDirectory,
  kSalvage,
};

struct GetReport {
  WhatKind kind = WhatKind::kSnapshot;
  bool found = false;
  // Found whole, or not found and nothing is there: no row of it is damaged, nothing of it lost.
  bool complete = true;
  uint64_t bytes = 0;
  std::vector<std::string> nearest;  // of what was not found: addresses most like it, at most three
  bool is_folder = false;            // not found, but records are below it, as far as is known
  // What means that the record is not whole is a warning (check/get/record_losses.h), all else that
  // came with it a note.
  Findings findings;
  SalvageReport salvage;
  GetScope scope = GetScope::kAll;
  IndexUse index = IndexUse::kNone;

  // Found, and nothing speaks against it.
  bool whole() const { return found && complete && !findings.HasWarning() && salvage.empty(); }
};

// Errors are those of opening, scanning and reading, and of take(); "AddressInvalid" (usage).
Result<GetReport> Get(const GetOptions& options);

}  // namespace snaptree

// The addresses of all records, with sizes and times when they are asked for, as a library call.
//
// Of a tree or an archive names are enough: contents are read only where they tell times.
#pragma once

#include <cstdint>
#include <vector>

#include "check/list/record_table.h"
#include "check/records.h"

namespace snaptree {

struct ListOptions {
  // Their filter is asked for each file, whatever the kind of the input.
  RecordsOptions records;
  bool details = false;  // sizes and times; without them sizes may be 0
};

struct ListReport {
  WhatKind kind = WhatKind::kSnapshot;
  Findings findings;
  std::vector<Status> errors;  // of a tree, each of a file that is not in the table
  std::vector<AddressFilter::Unmatched> unmatched;
  uint64_t read_ts = 0;  // HLC of the view; 0: not known

  // Nothing is missing from the table.
  bool complete = true;
};

// Fills the table; table->Finish() is left to the caller. Errors are those of opening and reading;
// "ManifestMissing" when a folder or archive is no tree.
Result<ListReport> ListRecords(const ListOptions& options, RecordTable* table);

}  // namespace snaptree

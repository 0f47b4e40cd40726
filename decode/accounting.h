// The one equation of a run: every row of the input is in exactly one class, and the classes add
// up.
#pragma once

#include <vector>

#include "adapters/common/row_ledger.h"
#include "decode/decoder.h"
#include "formats/scan.h"

namespace snaptree {

// Fills rows, newer_than_at and adapters of the report. "Internal" (environment) when
// an adapter booked another number of rows than the scan counted: a defect of ours that must never
// pass for a good run.
Status Account(const ScanResult& scan, const RowLedger& ledger, DecodeReport* report);

}  // namespace snaptree

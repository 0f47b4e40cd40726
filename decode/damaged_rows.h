// unknown/damaged/rows.jsonl: rows that nobody could read, with the reason, so that nothing is lost
// and nobody takes them for records. They are never encoded again.
//
// Rows are kept in any order, by any thread, and written in the order in which they stand in the
// input.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "adapters/common/row_ledger.h"
#include "adapters/common/row_lines.h"
#include "base/external_sorter.h"
#include "formats/scan.h"
#include "formats/view_cursor.h"

namespace snaptree {

// A row that its owner could not read.
struct DamagedRecord {
  std::string address;  // family and key, for people
  std::string code;     // "RowFlags", "RedisInvalidBlob"
  std::string reason;
  uint64_t offset = 0;  // of the row in the file
  std::string input;    // the file, when there are several
};

class DamagedRows {
 public:
  DamagedRows(const RowSource& source, TreeSink& sink, SorterOptions options)
      : source_(source), sink_(sink), rows_(std::move(options)) {}

  // A row whose owner could not read it.
  Status Keep(FamilyId family, const ViewRow& row, const Status& why);
  // All rows that are no MVCC rows at all ("raw" is true, and "key" the raw key); a pass over the
  // file, only when there are any.
  Status KeepUnreadable(const ScanResult& scan);
  // Writes the file, if any row was kept. The first 1000 rows, for the report.
  Result<std::vector<DamagedRecord>> Finish();

 private:
  Status WriteRow(RowLinesFile* file, uint64_t position, Slice packed,
                  std::vector<DamagedRecord>* report);

  const RowSource& source_;
  TreeSink& sink_;
  std::mutex mutex_;
  ExternalSorter rows_;  // by position
};

}  // namespace snaptree

// unknown/damaged/rows.jsonl: rows that nobody could read, with the reason, so that nothing is lost
// and nobody takes them for records. They are never encoded again.
#pragma once

#include "adapters/common/row_ledger.h"
#include "adapters/common/row_lines.h"
#include "formats/scan.h"
#include "formats/view_cursor.h"

namespace snaptree {

class DamagedRows {
 public:
  DamagedRows(const RowSource& source, TreeSink& sink)
      : source_(source), file_(source, sink, "unknown/damaged", "rows.jsonl") {}

  // A row whose owner could not read it.
  Status Keep(FamilyId family, const ViewRow& row, const Status& why);
  // All rows that are no MVCC rows at all ("raw" is true, and "key" the raw key); a pass over the
  // file, only when there are any.
  Status KeepUnreadable(const ScanResult& scan, std::vector<DamagedRecord>* report);
  Status Finish() { return file_.Finish(); }

 private:
  const RowSource& source_;
  RowLinesFile file_;
};

}  // namespace snaptree

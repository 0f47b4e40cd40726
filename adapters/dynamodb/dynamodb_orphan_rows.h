// dynamodb/~orphan_rows.jsonl: item rows that belong to no table, or whose place another row has
// (spec 03 sections 3.3, 3.4 and 4.6), in the order of the input. Any thread may keep rows; the
// rest is for one, when all are kept.
#pragma once

#include <mutex>
#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/common/line_file.h"
#include "adapters/dynamodb/dynamodb_item_reader.h"
#include "formats/view_cursor.h"

namespace snaptree::dynamodb {

inline constexpr Slice kOrphanRowsPath = "dynamodb/~orphan_rows.jsonl";

class OrphanRows {
 public:
  explicit OrphanRows(const DecodeContext& context);

  // Keeps a live item row and books it as unknown; as excluded when the file is not asked for.
  // REQUIRES: its key is well-formed, and names a table.
  Status Keep(RowLedger* ledger, const ViewRow& row);
  // Keeps a row that is booked otherwise, when --salvage asks for it.
  Status Salvage(const ViewRow& row);
  // Writes the file, if there is any row.
  Status Write();
  uint64_t rows() const { return rows_.size(); }

 private:
  Status Add(const ViewRow& row);
  Status WriteRow(const ViewRow& row);
  Status AddItem();
  Status AddBytes(const ValueRef& value);

  const DecodeContext& context_;
  const FamilyId family_;
  const bool selected_;
  std::mutex mutex_;     // of Add()
  ExternalSorter rows_;  // by position
  std::string packed_;
  // While writing.
  LineFile file_;
  ItemReader item_;
  std::string line_;
};

}  // namespace snaptree::dynamodb

// dynamodb/~orphan_rows.jsonl: item rows that belong to no table, or whose place another row has
// (spec 03 sections 3.3, 3.4 and 4.6). One thread.
#pragma once

#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/dynamodb/dynamodb_item_reader.h"
#include "adapters/dynamodb/dynamodb_line_file.h"
#include "formats/view_cursor.h"

namespace snaptree::dynamodb {

inline constexpr Slice kOrphanRowsPath = "dynamodb/~orphan_rows.jsonl";

class OrphanRows {
 public:
  explicit OrphanRows(const DecodeContext& context);

  // Writes a live item row and books it as unknown; as excluded when the file is not asked for.
  // REQUIRES: its key is well-formed.
  Status Keep(Slice table, const ViewRow& row);
  // Writes a row that is booked otherwise, when --salvage asks for it.
  Status Salvage(Slice table, const ViewRow& row);
  Status Close() { return file_.Close(); }
  uint64_t rows() const { return rows_; }

 private:
  Status Add(Slice table, const ViewRow& row);
  Status AddItem();
  Status AddBytes(const ValueRef& value);

  const DecodeContext& context_;
  const FamilyId family_;
  const bool selected_;
  LineFile file_;
  ItemReader item_;
  uint64_t rows_ = 0;
  std::string line_;
};

}  // namespace snaptree::dynamodb

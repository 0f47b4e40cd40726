// The tables of a store: table rows and counter rows (spec 03 sections 1.1, 3.1), joined and in the
// order in which the item rows name tables. Any number of them: they go through a sorter, because
// the order of the rows is another one (section 1.5).
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/common/scope_pieces.h"
#include "adapters/dynamodb/dynamodb_packed_row.h"
#include "adapters/dynamodb/dynamodb_schema.h"
#include "base/external_sorter.h"

namespace snaptree::dynamodb {

enum class TableRecord : uint8_t {
  kAbsent,   // no table row: deleted, or never there
  kDamaged,  // a table row that cannot be read
  kThere,
};

struct Table {
  std::string scope;  // B(name) "|": what the keys of its items begin with, behind the prefix
  std::string name;
  TableRecord record = TableRecord::kAbsent;
  TableSchema schema;               // when kThere
  bool has_counter = false;         // a counter row is there, readable or not
  std::optional<uint64_t> counter;  // its number
};

// Reads the table and counter rows into one sorter for each piece, for Tables. Books those rows
// that name no table.
Status CollectTables(const DecodeContext& context, std::span<const ScopePiece> pieces,
                     std::deque<ExternalSorter>* sorters);

// The tables of one piece.
class Tables {
 public:
  // rows: of CollectTables().
  Tables(const DecodeContext& context, ExternalSorter* rows);

  // Call once, before all else.
  Status Start();
  // The next table by scope; false at the end. Books damaged rows; who uses a table books its other
  // ones.
  Result<bool> Next(Table* out);

 private:
  Result<bool> ReadEntry();
  Status TakeTableRow(const std::string& payload, Table* out);
  Status TakeCounterRow(const std::string& payload, Table* out);
  Status ReadSchema(const ViewRow& row, Table* out);
  Status ReadCounter(const ViewRow& row, Table* out);

  const DecodeContext& context_;
  const FamilyId table_family_;
  const FamilyId counter_family_;
  ExternalSorter& rows_;
  // The entry that is next.
  bool more_ = false;
  std::string scope_;
  char kind_ = 0;
  std::string payload_;
};

}  // namespace snaptree::dynamodb

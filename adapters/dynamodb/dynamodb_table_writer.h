// Writes the files that describe a table (spec 03 sections 4.1, 4.2, 4.5), books its table and
// counter rows, and reports what is odd about them. One thread.
#pragma once

#include <string>

#include "adapters/common/decode_context.h"
#include "adapters/dynamodb/dynamodb_tables.h"

namespace snaptree::dynamodb {

// "dynamodb/<E(name)>/".
std::string TableFolder(const Table& table);

class TableWriter {
 public:
  explicit TableWriter(const DecodeContext& context);

  // Whether something of a table may be selected.
  bool MayWant(const Table& table) const;
  // A table whose record is there. The files are written when items were, or when they are selected
  // themselves. True: the table is in the tree.
  Result<bool> Write(const Table& table, uint64_t items);
  // A table of which nothing is wanted.
  void Exclude(const Table& table);
  // The counter of a table that is not there any more.
  void BookCounterOnly(const Table& table);
  bool wrote_extensions() const { return wrote_extensions_; }

 private:
  void Book(const Table& table, RowLedger::Place place);
  void Report(const Table& table);
  void Warn(const char* code, const char* text, const Table& table);

  const DecodeContext& context_;
  const FamilyId table_family_;
  const FamilyId counter_family_;
  bool wrote_extensions_ = false;
};

}  // namespace snaptree::dynamodb

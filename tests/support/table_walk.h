// Tables in memory as a set, and all that a cursor gives of them.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "formats/table/table_set.h"
#include "tests/support/snapshot_builder.h"

namespace snaptree::test {

struct WalkedRow {
  std::string key;
  std::string value;  // all of it
  uint64_t trailer = 0;
  uint64_t position = 0;
  uint64_t end = 0;
  uint64_t value_position = 0;

  bool operator==(const WalkedRow& other) const = default;
};
using WalkedRows = std::vector<WalkedRow>;

// Several tables, each a file in memory.
class TablesInMemory {
 public:
  TablesInMemory& Add(Slice bytes) {
    files_.push_back(std::make_unique<MemoryFile>(bytes));
    TableMember member;
    member.path = files_.back()->path();
    member.region = {0, bytes.size()};
    members.push_back(std::move(member));
    return *this;
  }
  TableSet Set() const { return {members, options}; }

  std::vector<TableMember> members;
  TableSetOptions options;

 private:
  std::vector<std::unique_ptr<MemoryFile>> files_;
};

// Values that are not all there are read by their position.
inline Status Walk(const TableSet& set, TableRun run, Extent addresses, WalkedRows* rows) {
  const std::unique_ptr<EntryCursor> cursor = set.OpenCursor(run, addresses);
  for (;;) {
    SNAPTREE_ASSIGN(const std::span<const Row> batch, cursor->NextBatch());
    if (batch.empty()) return {};
    for (size_t i = 0; i < batch.size(); ++i) {
      const Row& row = batch[i];
      std::string value(row.value);
      if (value.size() != row.value_size) {
        value.resize(row.value_size);
        SNAPTREE_TRY(set.ReadValue(row.value_position, 0, value.data(), value.size()));
      }
      rows->push_back({std::string(row.key), std::move(value), cursor->trailers()[i], row.position,
                       row.end, row.value_position});
    }
  }
}

inline TableRun AllOf(const TableSet& set) { return {0, set.members().size()}; }

// All rows; throws on an error.
inline WalkedRows RowsOf(const TableSet& set) {
  WalkedRows rows;
  const Status status = Walk(set, AllOf(set), set.ExtentOf(AllOf(set)), &rows);
  if (!status.ok()) throw std::runtime_error(status.Message());
  return rows;
}

// The error of opening and reading one table; ok when there is none.
inline Status StatusOf(Slice bytes) {
  TablesInMemory tables;
  const TableSet set = tables.Add(bytes).Set();
  WalkedRows rows;
  return Walk(set, AllOf(set), set.ExtentOf(AllOf(set)), &rows);
}

}  // namespace snaptree::test

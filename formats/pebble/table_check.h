// What can be checked of the tables of a Pebble directory beyond what reading their rows checks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/pebble/pebble_version.h"
#include "formats/table/table_set.h"

namespace snaptree {

// Opens a table and looks at its first and last rows: whether it is the one that the MANIFEST
// means. "TableCorrupt", "PebbleUnexpectedKind", errors of TableSet.
Status CheckTable(const TableSet& set, size_t member, const PebbleTable& table);
// Reads all of a table's blocks. Errors of TableSet; "TableCorrupt" when it has fewer entries than
// its properties say.
Status CheckEveryBlock(const TableSet& set, size_t member);
// The least and the greatest raw key of a table.
Result<KeyBounds> ReadBounds(const TableSet& set, size_t member);

struct SequenceBounds {
  uint64_t smallest = 0;
  uint64_t largest = 0;
};
// Of all its entries, as they are stored. Errors of TableSet.
Result<SequenceBounds> ReadSequences(const TableSet& set, size_t member);
// A file of a directory as the only member of a set. Errors of OpenFileIn().
Result<std::unique_ptr<TableSet>> OpenTableAlone(const std::string& directory,
                                                 const std::string& name);

}  // namespace snaptree

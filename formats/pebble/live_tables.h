// The tables that a Pebble directory consists of now, as members of a TableSet: which files hold
// them, whether those are there and whole, and how they make sorted runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/pebble/pebble_version.h"
#include "formats/table/table_set.h"

namespace snaptree {

// A table that cannot be read as a whole, for salvage.
struct LostTable {
  PebbleTable table;
  std::string path;
  Status reason;
};

struct LiveTables {
  std::vector<TableMember> members;  // those of a run side by side
  std::vector<PebbleTable> tables;   // of the members
  std::vector<TableRun> runs;        // the fewest into which the levels fit
};

// "<directory>/000042.sst".
std::string TablePath(const std::string& directory, const PebbleTable& table);
// The number in "000042.sst".
std::optional<uint64_t> TableNumber(const std::string& name);
// "table 000042.sst, level 6, raw keys A to B", for messages.
std::string DescribeTable(const PebbleTable& table);

// Looks at every table's file. "TableMissing", "TableCorrupt" (another size than the MANIFEST
// says), "PebbleTooLarge", errors of InputFile::Open(). With `lost`, tables with such errors are
// told of there and left out. `advice` is the next step in "TableMissing".
Result<LiveTables> FindLiveTables(const std::string& directory, const PebbleVersion& version,
                                  const std::string& advice, std::vector<LostTable>* lost);

}  // namespace snaptree

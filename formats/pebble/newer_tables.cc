#include "formats/pebble/newer_tables.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "formats/pebble/directory_file.h"
#include "formats/pebble/live_tables.h"
#include "formats/pebble/table_check.h"

namespace snaptree {
namespace {

bool IsLive(const PebbleVersion& version, uint64_t number) {
  return version.backings.contains(number) ||
         std::any_of(version.tables.begin(), version.tables.end(),
                     [number](const PebbleTable& table) { return table.number == number; });
}

}  // namespace

Status CheckNewerTables(const std::string& directory, const PebbleVersion& version,
                        uint64_t end_sequence) {
  if (version.guessed) return {};
  SNAPTREE_ASSIGN(const std::vector<std::string> names, ListNames(directory));
  for (const std::string& name : names) {
    const std::optional<uint64_t> number = TableNumber(name);
    if (!number || *number < version.next_file_number || IsLive(version, *number)) continue;
    const Result<std::unique_ptr<TableSet>> table = OpenTableAlone(directory, name);
    if (!table.ok()) continue;  // cut: what it was to hold stands in the logs, or in other tables
    const Result<SequenceBounds> sequences = ReadSequences(**table, 0);
    if (!sequences.ok() && sequences.status().kind() != ErrorKind::kData) return sequences.status();
    if (!sequences.ok() || sequences->largest < end_sequence) continue;
    return DataError("ManifestOld", "the MANIFEST is older than the tables")
        .At(directory + "/" + name)
        .Expected("operations below " + std::to_string(end_sequence) + ", as " +
                  version.manifest_path + " and the logs tell")
        .Found("operation " + std::to_string(sequences->largest))
        .Next(
            "copy the directory again, of a stopped node; or decode the newest .fsm file; "
            "--salvage goes on without this table");
  }
  return {};
}

}  // namespace snaptree

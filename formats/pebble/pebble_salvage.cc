#include "formats/pebble/pebble_salvage.h"

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "formats/pebble/directory_file.h"
#include "formats/pebble/table_check.h"

namespace snaptree {
namespace {

constexpr size_t kLostRangesKept = 1000;

void AddLost(const Status& reason, LostRange range, SalvageReport* report) {
  if (report->damage.empty()) report->damage = reason.Message();
  ++report->lost_ranges;
  report->bytes_lost += range.end - range.begin;
  if (report->lost.size() < kLostRangesKept) report->lost.push_back(std::move(range));
}

// What can be known of a table from itself. One whose rows cannot all be read may hold any key.
Result<PebbleTable> DescribeFile(const std::string& directory, const std::string& name,
                                 uint64_t number) {
  PebbleTable table;
  table.number = number;
  SNAPTREE_ASSIGN(const std::unique_ptr<TableSet> set, OpenTableAlone(directory, name));
  table.size = set->members()[0].region.size();
  const Result<KeyBounds> bounds = ReadBounds(*set, 0);
  const Result<SequenceBounds> sequences = ReadSequences(*set, 0);
  constexpr size_t kAboveAllKeys = 300;
  table.bounds = bounds.ok() ? *bounds : KeyBounds{"", std::string(kAboveAllKeys, '\xff'), false};
  table.largest_sequence = kMaxSequence;
  if (!sequences.ok() || sequences->smallest > sequences->largest) return table;
  table.smallest_sequence = sequences->smallest;
  table.largest_sequence = sequences->largest;
  return table;
}

}  // namespace

void TableDamage::Take(const TableMember& member, Extent lost, const Status& reason) {
  const std::lock_guard lock(mutex_);
  if (!known_.emplace(member.path, lost.begin).second) return;
  AddLost(reason, {lost.begin, lost.end, reason.Message(), ""}, &found_);
}

void TableDamage::Tell(SalvageReport* report) const {
  const std::lock_guard lock(mutex_);
  if (report->damage.empty()) report->damage = found_.damage;
  report->lost_ranges += found_.lost_ranges;
  report->bytes_lost += found_.bytes_lost;
  for (const LostRange& range : found_.lost)
    if (report->lost.size() < kLostRangesKept) report->lost.push_back(range);
}

void TellOfLostTables(const std::vector<LostTable>& lost, SalvageReport* report,
                      Findings* findings) {
  for (const LostTable& one : lost) {
    AddLost(one.reason, {0, one.table.size, one.reason.Message(), one.table.bounds.smallest},
            report);
    findings->Warn("pebble_table_lost",
                   "tables were left out: rows of their key ranges are missing, and rows that they "
                   "deleted or replaced may be back",
                   DescribeTable(one.table));
  }
}

Result<PebbleVersion> AllTables(const std::string& directory, const Status& damage,
                                SalvageReport* report, Findings* findings) {
  PebbleVersion version;
  SNAPTREE_ASSIGN(const std::vector<std::string> names, ListNames(directory));
  for (const std::string& name : names) {
    const std::optional<uint64_t> number = TableNumber(name);
    if (!number) continue;
    SNAPTREE_ASSIGN(PebbleTable table, DescribeFile(directory, name, *number));
    if (table.largest_sequence != kMaxSequence)
      version.flushed_sequence = std::max(version.flushed_sequence, table.largest_sequence);
    version.tables.push_back(std::move(table));
  }
  version.guessed = true;
  report->damage = damage.Message();
  findings->Warn("pebble_best_effort",
                 "without a MANIFEST all tables count, by their sequence numbers: rows that were "
                 "deleted or replaced may be back",
                 directory);
  return version;
}

}  // namespace snaptree

#include "formats/pebble/live_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "formats/pebble/directory_file.h"

namespace snaptree {
namespace {

std::string TableName(const PebbleTable& table) {
  return fmt::format("{:06}.sst", table.backing.value_or(table.number));
}

// What the MANIFEST says of the file's size; nullopt: nothing.
std::optional<uint64_t> SizeOf(const PebbleTable& table, const PebbleVersion& version) {
  if (!table.backing) return table.size;
  const auto backing = version.backings.find(*table.backing);
  if (backing == version.backings.end()) return std::nullopt;
  return backing->second;
}

Result<TableMember> FindTable(const std::string& directory, const PebbleTable& table,
                              const PebbleVersion& version, const std::string& advice) {
  TableMember member;
  member.path = TablePath(directory, table);
  const auto file = OpenFileIn(directory, TableName(table));
  if (!file.ok() && file.status().code() == "NotFound") {
    return DataError("TableMissing", "a table that the MANIFEST names is not there")
        .At(member.path)
        .Address(DescribeTable(table))
        .Expected(std::to_string(table.size) + " bytes")
        .Found("no such file")
        .Next(advice);
  }
  SNAPTREE_TRY(file.status());
  const std::optional<uint64_t> size = SizeOf(table, version);
  if (size && (*file)->size() != *size) {
    return DataError("TableCorrupt", "a table has not the size that the MANIFEST says")
        .At(member.path)
        .Address(DescribeTable(table))
        .Expected(std::to_string(*size) + " bytes")
        .Found(std::to_string((*file)->size()))
        .Next("copy the directory again; --salvage goes on without this table");
  }
  member.region = {0, (*file)->size()};
  // Ingested tables store 0.
  if (table.smallest_sequence == table.largest_sequence && table.smallest_sequence != 0)
    member.sequence = table.smallest_sequence;
  if (table.backing) member.bounds = table.bounds;
  return member;
}

// Sorted tables of one level to as few runs as possible: each goes behind the first run that ends
// before it. A level below 0 makes one.
std::vector<std::vector<size_t>> RunsOf(const std::vector<PebbleTable>& tables, size_t begin,
                                        size_t end) {
  std::vector<size_t> order;
  for (size_t i = begin; i < end; ++i) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&tables](size_t a, size_t b) {
    return tables[a].bounds.smallest < tables[b].bounds.smallest;
  });
  std::vector<std::vector<size_t>> runs;
  for (const size_t i : order) {
    const auto fits = std::find_if(runs.begin(), runs.end(), [&](const std::vector<size_t>& run) {
      return tables[run.back()].bounds.largest < tables[i].bounds.smallest;
    });
    (fits == runs.end() ? runs.emplace_back() : *fits).push_back(i);
  }
  return runs;
}

// Puts the tables of each run side by side.
LiveTables Arrange(std::vector<TableMember> members, std::vector<PebbleTable> tables) {
  LiveTables live;
  for (size_t begin = 0; begin < tables.size();) {
    size_t end = begin;
    while (end < tables.size() && tables[end].level == tables[begin].level) ++end;
    for (const std::vector<size_t>& run : RunsOf(tables, begin, end)) {
      const size_t first = live.members.size();
      for (const size_t i : run) {
        live.members.push_back(std::move(members[i]));
        live.tables.push_back(std::move(tables[i]));
      }
      live.runs.push_back({first, live.members.size()});
    }
    begin = end;
  }
  return live;
}

}  // namespace

std::string TablePath(const std::string& directory, const PebbleTable& table) {
  return directory + "/" + TableName(table);
}

std::optional<uint64_t> TableNumber(const std::string& name) {
  constexpr Slice kEnding = ".sst";
  if (!name.ends_with(kEnding)) return std::nullopt;
  return ParseU64(Slice(name).substr(0, name.size() - kEnding.size()));
}

std::string DescribeTable(const PebbleTable& table) {
  constexpr size_t kShown = 60;
  return fmt::format("table {:06}, level {}, raw keys \"{}\" to \"{}\"", table.number, table.level,
                     Printable(table.bounds.smallest, kShown),
                     Printable(table.bounds.largest, kShown));
}

Result<LiveTables> FindLiveTables(const std::string& directory, const PebbleVersion& version,
                                  const std::string& advice, std::vector<LostTable>* lost) {
  std::vector<TableMember> members;
  std::vector<PebbleTable> tables;
  uint64_t set_bytes = 0;
  for (const PebbleTable& table : version.tables) {
    Result<TableMember> member = FindTable(directory, table, version, advice);
    if (!member.ok() && lost != nullptr && member.status().kind() == ErrorKind::kData) {
      lost->push_back({table, TablePath(directory, table), member.status()});
      continue;
    }
    SNAPTREE_TRY(member.status());
    set_bytes += member->region.size();
    if (set_bytes >= kMaxSetBytes) {
      return DataError("PebbleTooLarge", "the tables are larger than this version can address")
          .At(directory)
          .Expected("less than 1 TiB")
          .Next("decode the newest .fsm file");
    }
    members.push_back(*std::move(member));
    tables.push_back(table);
  }
  return Arrange(std::move(members), std::move(tables));
}

}  // namespace snaptree

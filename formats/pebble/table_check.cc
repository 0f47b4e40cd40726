#include "formats/pebble/table_check.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/text.h"
#include "formats/pebble/directory_file.h"
#include "formats/pebble/live_tables.h"

namespace snaptree {
namespace {

TableRun Alone(size_t member) { return {member, member + 1}; }

// The first raw key of a stretch, and the last one; both empty when it has no rows.
Result<std::pair<std::string, std::string>> Edges(EntryCursor* cursor, bool first_only) {
  std::pair<std::string, std::string> edges;
  for (bool begun = false;; begun = true) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const auto rows, cursor->NextBatch());
    if (rows.empty()) return edges;
    if (!begun) edges.first = rows.front().key;
    if (first_only) return edges;
    edges.second = rows.back().key;
  }
}

Result<std::string> FirstKey(const TableSet& set, size_t member) {
  const auto cursor = set.OpenCursor(Alone(member), set.ExtentOf(Alone(member)));
  SNAPTREE_ASSIGN(auto edges, Edges(cursor.get(), /*first_only=*/true));
  return std::move(edges.first);
}

// From an address on.
Result<std::string> LastKey(const TableSet& set, size_t member, uint64_t from) {
  const auto cursor = set.OpenCursor(Alone(member), {from, set.ExtentOf(Alone(member)).end});
  SNAPTREE_ASSIGN(auto edges, Edges(cursor.get(), /*first_only=*/false));
  return std::move(edges.second);
}

Status OtherKey(const TableMember& member, const PebbleTable& table, const char* which,
                const std::string& expected, const std::string& found) {
  return DataError("TableCorrupt", std::string("the ") + which +
                                       " key of a table is not the one that the MANIFEST says")
      .At(member.path)
      .Address(DescribeTable(table))
      .Expected("raw key " + Hex(Slice(expected).substr(0, 48)))
      .Found(Hex(Slice(found).substr(0, 48)))
      .Next("the file is of another directory or another time: copy the directory again");
}

Status CheckKinds(const TableMember& member, const Table& table) {
  const TableProperties& properties = table.properties();
  const char* found = properties.range_deletions != 0  ? "deletions of ranges"
                      : properties.range_keys != 0     ? "range keys"
                      : properties.merge_operands != 0 ? "merges"
                                                       : nullptr;
  if (found == nullptr) return {};
  return DataError("PebbleUnexpectedKind", "a table holds operations that no elastickv writes")
      .At(member.path)
      .Expected("values and deletions")
      .Found(found)
      .Next("is this the directory of another program? otherwise decode the newest .fsm file");
}

}  // namespace

Status CheckTable(const TableSet& set, size_t member, const PebbleTable& table) {
  const TableMember& at = set.members()[member];
  SNAPTREE_ASSIGN(const auto opened, set.Open(member));
  SNAPTREE_TRY(CheckKinds(at, *opened));
  // A virtual table's bounds need not be keys of its file.
  if (at.bounds) return {};
  SNAPTREE_ASSIGN(const std::string first, FirstKey(set, member));
  if (first != table.bounds.smallest)
    return OtherKey(at, table, "first", table.bounds.smallest, first);
  if (table.bounds.excludes_largest) return {};
  SNAPTREE_ASSIGN(const uint64_t from, set.Seek(Alone(member), table.bounds.largest));
  SNAPTREE_ASSIGN(const std::string last, LastKey(set, member, from));
  if (last != table.bounds.largest) return OtherKey(at, table, "last", table.bounds.largest, last);
  return {};
}

Status CheckEveryBlock(const TableSet& set, size_t member) {
  SNAPTREE_ASSIGN(const auto table, set.Open(member));
  std::string packed;
  std::string block;
  for (const BlockHandle& handle : table->value_blocks()) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_TRY(ReadBlock(table->bytes(), handle, table->checksum(), &packed, &block));
  }
  uint64_t entries = 0;
  const auto cursor = set.OpenCursor(Alone(member), set.ExtentOf(Alone(member)));
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const auto rows, cursor->NextBatch());
    if (rows.empty()) break;
    entries += rows.size();
  }
  const uint64_t expected = table->properties().entries;
  const bool is_told = table->has_properties() && !set.members()[member].bounds;
  if (!is_told || entries == expected) return {};
  return DataError("TableCorrupt", "a table has not as many entries as its properties say")
      .At(set.members()[member].path)
      .Expected(std::to_string(expected))
      .Found(std::to_string(entries))
      .Next("copy the directory again, or decode the newest .fsm file");
}

Result<KeyBounds> ReadBounds(const TableSet& set, size_t member) {
  KeyBounds bounds;
  SNAPTREE_ASSIGN(const auto table, set.Open(member));
  if (table->blocks().empty()) return bounds;
  SNAPTREE_ASSIGN(bounds.smallest, FirstKey(set, member));
  // A block's first entry stands at its beginning.
  const uint64_t last_block =
      set.ExtentOf(Alone(member)).begin + (table->blocks().back().offset << kAddressShift);
  SNAPTREE_ASSIGN(bounds.largest, LastKey(set, member, last_block));
  return bounds;
}

Result<SequenceBounds> ReadSequences(const TableSet& set, size_t member) {
  SNAPTREE_TRY(set.Open(member).status());
  const auto cursor = set.OpenCursor(Alone(member), set.ExtentOf(Alone(member)));
  SequenceBounds bounds{kMaxSequence, 0};
  for (;;) {
    SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const auto rows, cursor->NextBatch());
    if (rows.empty()) return bounds;
    for (const uint64_t trailer : cursor->trailers()) {
      bounds.smallest = std::min(bounds.smallest, SequenceOf(trailer));
      bounds.largest = std::max(bounds.largest, SequenceOf(trailer));
    }
  }
}

Result<std::unique_ptr<TableSet>> OpenTableAlone(const std::string& directory,
                                                 const std::string& name) {
  SNAPTREE_ASSIGN(const auto file, OpenFileIn(directory, name));
  TableMember member;
  member.path = directory + "/" + name;
  member.file = file;
  member.region = {0, file->size()};
  std::vector<TableMember> members;
  members.push_back(std::move(member));
  return std::make_unique<TableSet>(std::move(members), TableSetOptions());
}

}  // namespace snaptree

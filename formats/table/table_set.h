// The tables of one input (a bundle, a Pebble directory) in one address space, and their rows.
//
// An address is (place << 16) + offset: `place` counts the bytes of the set's tables in the order
// of its members, `offset` counts in the unpacked block that stands there. No block unpacks to more
// than 65536 times its stored size ("BlockCorrupt"), so addresses of two blocks never meet; those
// of a value's bytes follow one another. Nothing of a set grows with the number of rows: a table's
// index is read when the table is, and the least recently used ones are dropped.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/row.h"
#include "formats/table/entry_cursor.h"
#include "formats/table/table.h"

namespace snaptree {

inline constexpr unsigned kAddressShift = 16;
// Of all tables of a set: merged inputs keep 8 bits of a position for themselves.
inline constexpr uint64_t kMaxSetBytes = uint64_t{1} << 40;

// Raw keys of a table that belong to it: of a virtual table a part of the file's.
struct KeyBounds {
  std::string smallest;
  std::string largest;
  bool excludes_largest = false;
};

struct TableMember {
  std::string path;                       // of the file that it stands in, for messages
  std::shared_ptr<const InputFile> file;  // null: `path` is opened when the table is read
  Extent region;                          // of that file
  std::optional<uint64_t> sequence;  // of all its entries, whatever is stored (ingested tables)
  std::optional<KeyBounds> bounds;
  std::shared_ptr<const Table> opened = nullptr;  // null: it is opened when it is read
};

// Members [begin, end) of a set, with ascending keys that do not overlap: a level.
struct TableRun {
  size_t begin = 0;
  size_t end = 0;
};

struct TableSetOptions {
  size_t memory_bytes = size_t{64} << 20;  // for indexes and blocks that are kept
  // Set: a table or block that cannot be read is told of, and left out. May be called more than
  // once for the same one, from several threads.
  std::function<void(const TableMember& member, Extent lost, const Status& reason)> on_damage;
};

// Thread-safe.
class TableSet {
 public:
  TableSet(std::vector<TableMember> members, TableSetOptions options);
  ~TableSet();
  TableSet(const TableSet&) = delete;
  TableSet& operator=(const TableSet&) = delete;

  const std::vector<TableMember>& members() const;
  // Errors of InputFile::Open() and Table::Open().
  Result<std::shared_ptr<const Table>> Open(size_t member) const;

  // All addresses of a run.
  Extent ExtentOf(TableRun run) const;
  // Entries whose address is in `addresses`; its begin is that of an entry or of the run. Each
  // row's position and end are addresses, end is the position of the next row of the run. Errors of
  // Open() and ReadBlock(); keys that do not ascend, entries that leave their block:
  // "BlockCorrupt"; a table read as a whole with more or fewer entries than it says:
  // "TableCorrupt". Of values above 256 KiB the head is resident. The set must outlive its cursors.
  std::unique_ptr<EntryCursor> OpenCursor(TableRun run, Extent addresses) const;
  // The address from which on a cursor gives all entries of the run with this raw key or above; a
  // few with smaller keys may come first.
  Result<uint64_t> Seek(TableRun run, Slice raw_key) const;

  // As of RowSource, by a row's value_position.
  Status ReadValue(uint64_t value_position, uint64_t from, char* out, size_t n) const;
  Result<Slice> View(uint64_t value_position, size_t n, ViewBuffer* buffer) const;

  // For messages.
  const std::string& FileOf(uint64_t address) const;
  uint64_t OffsetOf(uint64_t address) const;  // of the block that holds it, in that file

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace snaptree

// A table on disk that is written once, in order, and then looked up: keys to values, of any
// number, in flat memory. It is a RocksDB SST file, with checksums on every block.
//
// Errors are of the environment: "NoSpace", "Io", with the file's path.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

class SortedTable {
 public:
  class Cursor;
  class Builder;

  ~SortedTable();
  SortedTable(const SortedTable&) = delete;
  SortedTable& operator=(const SortedTable&) = delete;

  // Thread-safe. The table must outlive its cursors.
  std::unique_ptr<Cursor> NewCursor() const;

 private:
  struct Rep;
  explicit SortedTable(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

// For one thread. Views live until the next call.
class SortedTable::Cursor {
 public:
  ~Cursor();

  // The first entry whose key is not smaller, and the one after the current one; false when there
  // is none.
  Result<bool> Seek(Slice key);
  Result<bool> Next();  // REQUIRES: the last call found one
  Slice key() const;
  Slice value() const;

 private:
  friend class SortedTable;
  struct Rep;
  explicit Cursor(std::unique_ptr<Rep> rep);
  Result<bool> Found() const;

  std::unique_ptr<Rep> rep_;
};

class SortedTable::Builder {
 public:
  // The file loses its name when the table is ready, or when the builder goes without one.
  explicit Builder(std::string path);
  ~Builder();
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  // REQUIRES: keys ascend, none is empty, none comes twice.
  Status Add(Slice key, Slice value);
  // Last call. A table without entries is null.
  Result<std::unique_ptr<SortedTable>> Finish();

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace snaptree

// The sorted runs that a Pebble directory consists of: levels of tables, and its replayed logs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "formats/row.h"
#include "formats/table/entry_cursor.h"

namespace snaptree {

// Thread-safe. Positions count in each run by itself.
class EntryRuns {
 public:
  virtual ~EntryRuns() = default;

  virtual size_t size() const = 0;
  virtual Extent ExtentOf(size_t run) const = 0;
  // What the run takes on disk, to tell how far a scan has come.
  virtual uint64_t StoredBytes(size_t run) const = 0;
  // Entries of a stretch whose begin is the position of an entry, or of the run.
  virtual std::unique_ptr<EntryCursor> OpenCursor(size_t run, Extent stretch) const = 0;
  // The position from which on a cursor gives all entries with this raw key or above; some with
  // smaller keys may come first.
  virtual Result<uint64_t> Seek(size_t run, Slice raw_key) const = 0;

  // A row's value_position and this are the value's address, below 2^56, for all that follows.
  virtual uint64_t ValueBase(size_t run) const = 0;
  virtual Status ReadValue(uint64_t address, uint64_t from, char* out, size_t n) const = 0;
  virtual Result<Slice> View(uint64_t address, size_t n, ViewBuffer* buffer) const = 0;

  // For messages.
  virtual const std::string& name() const = 0;
  virtual const std::string& FileOf(uint64_t address) const = 0;
  virtual uint64_t OffsetOf(uint64_t address) const = 0;
};

}  // namespace snaptree

// Rows as a container holds them, and the source that gives them. A format knows how rows are
// framed in a file; it does not know what a row means.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "base/slice.h"

namespace snaptree {

// One physical row (spec 01 section 7.1). Views live until the cursor moves on to its next batch.
struct Row {
  Slice key;    // raw key: user key and 8 bytes of inverted commit timestamp, or a raw metadata key
                // (7.6)
  Slice value;  // value header and body; for a large value only its first bytes: see value_size
  uint64_t value_size = 0;      // full length
  uint64_t value_position = 0;  // where the value begins, for RowSource::ReadValue
  uint64_t position =
      0;             // where the row begins: an offset of the source, ascending from row to row
  uint64_t end = 0;  // where it ends: an extent that ends here holds all of it
};

// A contiguous piece of a source's row stream: rows that begin at begin <= position < end.
struct Extent {
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t size() const { return end - begin; }
};

// Walks an extent. The virtual call is per batch of rows, never per row.
class RowCursor {
 public:
  virtual ~RowCursor() = default;
  // The next rows, in order; empty at the end. Views live until the next call.
  virtual Result<std::span<const Row>> NextBatch() = 0;
};

// What one reader of scattered values keeps between calls, so that values near one another cost one
// read.
struct ViewBuffer {
  std::string bytes;
  uint64_t begin = 0;  // position of bytes[0]
};

// The rows of one opened container. Thread-safe for concurrent cursors and reads, each with its own
// buffer.
class RowSource {
 public:
  virtual ~RowSource() = default;

  virtual const std::string& name() const = 0;  // for messages: the file
  // All rows.
  virtual Extent extent() const = 0;
  virtual std::unique_ptr<RowCursor> OpenCursor(Extent extent) const = 0;
  // Reads n bytes of a value, from value_position + from.
  virtual Status ReadValue(uint64_t value_position, uint64_t from, char* out, size_t n) const = 0;
  // n bytes at a value's position, as a view into *buffer that lives until its next use. For small
  // values that are read in roughly ascending order.
  virtual Result<Slice> View(uint64_t value_position, size_t n, ViewBuffer* buffer) const = 0;

  // For messages: the file in which a value stands, and where a row stands in it.
  virtual const std::string& FileOf(uint64_t /*value_position*/) const { return name(); }
  virtual uint64_t OffsetOf(uint64_t row_position, uint64_t /*value_position*/) const {
    return row_position;
  }
};

}  // namespace snaptree

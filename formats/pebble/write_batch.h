// The operations of one record of a write-ahead log (spec 01b section 3.5).
#pragma once

#include <cstdint>

#include "formats/pebble/record_log.h"
#include "formats/table/entry_cursor.h"

namespace snaptree {

struct BatchHead {
  uint64_t base_sequence = 0;
  uint64_t count = 0;  // sequence numbers that it takes
};

struct BatchOperation {
  EntryKind kind = EntryKind::kSet;
  uint64_t sequence = 0;
  uint64_t key_at = 0;  // in the record; of kIngestTable a file number
  uint64_t key_size = 0;
  uint64_t value_at = 0;
  uint64_t value_size = 0;
};

// Reads a batch from its begin to its end. All errors are "WalCorrupt", without a source, or of
// reading.
class BatchReader {
 public:
  explicit BatchReader(RecordBytes* record) : record_(*record) {}

  // Once, first.
  Result<BatchHead> ReadHead();
  // The next operation; false at the end of the record. A count that differs from the number of
  // operations is an error at the end: go through all of a batch before using any of it.
  Result<bool> Next(BatchOperation* operation);

 private:
  Result<uint64_t> ReadLength();

  RecordBytes& record_;
  uint64_t at_ = 0;
  BatchHead head_;
  uint64_t used_ = 0;  // sequence numbers so far
};

}  // namespace snaptree

// The newest operation of each raw key, sorted, in an unnamed scratch file.
//
//   large values | rows: u32le key length, u32le rest length, key, rest
//   rest: u64le trailer, u64le value length, then the value, or of a large one u64le its offset and
//   its first bytes
//
// All positions are offsets of that file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/external_sorter.h"
#include "base/file.h"
#include "base/result.h"
#include "formats/pebble/write_batch.h"
#include "formats/table/entry_cursor.h"

namespace snaptree {

// Some of the rows' keys, to find others.
class LogRowIndex {
 public:
  void Add(Slice key, uint64_t position);
  // The position of a row before which there is none with this key or above; 0: of the first row.
  uint64_t Seek(Slice key) const;

 private:
  struct Entry {
    std::string key;  // its first bytes
    uint64_t position = 0;
  };
  std::vector<Entry> entries_;
  uint64_t every_ = uint64_t{64} << 10;
};

// Thread-safe.
class LogRowFile {
 public:
  LogRowFile(InputFile file, uint64_t rows_begin, LogRowIndex index)
      : file_(std::move(file)), rows_begin_(rows_begin), index_(std::move(index)) {}

  Extent extent() const { return {0, file_.size()}; }
  std::unique_ptr<EntryCursor> OpenCursor(Extent extent) const;
  uint64_t Seek(Slice raw_key) const { return index_.Seek(raw_key); }
  Status ReadValue(uint64_t value_position, uint64_t from, char* out, size_t n) const;
  Result<Slice> View(uint64_t value_position, size_t n, ViewBuffer* buffer) const;

 private:
  const InputFile file_;
  const uint64_t rows_begin_;
  const LogRowIndex index_;
};

class LogRowWriter {
 public:
  // scratch_folder: an existing one, for the file.
  LogRowWriter(const std::string& scratch_folder, SorterOptions sorter);

  // A set or a deletion of a raw key; ascending by sequence numbers.
  Status Add(const BatchOperation& operation, RecordBytes* record);
  // Once, last. name: for messages.
  Result<std::unique_ptr<LogRowFile>> Finish(std::string name);

 private:
  Status Open();
  Status CopyLargeValue(const BatchOperation& operation, const RecordBytes& record);
  Status WriteRows(LogRowIndex* index);
  Status Write(Slice bytes);

  const std::string scratch_folder_;
  ExternalSorter sorter_;
  UniqueFd fd_;
  uint64_t written_ = 0;
  std::string key_;
  std::string rest_;
  std::string piece_;
};

}  // namespace snaptree

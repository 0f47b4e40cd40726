// EKVPBBL1: the row stream that a live node writes by default (spec 01 chapter 2), as a RowSource.
//
// Windows of the file are read into one reused buffer per cursor; rows are given in place. Nothing
// is mapped, so memory stays what it is said to be and a read error is an error.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "formats/row.h"

namespace snaptree {

class RowStreamSource : public RowSource {
 public:
  // rows: where rows may stand: from after the stream header to the end of the file (or of the
  // rows, once known).
  RowStreamSource(std::shared_ptr<const InputFile> file, Extent rows)
      : file_(std::move(file)), rows_(rows) {}

  const std::string& name() const override { return file_->path(); }
  Extent extent() const override { return rows_; }
  std::unique_ptr<RowCursor> OpenCursor(Extent extent) const override;
  Status ReadValue(uint64_t value_position, uint64_t from, char* out, size_t n) const override;
  Result<Slice> View(uint64_t value_position, size_t n, ViewBuffer* buffer) const override;

  const std::shared_ptr<const InputFile>& file() const { return file_; }
  void SetExtent(Extent rows) { rows_ = rows; }

 private:
  std::shared_ptr<const InputFile> file_;
  Extent rows_;
};

// The cursor itself, for the scan, which also wants the checksum of every byte that goes by.
class RowStreamCursor : public RowCursor {
 public:
  enum class Mode : uint8_t {
    kSkip,      // large values are stepped over
    kChecksum,  // every byte is read and goes into the CRC32C
  };
  // kChecksum: the CRC covers all of the extent but its last 4 bytes, where a footer would stand,
  // continued from `crc`.
  RowStreamCursor(const InputFile& file, Extent extent, Mode mode, uint32_t crc = 0);

  // Ends where fewer than 8 bytes are left. Errors: "RowLength", "PayloadTruncated", "Io".
  Result<std::span<const Row>> NextBatch() override;

  // Where the next row would begin: at the end, the end of the last complete row.
  uint64_t position() const { return window_offset_ + begin_; }
  // kChecksum: that CRC. REQUIRES: NextBatch() has said that there are no more rows.
  Result<uint32_t> FinishChecksum();

 private:
  std::span<const Row> Batch() const { return {rows_.data(), count_}; }
  size_t available() const { return end_ - begin_; }
  uint64_t left() const { return extent_.end - position(); }
  Status Refill(size_t needed);
  Status CheckLength(uint64_t length, uint64_t room, uint64_t live_limit, const char* what) const;
  bool ParseResident();
  Status ParseLarge();
  Status SkipTo(uint64_t offset);

  const InputFile& file_;
  Extent extent_;
  uint64_t checked_end_;  // the CRC covers what was read up to here
  uint32_t crc_;
  std::vector<char>
      buffer_;  // file bytes from window_offset_ on; [begin_, end_) are not parsed yet
  uint64_t window_offset_;
  size_t begin_ = 0;
  size_t end_ = 0;
  std::vector<Row> rows_;  // room for a batch
  size_t count_ = 0;       // of them are the last batch
};

}  // namespace snaptree

// The record log of a MANIFEST and of write-ahead logs: records in chunks in blocks of 32 KiB
// (spec 01b section 3.3).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/result.h"

namespace snaptree {

enum class LogKind : uint8_t { kManifest, kWal };

// How a log ended.
enum class LogEnd : uint8_t {
  kEndOfFile,  // no record begun
  kZeros,      // space that was never written
  kRecycled,   // the rest is of an older log
  kEndMark,    // a closed log says so
  kTorn,       // a record begun and not ended, or a chunk that does not match its checksum
};

class RecordLogReader {
 public:
  // log_number: of a write-ahead log, from its name; chunks carry its low 32 bits.
  RecordLogReader(std::shared_ptr<const InputFile> file, LogKind kind, uint64_t log_number = 0);

  // The next record in *record; false at the end, whose kind end() then tells. Only errors of
  // reading, and "WalCorrupt" for damage that cannot be a torn end: intact chunks of data that was
  // synced follow it.
  Result<bool> Next(std::string* record);
  LogEnd end() const { return end_; }
  uint64_t offset() const { return offset_; }        // where the last record began
  uint64_t end_offset() const { return position_; }  // where the log ended

 private:
  std::shared_ptr<const InputFile> file_;
  LogKind kind_;
  uint64_t log_number_;
  uint64_t position_ = 0;
  uint64_t offset_ = 0;
  LogEnd end_ = LogEnd::kEndOfFile;
};

}  // namespace snaptree

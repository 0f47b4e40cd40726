// The record log of a MANIFEST and of write-ahead logs: records in chunks in blocks of 32 KiB
// (spec 01b section 3.3).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "formats/pebble/log_chunk.h"

namespace snaptree {

// How a log ended.
enum class LogEnd : uint8_t {
  kEndOfFile,  // no record begun
  kZeros,      // space that was never written
  kRecycled,   // the rest is of an older log
  kEndMark,    // a closed log says so
  kTorn,       // a record begun and not ended, or a chunk that is cut
  kDamaged,    // a chunk of this log that is not cut, and does not match its checksum
};

// A record in the file that it was read from. Views live until the reader's next record.
struct LogRecord {
  struct Piece {
    uint64_t at = 0;      // in the record
    uint64_t offset = 0;  // in the file
    uint64_t size = 0;
  };

  uint64_t offset = 0;  // where its first chunk begins
  uint64_t size = 0;
  Slice bytes;                // all of it, when it is of at most kMaxResidentRecord bytes
  std::vector<Piece> pieces;  // else where they stand, ascending

  bool IsResident() const { return bytes.size() == size; }
};

inline constexpr size_t kMaxResidentRecord = size_t{4} << 20;

class RecordLogReader {
 public:
  // log_number: of a write-ahead log, from its name; chunks carry its low 32 bits.
  RecordLogReader(std::shared_ptr<const InputFile> file, LogKind kind, uint64_t log_number = 0);

  // The next record, whole and with matching checksums; false at the end, whose kind end() then
  // tells. Only errors of reading, and "WalCorrupt" for damage that cannot be a torn end: chunks
  // follow that were written when the damaged ones were known to be on disk.
  Result<bool> Next(LogRecord* record);

  // After the end:
  LogEnd end() const { return end_; }
  uint64_t end_offset() const { return position_; }  // where the last whole record ended
  // Whether intact chunks of this log stand behind what ended it. A crash of the process alone
  // never leaves that.
  bool data_follows() const { return data_follows_; }

 private:
  Result<Slice> BlockRest(uint64_t offset);
  Result<bool> End(LogEnd end, uint64_t record, uint64_t damage);
  Status LookBehind(uint64_t damage);
  Status LookAt(uint64_t offset, uint64_t damage);
  void Append(const Chunk& chunk, LogRecord* record);

  std::shared_ptr<const InputFile> file_;
  ChunkForm form_;
  uint64_t position_ = 0;
  LogEnd end_ = LogEnd::kEndOfFile;
  bool data_follows_ = false;
  std::string joined_;  // bytes of a record of several chunks
  std::vector<char> window_;
  uint64_t window_offset_ = 0;
  size_t window_bytes_ = 0;
};

// Bytes of a record, wherever they stand.
class RecordBytes {
 public:
  // Both must outlive it.
  RecordBytes(const InputFile& file, const LogRecord& record) : file_(file), record_(record) {}

  uint64_t size() const { return record_.size; }
  // REQUIRES: at + n <= size(). The view lives until the next one.
  Result<Slice> View(uint64_t at, size_t n);
  Status Read(uint64_t at, char* out, size_t n) const;

 private:
  const InputFile& file_;
  const LogRecord& record_;
  std::string buffer_;
  uint64_t buffer_at_ = 0;
};

}  // namespace snaptree

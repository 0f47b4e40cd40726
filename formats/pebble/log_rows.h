// What the write-ahead logs of a Pebble directory hold beyond its tables, replayed, sorted and kept
// in scratch (spec 01b sections 3.3, 3.5, 3.6).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/external_sorter.h"
#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "formats/pebble/pebble_version.h"
#include "formats/table/entry_cursor.h"

namespace snaptree {

struct LogRowsOptions {
  std::string scratch_folder;  // an existing folder
  SorterOptions sorter;
  bool checkpoint = false;  // a copy of a running node's: its last log may be torn without a word
  bool salvage = false;     // a log that is damaged ends there; later ones are left out
  Progress* progress = nullptr;
};

// The newest operation of each raw key. Thread-safe.
class LogRows {
 public:
  // Replays all logs from version.log_number on. "WalCorrupt", "WalIngest", "PebbleUnexpectedKind",
  // errors of reading. Findings: "wal_torn_tail" and others.
  static Result<std::unique_ptr<LogRows>> Replay(const std::string& directory,
                                                 const PebbleVersion& version,
                                                 const LogRowsOptions& options, Findings* findings);
  ~LogRows();
  LogRows(const LogRows&) = delete;
  LogRows& operator=(const LogRows&) = delete;

  // Positions of its rows, from 0; values' bytes have positions of their own among them.
  Extent extent() const;
  std::unique_ptr<EntryCursor> OpenCursor(Extent extent) const;
  Status ReadValue(uint64_t value_position, uint64_t from, char* out, size_t n) const;
  Result<Slice> View(uint64_t value_position, size_t n, ViewBuffer* buffer) const;

  uint64_t operations() const;  // replayed, older ones of a key included
  uint64_t logs() const;        // files that were read
  // For messages: the directory and "its logs".
  const std::string& name() const;

 private:
  struct Rep;
  explicit LogRows(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace snaptree

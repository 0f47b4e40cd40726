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
  SorterOptions sorter;        // without a folder of its own it makes one in scratch_folder
  bool checkpoint = false;  // a copy of a running node's: its last log may be torn without a word
  bool salvage = false;     // a log that is damaged ends there; later ones are left out
  Progress* progress = nullptr;
};

// The newest operation of each raw key. Thread-safe.
class LogRows {
 public:
  // Replays all logs from version.log_number on. "WalMissing", "WalCorrupt", "WalIngest",
  // "PebbleUnexpectedKind", errors of reading. Findings: the note "wal_torn_tail"; warnings
  // "wal_missing" (there is no log), "wal_lost_tail" (the last log is damaged before its end),
  // "wal_damaged_tail" (at its end), "wal_sequence_gap", "wal_closed", "wal_unwritten", and with
  // salvage "wal_damaged", "wal_left_out".
  static Result<std::unique_ptr<LogRows>> Replay(const std::string& directory,
                                                 const PebbleVersion& version,
                                                 const LogRowsOptions& options, Findings* findings);
  ~LogRows();
  LogRows(const LogRows&) = delete;
  LogRows& operator=(const LogRows&) = delete;

  // Holds the positions of its rows, and those of all bytes of their values.
  Extent extent() const;
  // Deletions are among the entries.
  std::unique_ptr<EntryCursor> OpenCursor(Extent extent) const;
  // The position from which on a cursor gives all entries with this raw key or above; some with
  // smaller keys may come first.
  uint64_t Seek(Slice raw_key) const;
  Status ReadValue(uint64_t value_position, uint64_t from, char* out, size_t n) const;
  Result<Slice> View(uint64_t value_position, size_t n, ViewBuffer* buffer) const;

  // With salvage: the error that logs are not there whose operations were older than all of these.
  const Status& missing() const;
  // The sequence number that comes behind all that the tables and the logs hold.
  uint64_t end_sequence() const;
  uint64_t operations() const;  // replayed, older ones of a key included
  uint64_t logs() const;        // files that were read
  uint64_t bytes() const;       // of these files
  // For messages: the directory and "its logs".
  const std::string& name() const;

 private:
  struct Rep;
  explicit LogRows(std::unique_ptr<Rep> rep);
  std::unique_ptr<Rep> rep_;
};

}  // namespace snaptree

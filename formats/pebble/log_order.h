// Whether the logs of a store are all there, told from their files, from their sequence numbers,
// which run on from batch to batch and from log to log, and from what the MANIFEST says of them
// (spec 01b section 3.3, 00 decision 26).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/findings.h"
#include "base/result.h"
#include "formats/pebble/log_files.h"
#include "formats/pebble/pebble_version.h"
#include "formats/pebble/record_log.h"
#include "formats/pebble/write_batch.h"

namespace snaptree {

struct LogOrderOptions {
  bool checkpoint = false;  // a copy of a running node's store
  // What is missing before the first log is kept as missing(); what is missing between two stays an
  // error.
  bool salvage = false;
};

// For a file that is missing: what to do.
std::string AdviceOnMissing(bool checkpoint);

// Files in the order in which they were written: CheckFiles(); BeginFile(), Admit() for each batch,
// EndFile(); at last Finish(). "WalMissing": a log is not there whose batches neither the tables
// nor the logs hold.
class LogOrder {
 public:
  LogOrder(const PebbleVersion& version, LogOrderOptions options, Findings* findings);

  // All logs that are not in the tables. "WalMissing".
  Status CheckFiles(const std::string& directory, const std::vector<LogFile>& logs);
  void BeginFile(uint64_t log_number, const std::string& path);
  // False: a copy of a batch that an earlier file of the same log held. "WalCorrupt": an earlier
  // log ended before its last batch, or the batch is older than those before it. "WalMissing".
  Result<bool> Admit(const BatchHead& batch, uint64_t offset);
  void EndFile(const RecordLogReader& reader);
  // How the last log ended. "WalMissing", of a copy of a running node's alone.
  Status Finish();

  const Status& missing() const { return missing_; }
  // The sequence number that comes behind all that the tables and the logs hold.
  uint64_t end_sequence() const;

 private:
  struct OpenEnd {
    uint64_t log_number = 0;
    std::string path;
    uint64_t offset = 0;
    LogEnd end = LogEnd::kEndOfFile;
    bool data_follows = false;

    bool IsBroken() const {
      return end == LogEnd::kTorn || end == LogEnd::kDamaged || data_follows;
    }
  };

  Status Missing(Status missing);
  Status CheckFirst(uint64_t base_sequence);
  Status CheckGap(uint64_t expected, uint64_t base_sequence);
  Status CheckOpenEnd(uint64_t expected, uint64_t base_sequence) const;
  Status CheckSuccessor() const;
  void TellOpenEnd() const;
  void TellUnwritten() const;

  const PebbleVersion& version_;
  const LogOrderOptions options_;
  Findings* findings_;
  Status missing_;
  bool is_first_named_ = false;       // the first log is the one that the MANIFEST names
  std::optional<uint64_t> expected_;  // the next batch's sequence number
  uint64_t largest_batch_ = 0;        // operations
  uint64_t last_log_ = 0;             // that gave the last batch
  std::string last_path_;
  uint64_t log_number_ = 0;
  std::string path_;
  bool first_in_file_ = true;
  bool end_marked_ = false;          // the last file
  std::optional<OpenEnd> open_end_;  // of a log without an end mark; no batch came since
};

}  // namespace snaptree

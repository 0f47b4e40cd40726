// Whether the logs of a store are all there: sequence numbers run on from batch to batch and from
// log to log, and each log but the last has an end (spec 01b section 3.3, 00 decision 26).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/findings.h"
#include "base/result.h"
#include "formats/pebble/pebble_version.h"
#include "formats/pebble/record_log.h"
#include "formats/pebble/write_batch.h"

namespace snaptree {

// Files in the order in which they were written: BeginFile(), Admit() for each batch, EndFile();
// at last Report().
class LogOrder {
 public:
  LogOrder(const PebbleVersion& version, Findings* findings);

  void BeginFile(uint64_t log_number, const std::string& path);
  // False: a copy of a batch that an earlier file of the same log held. "WalCorrupt": an earlier
  // log ended before its last batch, or the batch is older than those before it.
  Result<bool> Admit(const BatchHead& batch, uint64_t offset);
  void EndFile(const RecordLogReader& reader);
  // How the last log ended. torn_is_expected: nothing is said of one that ends inside a record.
  void Report(bool torn_is_expected);

 private:
  struct OpenEnd {
    uint64_t log_number = 0;
    std::string path;
    uint64_t offset = 0;
    bool torn = false;
    bool data_follows = false;
  };

  Status CheckFirst(uint64_t base_sequence);
  void TellGap(uint64_t expected, uint64_t base_sequence);
  Status CheckOpenEnd(uint64_t expected, uint64_t base_sequence) const;

  Findings* findings_;
  uint64_t first_expected_;           // at most, of the first batch
  std::optional<uint64_t> expected_;  // the next batch's sequence number
  uint64_t last_log_ = 0;             // that gave the last batch
  uint64_t log_number_ = 0;
  std::string path_;
  bool first_in_file_ = true;
  std::optional<OpenEnd> open_end_;  // of a log without an end mark; no batch came since
};

}  // namespace snaptree

// Reads the write-ahead logs of a directory, batch by batch: a batch counts as a whole or not at
// all.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/progress.h"
#include "formats/pebble/log_files.h"
#include "formats/pebble/log_order.h"
#include "formats/pebble/log_row_file.h"
#include "formats/pebble/pebble_version.h"

namespace snaptree {

struct LogReplay {
  const std::string& directory;
  const PebbleVersion& version;
  LogOrder* order;
  LogRowWriter* rows;
  Progress* progress = nullptr;

  // What was read:
  uint64_t operations = 0;  // sets and deletions
  uint64_t logs = 0;        // files
  uint64_t bytes = 0;       // of these files

  // All of a file. "WalCorrupt", "WalIngest", "PebbleUnexpectedKind", errors of reading. The
  // batches before an error are in `rows`.
  Status Read(const LogFile& log);
};

}  // namespace snaptree

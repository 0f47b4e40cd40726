// A Pebble data directory (`fsm.db`) as a container: tables of all levels and replayed logs merged,
// the newest entry of each raw key (spec 01b chapter 3). Nothing is written into the directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "formats/open_input.h"

namespace snaptree {

// Opens the directory: LOCK, MANIFEST, presence and size of every live table, replay of the logs.
// "PebbleLocked" (a process holds LOCK and --force-locked was not given), "TableMissing",
// "PebbleUnexpectedKind", errors of ReadPebbleVersion() and LogRows::Replay().
Result<OpenedInput> OpenPebbleDirectory(const std::string& directory,
                                        const OpenInputOptions& options);

// What can be told without reading its rows.
struct PebbleState {
  std::optional<uint64_t> applied_index;
  std::optional<uint64_t> last_commit_ts;  // HLC
  uint64_t tables = 0;
  uint64_t bytes = 0;     // of the live tables and logs
  bool is_empty = false;  // no table, and no operation in a log
  // What is known not to be there although what is there can be read: "PebbleIncomplete".
  Status missing;
  // That is newer than all that is there: what is there is a state that the node once had, as a
  // node that lost power leaves it.
  bool only_end_missing = false;
};
// Opens it, and looks up the store's own rows. With `every_block` it also reads all tables, so that
// what is damaged is known before it is chosen.
Result<PebbleState> ReadPebbleState(const std::string& directory, const OpenInputOptions& options,
                                    bool every_block);

}  // namespace snaptree

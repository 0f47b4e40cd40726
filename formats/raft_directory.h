// Which state of a node's raft data directory is taken: its store, the Pebble directory fsm.db, or
// one of its snapshots (spec 01 sections 11.1 to 11.3, 01b sections 3.1 and 3.7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/findings.h"
#include "base/result.h"
#include "formats/directory_listing.h"
#include "formats/open_input.h"

namespace snaptree {

struct ChosenState {
  std::string path;  // of fsm.db, of the snapshot's file, or of the first engine's folder
  bool pebble = false;
  SnapshotKind kind = SnapshotKind::kFsm;  // of a snapshot
  std::optional<uint64_t> index;           // of the snapshot; applied by fsm.db, when that was read
  std::optional<uint64_t> term;
};

// By options.choice.from:
//   kNewest: fsm.db when it has applied what the newest whole snapshot holds, all of it can be read
//     and nothing is known to be missing but its end; else that snapshot. What is broken and would
//     have been newer is a warning.
//   kSnapshot: the newest snapshot whose footer holds and which its `.snap` file does not gainsay.
//   kPebble: fsm.db, unread.
// The note "state_chosen" names it; "leftovers" what was not looked at. Errors: "SeveralGroups",
// "NoSnapshot", "NoPebbleStore", "PebbleLocked" (a running node's is not passed over in silence),
// "ContainerUnsupported", errors of the machine.
Result<ChosenState> ChooseState(const std::string& directory, const OpenInputOptions& options,
                                Findings* findings);

}  // namespace snaptree

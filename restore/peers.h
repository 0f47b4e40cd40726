// Who is in the raft group of a restored data directory (spec 01 section 13.2).
#pragma once

#include <vector>

#include "restore/raft_artefacts.h"

#include "base/result.h"

namespace snaptree {

// Appends the peers of a list "ID=HOST:PORT,...", blanks around items ignored. "PeersInvalid"
// (usage).
Status ParsePeers(Slice list, bool learners, std::vector<RaftPeer>* peers);

// Sorts by node id and checks that a node will accept them: unique ids and node ids, a voter among
// them, no more than kMaxPeers. "PeersInvalid" (usage).
Status CheckPeers(std::vector<RaftPeer>* peers);

}  // namespace snaptree

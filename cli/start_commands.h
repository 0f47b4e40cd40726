// How nodes are started from a restored data directory: what to type on each.
#pragma once

#include <string>
#include <vector>

#include "restore/restore.h"

namespace snaptree::cli {

struct NodeStart {
  std::string id;                      // --raftId
  std::vector<std::string> addresses;  // raft addresses, one for each group with its own
  bool learner = false;                // in every group that it is in
  // Puts the node's copy at its place, $RAFT_DATA_DIR being its --raftDataDir; refuses when
  // something is there. Empty: the directory stands where the node looks for it already.
  std::string copy;
};

// Every node of every group once, in the order of their ids.
std::vector<NodeStart> NodeStartsOf(const RestoreReport& report, const std::string& data_dir);

// The lines to print for them, without the last newline.
std::string StartText(const RestoreReport& report, const std::string& data_dir);

}  // namespace snaptree::cli

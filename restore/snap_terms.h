// The raft term that a node wrote down beside its snapshot.
#pragma once

#include <cstdint>

#include "base/findings.h"
#include "formats/container.h"

namespace snaptree {

// Of the `.snap` file that belongs to a snapshot in `fsm-snap/` of a raft data directory; 1 when
// there is none. A `.snap` file that names another checksum is a finding, and does not count.
uint64_t TermOfSnapshot(const ContainerInfo& info, Findings* findings);

}  // namespace snaptree

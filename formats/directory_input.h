// A folder as an input: which state in it is meant.
#pragma once

#include <string>

#include "base/findings.h"
#include "base/result.h"
#include "formats/open_input.h"
#include "formats/snapshot_facts.h"

namespace snaptree {

struct DirectoryInput {
  bool pebble = false;     // a Pebble directory, at snapshot.path
  FoundSnapshot snapshot;  // else: the snapshot to open
};

// Whether it is one at all: a raft data directory, a Pebble directory, a snapshot's folder, a copy
// of an offload store.
bool IsInputFolder(const std::string& path);

// Errors: those of ChooseState(), ChooseHashicorpSnapshot(), ChooseOffloaded(); "NoSnapshot" of a
// folder that is none of these.
Result<DirectoryInput> FindInDirectory(const std::string& path, const OpenInputOptions& options,
                                       Findings* findings);

}  // namespace snaptree

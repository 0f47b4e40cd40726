// From the path that the user gave to the bytes of a payload, and to what is known of them from
// elsewhere.
#pragma once

#include <string>

#include "formats/open_input.h"
#include "formats/snapshot_facts.h"

namespace snaptree {

// A file that the user named ("-": standard input, to be filled in): its offload manifest, what its
// name says as that of an object in an offload store, the `meta.json` beside it. Errors of these
// documents; "OptionConflict" (usage), "RaftLegacyHashicorp".
Result<FoundSnapshot> FindByPath(const std::string& path, const OpenInputOptions& options);

// What options say that are about files, of a folder. "OptionConflict" (usage).
Status CheckFolderChoice(const std::string& path, const InputChoice& choice);

// Where the payload stands in or behind found->file (a `.snap` file, etcd-raft-state.bin), puts it
// in its place. REQUIRES: the file is open and unpacked. "SnapInvalid", "SnapTokenMismatch",
// "NoSnapshot", "RaftStateInvalid".
Status TakeOutPayload(FoundSnapshot* found, const OpenInputOptions& options, Findings* findings);

// Compares the file with what is known of it. With --salvage a mismatch goes into the report.
Status ProveFile(FoundSnapshot* found, const OpenInputOptions& options, SalvageReport* report);

}  // namespace snaptree

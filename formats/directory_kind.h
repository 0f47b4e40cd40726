// What a folder is, told from the names in it (spec 01 sections 1.6 and 11, 01b section 3.2).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace snaptree {

inline constexpr char kPebbleName[] = "fsm.db";  // in a raft data directory

bool IsFolder(const std::string& path);
// Sorted; empty when the folder cannot be read.
std::vector<std::string> NamesIn(const std::string& folder);

// A node's raft data directory: fsm-snap/, or snap/ with wal/, or a Pebble directory fsm.db/, or
// snapshots/ of the first engine; or group-<n>/ inside.
bool IsRaftDirectory(const std::string& path);
// A Pebble data directory, whole or not: what names its MANIFEST, that itself with logs, or
// tables.
bool IsPebbleDirectory(const std::string& path);

// The folders of a raft data directory that hold states: itself, or those of its groups by number.
std::vector<std::string> GroupFolders(const std::string& directory);
// The only one of them. "SeveralGroups" (usage).
Result<std::string> OnlyGroupFolder(const std::string& directory);
// The folders that a run over all groups takes: that of the timestamp group holds no data.
std::vector<std::string> DataGroups(const std::vector<std::string>& groups);

}  // namespace snaptree

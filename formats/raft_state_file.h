// `etcd-raft-state.bin` of very old nodes (spec 01 section 11.6): all of raft's state in one file,
// the whole payload of its newest snapshot among it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/findings.h"
#include "base/result.h"
#include "formats/snap_payload.h"

namespace snaptree {

struct RaftStateFile {
  SnapPayload snapshot;
  uint64_t log_entries = 0;  // behind the snapshot: what they hold is not in it
};

// nullopt: it is no such file, told by its first bytes. The file has no checksum, but all of its
// framing is checked. "RaftStateInvalid", "NoSnapshot" (all data stands in the log).
Result<std::optional<RaftStateFile>> ReadRaftStateFile(const InputFile& file);

// The file of a very old data directory that holds its snapshot: etcd-fsm-snapshot.bin, or this
// one, which it replaced. nullopt: it is no such directory.
std::optional<std::string> OldLayoutSnapshot(const std::string& directory);
// Says that the log beside that file is not read, if there is one.
void NoteOldLog(const std::string& snapshot_file, Findings* findings);
void NoteLogEntries(const std::string& file, uint64_t entries, Findings* findings);

}  // namespace snaptree

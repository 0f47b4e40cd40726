// What lies in a raft data directory, by names, sizes and `.snap` files alone (spec 01 chapter 11).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/findings.h"

namespace snaptree {

enum class SnapshotKind : uint8_t {
  kFsm,          // fsm-snap/<16 hex>.fsm, finished
  kInSnapFile,   // the payload stands in a .snap file
  kFirstEngine,  // snapshots/<term>-<index>-<ms>/, with state.bin
  kUnfinished,   // was being written or received
  kOffloaded,    // a manifest of an offload store, which names the payload
};

struct ListedSnapshot {
  SnapshotKind kind = SnapshotKind::kFsm;
  std::string path;          // a file; of kFirstEngine the folder
  uint64_t bytes = 0;        // of the payload's file
  uint64_t modified_ms = 0;  // Unix
  std::optional<uint64_t> index;
  std::optional<uint64_t> term;
  std::optional<uint32_t> token_crc32c;  // what its .snap file says of it
  std::string payload;                   // of kOffloaded: the file that the manifest names
};

struct StateListing {
  std::string directory;
  std::vector<ListedSnapshot> snapshots;  // finished ones, the newest first; then the others
  std::string pebble;                     // fsm.db, a folder or not; empty: there is none
  // Of interrupted work, what restores keep, and others named after a state: never one to choose.
  std::vector<std::string> leftovers;
  std::string keys_file;  // encryption/keys.json; empty: there is none
  Findings findings;      // .snap files that cannot be read, or name what is not there
};

// Fills in the size and the time of a file; of what is not there, or no file, nothing.
void TakeFileFacts(const std::string& file, ListedSnapshot* snapshot);

// `group` is a folder of GroupFolders(). What has the name of a snapshot is listed as one, be it
// a link to nowhere: a look into it tells.
StateListing ListStates(const std::string& group);

}  // namespace snaptree

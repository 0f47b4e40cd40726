// What the user says about an input beyond its path: which state of a directory is meant, and what
// opens it. The same for every command that reads rows.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace snaptree {

// Files that open encrypted rows (spec 01 section 8.2). Paths only: keys are read when they are
// needed, and zeroed after use.
struct KeyFiles {
  std::string kek_file;                                     // 32 raw bytes
  std::string keys_file;                                    // the sidecar, keys.json
  std::vector<std::pair<uint32_t, std::string>> data_keys;  // id, file of 32 raw bytes

  bool empty() const { return kek_file.empty() && keys_file.empty() && data_keys.empty(); }
};

enum class StateSource : uint8_t {
  kNewest,    // of a raft data directory: the newest state that is whole
  kSnapshot,  // its newest whole snapshot
  kPebble,    // its Pebble directory, fsm.db
};

struct InputChoice {
  StateSource from = StateSource::kNewest;
  bool force_locked = false;  // read a Pebble directory whose LOCK a process holds: it is a copy
  bool checkpoint = false;    // the Pebble directory was copied while the node ran
  KeyFiles keys;
  std::string offload_manifest;  // file: what is known of the payload that is the input
  std::string manifest_key;      // of the manifest in an offload store, which is the input
  bool force = false;            // take a row stream from before it had a magic
};

}  // namespace snaptree

// What `inspect` tells of a folder before it reads one state in it: every snapshot and store that
// lies there, whole or not, and the command that decodes each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/findings.h"
#include "base/progress.h"
#include "base/result.h"
#include "cli/json_text.h"
#include "formats/directory_listing.h"
#include "formats/open_input.h"
#include "formats/pebble/pebble_directory.h"
#include "formats/snapshot_look.h"

namespace snaptree::cli {

struct InspectedSnapshot {
  ListedSnapshot listed;
  SnapshotLook look;
  std::string name;     // below the folder
  std::string command;  // that decodes it; empty: nothing in it can be read
  bool chosen = false;  // decode of the folder takes it
};

struct InspectedStore {
  std::string path;
  std::optional<PebbleState> state;  // nullopt: it cannot be opened
  Status problem;                    // ok: whole; "PebbleIncomplete", "PebbleLocked": as it says
  std::string name;
  std::string command;  // as of a snapshot; of one that is held, of a copy
  bool chosen = false;
};

// One raft group, or a folder that is one state by itself.
struct InspectedGroup {
  std::string directory;
  std::optional<InspectedStore> store;
  std::vector<InspectedSnapshot> snapshots;
  std::vector<std::string> leftovers;
  std::string keys_file;
};

struct InspectedDirectory {
  std::vector<InspectedGroup> groups;
  std::string decode_all;  // of several groups: the command; else empty

  // decode takes no state of it without being told which group is meant.
  bool several_groups() const { return groups.size() > 1; }
  // Of the only group; empty: there is none.
  std::string keys_file() const { return groups.size() == 1 ? groups[0].keys_file : ""; }
  // A Pebble directory that was named by itself.
  bool is_store() const {
    return groups.size() == 1 && groups[0].store && groups[0].store->path == groups[0].directory;
  }
  // The one that OpenInput() gave as ContainerInfo::path.
  void MarkChosen(const std::string& path);
};

// nullopt: it is no folder that is an input. Reads all snapshots and stores in it; of several
// groups it also chooses each one's state. Findings are those of choosing. Errors of the machine,
// "NoSnapshot" and others of a group without a whole state.
Result<std::optional<InspectedDirectory>> InspectDirectory(const std::string& path,
                                                           const OpenInputOptions& options,
                                                           Findings* findings);

// Of several groups: the first error of choosing a state. Set after InspectDirectory().
std::string DirectoryText(const InspectedDirectory& directory);
// The value of the member "directory".
void AppendDirectory(const InspectedDirectory& directory, JsonText* json);

}  // namespace snaptree::cli

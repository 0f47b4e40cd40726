#include "cli/inspect_directory.h"

#include <utility>

#include "base/text.h"
#include "cli/decode_command.h"
#include "formats/directory_input.h"
#include "formats/directory_kind.h"
#include "formats/hashicorp_snapshot.h"
#include "formats/offload_store.h"
#include "formats/raft_directory.h"

namespace snaptree::cli {
namespace {

// The part of a path below a folder; the last name of what is the folder itself.
std::string NameBelow(const std::string& path, const std::string& folder) {
  if (path.size() > folder.size() && path.starts_with(folder))
    return path.substr(path.find_first_not_of('/', folder.size()));
  return path.substr(path.find_last_of('/', path.size() - 2) + 1);
}

class DirectoryInspector {
 public:
  DirectoryInspector(const OpenInputOptions& options, Findings* findings)
      : options_(options), findings_(*findings) {}

  Result<InspectedDirectory> RaftDirectory(const std::string& path);
  Result<InspectedDirectory> PebbleDirectory(const std::string& path);
  Result<InspectedDirectory> FirstEngine(const std::string& path);
  Result<InspectedDirectory> OffloadStore(const std::string& path);

 private:
  Result<InspectedGroup> Group(const std::string& folder);
  Status LookAt(ListedSnapshot listed, InspectedGroup* group);
  Status LookAtPayload(const FoundSnapshot& payload, InspectedSnapshot* snapshot);
  Result<InspectedStore> Store(const std::string& path, const std::string& folder,
                               const std::string& keys_file);
  // Those that were given, else those of a node that encrypts.
  std::string KeyOptions(const std::string& keys_file) const;
  bool CanSalvage(const std::string& path) const;
  Status ChooseOfEach(InspectedDirectory* directory);

  const OpenInputOptions& options_;
  Findings& findings_;
};

std::string DirectoryInspector::KeyOptions(const std::string& keys_file) const {
  if (!options_.choice.keys.empty()) return GivenKeyOptions(options_.choice.keys);
  return keys_file.empty() ? "" : KeyOptionsToFill(keys_file);
}

// Whether --salvage finds a row in a file.
bool DirectoryInspector::CanSalvage(const std::string& path) const {
  OpenInputOptions options = options_;
  options.choice = {};
  options.salvage = true;
  const Result<OpenedInput> opened = OpenInput(path, options);
  if (!opened.ok()) return false;
  const Extent rows = opened->container->rows().extent();
  return rows.begin < rows.end;
}

Status DirectoryInspector::LookAt(ListedSnapshot listed, InspectedGroup* group) {
  InspectedSnapshot snapshot;
  snapshot.look = CheckSnapshot(listed, options_.progress);
  const Status& problem = snapshot.look.problem;
  if (!problem.ok() && problem.kind() == ErrorKind::kCancelled) return problem;
  snapshot.name = NameBelow(listed.path, group->directory);
  const bool salvage = !problem.ok() || listed.kind == SnapshotKind::kUnfinished;
  const std::string keys = KeyOptions(group->keys_file);
  if (!salvage) {
    snapshot.command = DecodeCommand(listed.path, keys);
  } else {
    // Of a folder decode takes whole snapshots only.
    const bool folder = listed.kind == SnapshotKind::kFirstEngine;
    const std::string file = listed.path + (folder ? "/state.bin" : "");
    if (CanSalvage(file)) snapshot.command = DecodeCommand(file, " --salvage" + keys);
  }
  snapshot.listed = std::move(listed);
  group->snapshots.push_back(std::move(snapshot));
  return {};
}

Result<InspectedStore> DirectoryInspector::Store(const std::string& path, const std::string& folder,
                                                 const std::string& keys_file) {
  InspectedStore store;
  store.path = path;
  store.name = NameBelow(path, folder);
  OpenInputOptions options = options_;
  options.salvage = false;
  Result<PebbleState> whole = ReadPebbleState(path, options, true);
  const bool is_whole = whole.ok();
  store.problem = is_whole ? Status::Ok() : whole.status();
  const bool locked = !is_whole && store.problem.code() == "PebbleLocked";
  if (is_whole) {
    store.state = *std::move(whole);
    store.problem = store.state->missing;
  } else if (store.problem.kind() == ErrorKind::kCancelled) {
    return store.problem;
  } else if (!locked) {
    options.salvage = true;
    if (Result<PebbleState> part = ReadPebbleState(path, options, false); part.ok())
      store.state = *std::move(part);
  }
  const std::string keys = KeyOptions(keys_file);
  if (locked) {
    store.command = DecodeCopyCommand(path, keys);
  } else if (store.state) {
    store.command = DecodeCommand(path, (is_whole ? "" : " --salvage") + keys);
  }
  return store;
}

Result<InspectedGroup> DirectoryInspector::Group(const std::string& folder) {
  StateListing listing = ListStates(folder);
  InspectedGroup group;
  group.directory = folder;
  group.keys_file = std::move(listing.keys_file);
  for (ListedSnapshot& listed : listing.snapshots) SNAPTREE_TRY(LookAt(std::move(listed), &group));
  if (!listing.pebble.empty()) {
    SNAPTREE_ASSIGN(group.store, Store(listing.pebble, folder, group.keys_file));
  }
  group.leftovers = std::move(listing.leftovers);
  return group;
}

// What decode of each group by itself would take.
Status DirectoryInspector::ChooseOfEach(InspectedDirectory* directory) {
  Status first;
  std::string command = "snaptree decode";
  std::vector<std::string> folders;
  for (const InspectedGroup& group : directory->groups) folders.push_back(group.directory);
  for (const std::string& folder : DataGroups(folders)) command += " " + ShellWord(folder);
  std::string keys = GivenKeyOptions(options_.choice.keys);
  for (const InspectedGroup& group : directory->groups) {
    if (keys.empty()) keys = KeyOptions(group.keys_file);
  }
  directory->decode_all = command + keys + " -o dump";
  for (const std::string& folder : DataGroups(folders)) {
    const Result<ChosenState> chosen = ChooseState(folder, options_, &findings_);
    if (chosen.ok()) {
      directory->MarkChosen(chosen->path);
    } else if (chosen.status().kind() == ErrorKind::kCancelled) {
      return chosen.status();
    } else {
      findings_.Warn("group_unreadable", "no state of a raft group can be read as a whole",
                     chosen.status().Message());
    }
  }
  return {};
}

Result<InspectedDirectory> DirectoryInspector::RaftDirectory(const std::string& path) {
  InspectedDirectory directory;
  for (const std::string& folder : GroupFolders(path)) {
    SNAPTREE_ASSIGN(InspectedGroup group, Group(folder));
    directory.groups.push_back(std::move(group));
  }
  if (directory.several_groups()) SNAPTREE_TRY(ChooseOfEach(&directory));
  return directory;
}

Result<InspectedDirectory> DirectoryInspector::PebbleDirectory(const std::string& path) {
  InspectedDirectory directory;
  InspectedGroup& group = directory.groups.emplace_back();
  group.directory = path;
  SNAPTREE_ASSIGN(group.store, Store(path, path, ""));
  return directory;
}

Result<InspectedDirectory> DirectoryInspector::FirstEngine(const std::string& path) {
  InspectedDirectory directory;
  InspectedGroup& group = directory.groups.emplace_back();
  group.directory = path;
  for (const HashicorpSnapshot& found : ListHashicorpSnapshots(path)) {
    ListedSnapshot listed;
    listed.kind = SnapshotKind::kFirstEngine;
    listed.path = found.folder;
    listed.index = found.index;
    listed.term = found.term;
    TakeFileFacts(found.folder + "/state.bin", &listed);
    SNAPTREE_TRY(LookAt(std::move(listed), &group));
  }
  return directory;
}

// The payload of an offloaded snapshot, against its manifest.
Status DirectoryInspector::LookAtPayload(const FoundSnapshot& payload,
                                         InspectedSnapshot* snapshot) {
  ListedSnapshot file;
  file.path = payload.path;
  TakeFileFacts(file.path, &file);
  snapshot->listed.bytes = file.bytes;
  snapshot->listed.modified_ms = file.modified_ms;
  snapshot->listed.payload = file.path;
  Status problem = CheckFacts(payload.facts, *payload.file, options_.progress);
  if (!problem.ok() && problem.kind() == ErrorKind::kCancelled) return problem;
  snapshot->look = PeekSnapshot(file);
  if (!problem.ok()) snapshot->look.problem = std::move(problem);
  return {};
}

Result<InspectedDirectory> DirectoryInspector::OffloadStore(const std::string& path) {
  InspectedDirectory directory;
  InspectedGroup& group = directory.groups.emplace_back();
  group.directory = path;
  for (const OffloadedSnapshot& found : ListOffloaded(path)) {
    InspectedSnapshot snapshot;
    snapshot.listed.kind = SnapshotKind::kOffloaded;
    snapshot.listed.path = found.manifest;
    snapshot.listed.index = found.index;
    snapshot.listed.term = found.term;
    snapshot.name = found.key;
    const Result<FoundSnapshot> payload = OpenOffloaded(found);
    if (payload.ok()) {
      SNAPTREE_TRY(LookAtPayload(*payload, &snapshot));
    } else {
      snapshot.look.problem = payload.status();
    }
    if (snapshot.look.problem.ok()) {
      snapshot.command =
          DecodeCommand(path, " --manifest-key " + ShellWord(found.key) + KeyOptions(""));
    } else if (payload.ok()) {
      snapshot.command = DecodeCommand(payload->path, " --salvage" + KeyOptions(""));
    }
    group.snapshots.push_back(std::move(snapshot));
  }
  return directory;
}

}  // namespace

void InspectedDirectory::MarkChosen(const std::string& path) {
  for (InspectedGroup& group : groups) {
    if (group.store && group.store->path == path) group.store->chosen = true;
    for (InspectedSnapshot& snapshot : group.snapshots) {
      const ListedSnapshot& listed = snapshot.listed;
      if (listed.path == path || listed.payload == path || listed.path + "/state.bin" == path)
        snapshot.chosen = true;
    }
  }
}

Result<std::optional<InspectedDirectory>> InspectDirectory(const std::string& path,
                                                           const OpenInputOptions& options,
                                                           Findings* findings) {
  using Found = std::optional<InspectedDirectory>;
  if (path == "-" || !IsFolder(path) || !IsInputFolder(path)) return Found();
  DirectoryInspector inspector(options, findings);
  const auto look = IsRaftDirectory(path)         ? &DirectoryInspector::RaftDirectory
                    : IsPebbleDirectory(path)     ? &DirectoryInspector::PebbleDirectory
                    : HasHashicorpSnapshots(path) ? &DirectoryInspector::FirstEngine
                    : IsOffloadStore(path)        ? &DirectoryInspector::OffloadStore
                                                  : nullptr;
  if (look == nullptr) return Found();  // of one snapshot, in a layout of old
  SNAPTREE_ASSIGN(InspectedDirectory directory, (inspector.*look)(path));
  return Found(std::move(directory));
}

}  // namespace snaptree::cli

#include "cli/inspect_directory.h"

#include <utility>

#include "base/text.h"
#include "formats/directory_input.h"
#include "formats/directory_kind.h"
#include "formats/hashicorp_snapshot.h"
#include "formats/offload_store.h"
#include "formats/raft_directory.h"

namespace snaptree::cli {
namespace {

std::string DecodeCommand(const std::string& what, bool salvage) {
  return "snaptree decode " + ShellWord(what) + (salvage ? " --salvage" : "") + " -o dump";
}

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
  Result<InspectedStore> Store(const std::string& path, const std::string& folder);
  Status ChooseOfEach(InspectedDirectory* directory);

  const OpenInputOptions& options_;
  Findings& findings_;
};

Status DirectoryInspector::LookAt(ListedSnapshot listed, InspectedGroup* group) {
  InspectedSnapshot snapshot;
  snapshot.look = CheckSnapshot(listed, options_.progress);
  const Status& problem = snapshot.look.problem;
  if (!problem.ok() && problem.kind() == ErrorKind::kCancelled) return problem;
  snapshot.name = NameBelow(listed.path, group->directory);
  const bool salvage = !problem.ok() || listed.kind == SnapshotKind::kUnfinished;
  snapshot.command = DecodeCommand(listed.path, salvage);
  snapshot.listed = std::move(listed);
  group->snapshots.push_back(std::move(snapshot));
  return {};
}

Result<InspectedStore> DirectoryInspector::Store(const std::string& path,
                                                 const std::string& folder) {
  InspectedStore store;
  store.path = path;
  store.name = NameBelow(path, folder);
  OpenInputOptions options = options_;
  options.salvage = false;
  Result<PebbleState> whole = ReadPebbleState(path, options, true);
  store.problem = whole.ok() ? Status::Ok() : whole.status();
  const bool locked = !whole.ok() && store.problem.code() == "PebbleLocked";
  if (whole.ok()) {
    store.state = *std::move(whole);
  } else if (store.problem.kind() == ErrorKind::kCancelled) {
    return store.problem;
  } else if (!locked) {
    options.salvage = true;
    if (Result<PebbleState> part = ReadPebbleState(path, options, false); part.ok())
      store.state = *std::move(part);
  }
  store.command = DecodeCommand(path, !whole.ok() && !locked);
  return store;
}

Result<InspectedGroup> DirectoryInspector::Group(const std::string& folder) {
  StateListing listing = ListStates(folder);
  InspectedGroup group;
  group.directory = folder;
  for (ListedSnapshot& listed : listing.snapshots) SNAPTREE_TRY(LookAt(std::move(listed), &group));
  if (!listing.pebble.empty()) {
    SNAPTREE_ASSIGN(group.store, Store(listing.pebble, folder));
  }
  group.leftovers = std::move(listing.leftovers);
  group.keys_file = std::move(listing.keys_file);
  return group;
}

// What decode of each group by itself would take.
Status DirectoryInspector::ChooseOfEach(InspectedDirectory* directory) {
  Status first;
  std::string command = "snaptree decode";
  std::vector<std::string> folders;
  for (const InspectedGroup& group : directory->groups) folders.push_back(group.directory);
  for (const std::string& folder : DataGroups(folders)) command += " " + ShellWord(folder);
  directory->decode_all = command + " -o dump";
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
  SNAPTREE_ASSIGN(group.store, Store(path, path));
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
    Findings ignored;  // a manifest that is named is taken or an error
    const Result<FoundSnapshot> payload =
        ChooseOffloaded(path, found.key, options_.progress, &ignored);
    if (payload.ok()) {
      ListedSnapshot file;
      file.path = payload->path;
      TakeFileFacts(file.path, &file);
      snapshot.listed.bytes = file.bytes;
      snapshot.listed.modified_ms = file.modified_ms;
      snapshot.listed.payload = file.path;
      snapshot.look = PeekSnapshot(file);
    } else {
      snapshot.look.problem = payload.status();
      if (payload.status().kind() == ErrorKind::kCancelled) return payload.status();
    }
    snapshot.command = "snaptree decode " + ShellWord(path) + " --manifest-key " +
                       ShellWord(found.key) + " -o dump";
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

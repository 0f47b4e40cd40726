#include "formats/directory_input.h"

#include <filesystem>
#include <utility>

#include "base/text.h"
#include "formats/directory_kind.h"
#include "formats/hashicorp_snapshot.h"
#include "formats/offload_store.h"
#include "formats/raft_directory.h"
#include "formats/raft_state_file.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;

Result<DirectoryInput> InRaftDirectory(const std::string& path, const OpenInputOptions& options,
                                       Findings* findings) {
  SNAPTREE_ASSIGN(ChosenState chosen, ChooseState(path, options, findings));
  DirectoryInput input;
  input.pebble = chosen.pebble;
  if (!chosen.pebble && chosen.kind == SnapshotKind::kFirstEngine) {
    input.snapshot.path = chosen.path + "/state.bin";
    SNAPTREE_ASSIGN(input.snapshot.facts, FactsOfStateFile(input.snapshot.path));
    input.snapshot.facts.proven = input.snapshot.facts.can_prove();
    return input;
  }
  input.snapshot.path = std::move(chosen.path);
  if (chosen.pebble) return input;
  input.snapshot.facts.index = chosen.index;
  input.snapshot.facts.term = chosen.term;
  return input;
}

// Raft data directories in it: people name the folder above.
std::string NextFor(const std::string& path) {
  std::error_code error;
  if (fs::exists(path + "/CHECKSUMS", error))
    return "this is a tree, as decode writes it: verify, ls, get, diff and encode take it";
  const fs::path whole = fs::absolute(path, error).lexically_normal();
  const fs::path folder = whole.has_filename() ? whole : whole.parent_path();
  for (const char* const inside : {"snap", "wal", "fsm-snap", "snapshots"}) {
    if (folder.filename() == inside)
      return "name the folder above: " + ShellWord(folder.parent_path().string());
  }
  for (const std::string& name : NamesIn(path)) {
    const std::string below = path + "/" + name;
    if (IsFolder(below) && IsRaftDirectory(below))
      return "it holds raft data directories: name one, as " + ShellWord(below);
  }
  return "name the directory <raftDataDir>/<raftId> of one node, its fsm.db, or a snapshot";
}

}  // namespace

bool IsInputFolder(const std::string& path) {
  return IsRaftDirectory(path) || IsPebbleDirectory(path) || HasHashicorpSnapshots(path) ||
         OldLayoutSnapshot(path).has_value() || IsOffloadStore(path);
}

Result<DirectoryInput> FindInDirectory(const std::string& path, const OpenInputOptions& options,
                                       Findings* findings) {
  DirectoryInput input;
  if (!options.choice.manifest_key.empty()) {
    SNAPTREE_ASSIGN(input.snapshot, ChooseOffloaded(path, options.choice.manifest_key,
                                                    options.salvage, options.progress, findings));
    return input;
  }
  if (IsRaftDirectory(path)) return InRaftDirectory(path, options, findings);
  if (IsPebbleDirectory(path)) {
    input.pebble = true;
    input.snapshot.path = path;
    return input;
  }
  if (HasHashicorpSnapshots(path)) {
    SNAPTREE_ASSIGN(input.snapshot, ChooseHashicorpSnapshot(path, options.progress, findings));
    return input;
  }
  if (auto file = OldLayoutSnapshot(path)) {
    NoteOldLog(*file, findings);
    input.snapshot.path = *std::move(file);
    return input;
  }
  if (IsOffloadStore(path)) {
    SNAPTREE_ASSIGN(input.snapshot,
                    ChooseOffloaded(path, "", options.salvage, options.progress, findings));
    return input;
  }
  return DataError("NoSnapshot", "the directory is not a raft data directory")
      .At(path)
      .Expected("fsm-snap/ or fsm.db/ inside it")
      .Next(NextFor(path));
}

}  // namespace snaptree

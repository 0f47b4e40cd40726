#include "cli/input_checks.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "formats/directory_input.h"
#include "formats/directory_kind.h"
#include "formats/offload_store.h"
#include "manifest/checksums.h"

namespace snaptree::cli {
namespace {

bool Exists(const std::string& path) {
  std::error_code error;
  return path == "-" || std::filesystem::exists(path, error);
}

// fsm.db itself, or a raft data directory that has one.
bool HoldsPebble(const std::string& path) {
  if (IsPebbleDirectory(path)) return true;
  const std::vector<std::string> groups = GroupFolders(path);
  return std::any_of(groups.begin(), groups.end(),
                     [](const std::string& group) { return IsFolder(group + "/" + kPebbleName); });
}

bool IsStore(const std::string& path) { return IsFolder(path) && IsOffloadStore(path); }
bool IsNoFolder(const std::string& path) { return !IsFolder(path); }

bool IsTree(const std::string& path) {
  const std::string checksums = path + "/" + std::string(kChecksumsFileName);
  return IsFolder(path) && Exists(checksums) && !IsInputFolder(path);
}
bool IsNoTree(const std::string& path) { return Exists(path) && !IsTree(path); }

struct Rule {
  bool given;
  bool (*concerns)(const std::string& path);
  const char* what;
  const char* next;
};

}  // namespace

Status CheckInputChoice(const InputChoice& choice, const std::vector<std::string>& arguments) {
  const Rule rules[] = {
      {choice.from != StateSource::kNewest, IsRaftDirectory,
       "--from chooses in a raft data directory, and no input is one",
       "leave it out: a file or an fsm.db is read as it is"},
      {!choice.manifest_key.empty(), IsStore,
       "--manifest-key chooses in a copy of an offload store, and no input is one",
       "name the folder that holds v1/groups and v1/payloads"},
      {!choice.offload_manifest.empty(), IsNoFolder,
       "--offload-manifest is of one payload file, and the input is a folder",
       "name the payload; of a store's folder --manifest-key chooses"},
      {choice.force_locked, HoldsPebble, "--force-locked is about an fsm.db, and no input has one",
       "leave it out"},
      {!choice.keys.empty(), IsNoTree, "keys open encrypted rows, and a tree has none",
       "leave them out"},
      {choice.checkpoint, HoldsPebble, "--checkpoint is about an fsm.db, and no input has one",
       "leave it out"},
  };
  // What is not there is told by who opens it.
  if (std::none_of(arguments.begin(), arguments.end(), Exists)) return {};
  for (const Rule& rule : rules) {
    if (!rule.given || std::any_of(arguments.begin(), arguments.end(), rule.concerns)) continue;
    return UsageError("OptionConflict", rule.what)
        .Found(ShellWord(arguments.front()))
        .Next(rule.next);
  }
  const bool pebble_option = choice.force_locked || choice.checkpoint;
  if (choice.from == StateSource::kSnapshot && pebble_option) {
    return UsageError("OptionConflict",
                      std::string(choice.checkpoint ? "--checkpoint" : "--force-locked") +
                          " is about fsm.db, and --from snapshot does not read it")
        .Next("leave one of them out");
  }
  return {};
}

}  // namespace snaptree::cli

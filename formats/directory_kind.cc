#include "formats/directory_kind.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/text.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;

constexpr Slice kGroupPrefix = "group-";

// Snapshots of the first engine are folders with a state.bin.
bool HasFirstEngineSnapshots(const std::string& path) {
  const std::vector<std::string> names = NamesIn(path + "/snapshots");
  return std::any_of(names.begin(), names.end(), [&path](const std::string& name) {
    std::error_code error;
    return fs::exists(path + "/snapshots/" + name + "/state.bin", error);
  });
}

bool HoldsStates(const std::string& path) {
  return IsFolder(path + "/fsm-snap") || (IsFolder(path + "/snap") && IsFolder(path + "/wal")) ||
         IsFolder(path + "/" + kPebbleName) || HasFirstEngineSnapshots(path);
}

std::optional<uint64_t> GroupNumber(Slice folder) {
  const size_t slash = folder.find_last_of('/');
  return ParseU64(folder.substr(slash + 1 + kGroupPrefix.size()));
}

// 000042.sst.
bool IsTable(Slice name) {
  constexpr Slice kEnding = ".sst";
  return name.ends_with(kEnding) && ParseU64(name.substr(0, name.size() - kEnding.size()));
}

}  // namespace

bool IsFolder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool IsRaftDirectory(const std::string& path) {
  return HoldsStates(path) || !GroupFolders(path).empty();
}

bool IsPebbleDirectory(const std::string& path) {
  bool manifest = false;
  bool named = false;  // CURRENT, or logs, which MANIFESTs without tables have
  for (const std::string& name : NamesIn(path)) {
    if (name.starts_with("marker.manifest.") || IsTable(name)) return true;
    manifest = manifest || name.starts_with("MANIFEST-");
    named = named || name == "CURRENT" || name.ends_with(".log");
  }
  return manifest && named;
}

std::vector<std::string> GroupFolders(const std::string& directory) {
  if (HoldsStates(directory)) return {directory};
  std::vector<std::string> groups;
  for (const std::string& name : NamesIn(directory)) {
    if (name.starts_with(kGroupPrefix) && IsFolder(directory + "/" + name))
      groups.push_back(directory + "/" + name);
  }
  std::stable_sort(groups.begin(), groups.end(), [](const std::string& a, const std::string& b) {
    return GroupNumber(a).value_or(UINT64_MAX) < GroupNumber(b).value_or(UINT64_MAX);
  });
  return groups;
}

std::vector<std::string> DataGroups(const std::vector<std::string>& groups) {
  std::vector<std::string> data;
  for (const std::string& group : groups) {
    if (GroupNumber(group) != 0U || groups.size() == 1) data.push_back(group);
  }
  return data;
}

Result<std::string> OnlyGroupFolder(const std::string& directory) {
  const std::vector<std::string> groups = GroupFolders(directory);
  if (groups.size() == 1) return groups[0];
  std::string list;
  for (const std::string& group : groups) list += (list.empty() ? "" : ", ") + group;
  std::string all;
  for (const std::string& group : DataGroups(groups)) all += " " + ShellWord(group);
  return UsageError("SeveralGroups",
                    "the directory holds several raft groups, each with states of its own")
      .At(directory)
      .Found(list)
      .Next("name one of them; decode takes all at once: snaptree decode" + all + " -o dump");
}

}  // namespace snaptree

#include "formats/offload_store.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "formats/offload_manifest.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxPrefixDepth = 4;
constexpr size_t kMaxFoldersSeen = 2000;
constexpr size_t kNumberDigits = 20;
constexpr Slice kManifestSuffix = ".json";

std::vector<std::string> FoldersIn(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    std::error_code of_entry;
    if (it->is_directory(of_entry)) names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool IsFolder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

// Decimal, as the store writes it: of a fixed width when that is given.
std::optional<uint64_t> NumberIn(Slice text, size_t width = 0) {
  if (width != 0 && text.size() != width) return std::nullopt;
  return ParseU64(text);
}

// The folders in which `v1` stands, from `directory` on down.
std::vector<std::string> BasesUnder(const std::string& directory) {
  std::vector<std::string> bases;
  std::vector<std::string> level{directory};
  size_t seen = 0;
  for (int depth = 0; depth <= kMaxPrefixDepth && seen < kMaxFoldersSeen; ++depth) {
    std::vector<std::string> below;
    for (const std::string& folder : level) {
      if (++seen > kMaxFoldersSeen) break;
      if (IsFolder(folder + "/v1/groups")) {
        bases.push_back(folder);
        continue;
      }
      for (const std::string& name : FoldersIn(folder)) below.push_back(folder + "/" + name);
    }
    level = std::move(below);
  }
  return bases;
}

// A folder of a group: <base>/v1/groups/<number>.
struct GroupFolder {
  std::string path;
  std::string base;
  uint64_t id = 0;
};

std::optional<GroupFolder> AsGroupFolder(const std::string& directory) {
  std::error_code error;
  const fs::path path = fs::absolute(directory + "/.", error).lexically_normal().parent_path();
  const fs::path groups = path.parent_path();
  const auto id = NumberIn(path.filename().string());
  const bool inside = groups.filename() == "groups" && groups.parent_path().filename() == "v1";
  if (error || !id || !inside || !IsFolder(directory + "/snapshots")) return std::nullopt;
  return GroupFolder{path.string(), groups.parent_path().parent_path().string(), *id};
}

std::vector<GroupFolder> GroupsUnder(const std::string& directory) {
  if (auto group = AsGroupFolder(directory)) return {*std::move(group)};
  std::vector<GroupFolder> groups;
  for (const std::string& base : BasesUnder(directory)) {
    for (const std::string& name : FoldersIn(base + "/v1/groups")) {
      if (const auto id = NumberIn(name))
        groups.push_back({base + "/v1/groups/" + name, base, *id});
    }
  }
  return groups;
}

// "<20 digits>-<20 digits>.json".
bool ParseManifestName(Slice name, OffloadedSnapshot* snapshot) {
  if (!name.ends_with(kManifestSuffix) ||
      name.size() != 2 * kNumberDigits + 1 + kManifestSuffix.size() || name[kNumberDigits] != '-')
    return false;
  const auto index = NumberIn(name.substr(0, kNumberDigits), kNumberDigits);
  const auto term = NumberIn(name.substr(kNumberDigits + 1, kNumberDigits), kNumberDigits);
  if (!index || !term) return false;
  snapshot->index = *index;
  snapshot->term = *term;
  return true;
}

// Newest first.
std::vector<OffloadedSnapshot> ListGroup(const std::string& directory, const GroupFolder& group) {
  std::vector<OffloadedSnapshot> snapshots;
  std::error_code error;
  for (fs::directory_iterator it(group.path + "/snapshots", error), end; !error && it != end;
       it.increment(error)) {
    OffloadedSnapshot snapshot;
    if (!ParseManifestName(it->path().filename().string(), &snapshot)) continue;
    snapshot.manifest = it->path().string();
    if (group.base.starts_with(directory + "/")) {
      snapshot.key = group.base.substr(directory.size() + 1) + "/";
    }
    snapshot.key += OffloadManifestKey(group.id, snapshot.index, snapshot.term);
    snapshot.base = group.base;
    snapshot.group_id = group.id;
    snapshots.push_back(std::move(snapshot));
  }
  std::sort(snapshots.begin(), snapshots.end(), [](const auto& a, const auto& b) {
    return std::tie(a.index, a.term) > std::tie(b.index, b.term);
  });
  return snapshots;
}

Result<FoundSnapshot> OpenManifest(const std::string& manifest_path, const std::string& base) {
  SNAPTREE_ASSIGN(const OffloadManifest manifest, ReadOffloadManifest(manifest_path));
  // Where it is to stand, not what the manifest calls it: a key from a file may lead anywhere.
  const std::string at_manifest =
      OffloadManifestKey(manifest.group_id, manifest.index, manifest.term);
  if (!manifest_path.ends_with("/" + at_manifest)) {
    return DataError("OffloadMismatch", "the manifest is of another snapshot than its name says")
        .At(manifest_path)
        .Expected(manifest_path.substr(manifest_path.size() -
                                       std::min(manifest_path.size(), at_manifest.size())))
        .Found(at_manifest)
        .Next("get the manifest again from the store");
  }
  FoundSnapshot found;
  found.path = base + "/" + OffloadPayloadKey(manifest.payload_sha256);
  found.facts = manifest.Facts(manifest_path);
  SNAPTREE_ASSIGN(InputFile file, InputFile::Open(found.path));
  found.file = std::make_shared<InputFile>(std::move(file));
  return found;
}

Status Prove(FoundSnapshot* found, Progress* progress) {
  SNAPTREE_TRY(CheckFacts(found->facts, *found->file, progress));
  found->facts.proven = true;
  return {};
}

// The manifest of a key that the user gave: as it stands in the store, or from `v1` on.
Result<FoundSnapshot> OpenKey(const std::string& directory, const std::string& key) {
  const size_t v1 = key.rfind("v1/groups/");
  if (v1 == std::string::npos || (v1 > 0 && key[v1 - 1] != '/')) {
    return UsageError("OptionValue", "--manifest-key: no key of a manifest")
        .Expected("<prefix>/v1/groups/<group>/snapshots/<index>-<term>.json")
        .Found(Printable(key));
  }
  const std::optional<GroupFolder> group = AsGroupFolder(directory);
  const std::string top = (group ? group->base : directory) + "/";
  std::string base = top + key.substr(0, v1);
  if (!IsFolder(base + "v1/groups")) base = top;
  const std::string manifest = base + key.substr(v1);
  base.pop_back();
  return OpenManifest(manifest, base);
}

Status SeveralGroups(const std::string& directory, const std::vector<GroupFolder>& groups) {
  std::string list;
  std::string example;
  for (const GroupFolder& group : groups) {
    const auto snapshots = ListGroup(directory, group);
    const std::string newest = snapshots.empty() ? "none" : snapshots.front().key;
    list += (list.empty() ? "" : ", ") + newest;
    if (example.empty() && !snapshots.empty()) example = newest;
  }
  return UsageError("SeveralGroups", "the store holds snapshots of several raft groups")
      .At(directory)
      .Expected("--manifest-key KEY")
      .Found("newest of each: " + list)
      .Next(example.empty()
                ? "name the folder of one group"
                : "--manifest-key " + ShellWord(example) +
                      "; decode takes the folders v1/groups/<group> of all groups at once");
}

}  // namespace

bool IsOffloadStore(const std::string& directory) { return !GroupsUnder(directory).empty(); }

std::vector<OffloadedSnapshot> ListOffloaded(const std::string& directory) {
  std::vector<OffloadedSnapshot> all;
  for (const GroupFolder& group : GroupsUnder(directory)) {
    std::vector<OffloadedSnapshot> of_group = ListGroup(directory, group);
    std::move(of_group.begin(), of_group.end(), std::back_inserter(all));
  }
  return all;
}

Result<FoundSnapshot> OpenOffloaded(const OffloadedSnapshot& snapshot) {
  return OpenManifest(snapshot.manifest, snapshot.base);
}

Result<FoundSnapshot> ChooseOffloaded(const std::string& directory, const std::string& manifest_key,
                                      bool salvage, Progress* progress, Findings* findings) {
  if (!manifest_key.empty()) {
    SNAPTREE_ASSIGN(FoundSnapshot found, OpenKey(directory, manifest_key));
    if (!salvage) SNAPTREE_TRY(Prove(&found, progress));
    return found;
  }
  const std::vector<GroupFolder> groups = GroupsUnder(directory);
  if (groups.size() > 1) return SeveralGroups(directory, groups);
  std::string broken;
  Findings failed;
  std::optional<FoundSnapshot> unproven;  // the newest
  const auto snapshots =
      groups.empty() ? std::vector<OffloadedSnapshot>() : ListGroup(directory, groups.front());
  for (const OffloadedSnapshot& snapshot : snapshots) {
    Result<FoundSnapshot> found = OpenOffloaded(snapshot);
    const Status status = found.ok() ? Prove(&*found, progress) : found.status();
    if (status.ok()) {
      findings->Merge(failed);
      return found;
    }
    if (status.kind() == ErrorKind::kCancelled || status.kind() == ErrorKind::kEnvironment)
      return status;
    if (found.ok() && !unproven) unproven = *std::move(found);
    failed.Warn("snapshot_broken", "a newer snapshot is broken; an older one is used",
                status.Message());
    broken += (broken.empty() ? "" : "; ") + snapshot.key + " (" + status.info().what + ")";
  }
  if (salvage && unproven) return *std::move(unproven);
  return DataError("NoSnapshot", "no whole snapshot in the offload store")
      .At(directory)
      .Expected("v1/groups/<group>/snapshots/<index>-<term>.json, and the payload that it names")
      .Found(broken.empty() ? "none" : broken)
      .Next(unproven ? "--salvage reads the newest as far as it goes"
                     : "a payload object can be opened alone: v1/payloads/sha256/*/*.fsm");
}

}  // namespace snaptree

#include "formats/hashicorp_snapshot.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <tuple>
#include <utility>

#include "base/base64.h"
#include "base/coding.h"
#include "base/text.h"
#include "base/time_text.h"
#include "formats/json_members.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;

constexpr char kInvalid[] = "SnapMetaInvalid";
constexpr char kStateName[] = "/state.bin";
constexpr char kMetaName[] = "/meta.json";
constexpr uint64_t kMaxMetaBytes = 1 << 20;

bool IsFile(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// "<term>-<index>-<Unix ms>", decimal.
std::optional<HashicorpSnapshot> ParseFolderName(Slice name) {
  std::array<uint64_t, 3> numbers{};
  for (size_t i = 0; i < numbers.size(); ++i) {
    const size_t dash = i + 1 < numbers.size() ? name.find('-') : name.size();
    if (dash == Slice::npos) return std::nullopt;
    const auto number = ParseU64(name.substr(0, dash));
    if (!number) return std::nullopt;
    numbers[i] = *number;
    name.remove_prefix(std::min(name.size(), dash + 1));
  }
  return HashicorpSnapshot{"", numbers[0], numbers[1], numbers[2]};
}

std::string FolderName(const std::string& folder) {
  std::error_code error;
  return fs::absolute(folder + "/.", error).lexically_normal().parent_path().filename().string();
}

Result<std::string> ServerText(const JsonMembers& server) {
  static constexpr const char* kSuffrage[] = {"", " (non-voter)", " (staging)"};
  SNAPTREE_ASSIGN(const uint64_t suffrage, server.Unsigned("Suffrage"));
  SNAPTREE_ASSIGN(const std::string id, server.Text("ID"));
  SNAPTREE_ASSIGN(const std::string address, server.Text("Address"));
  if (suffrage >= std::size(kSuffrage)) return server.Error("Suffrage", "an unknown suffrage");
  return id + " " + address + kSuffrage[suffrage];
}

Status ReadServers(const JsonMembers& meta, SnapshotFacts* facts) {
  SNAPTREE_ASSIGN(const JsonMembers configuration, meta.Object("Configuration"));
  SNAPTREE_ASSIGN(const std::vector<JsonMembers> servers, configuration.Objects("Servers"));
  std::vector<std::string> texts;
  for (const JsonMembers& server : servers) {
    SNAPTREE_ASSIGN(std::string text, ServerText(server));
    texts.push_back(std::move(text));
  }
  if (!texts.empty()) facts->origin.emplace_back("servers", OriginList(texts));
  return {};
}

Status ReadChecksum(const JsonMembers& meta, SnapshotFacts* facts) {
  SNAPTREE_ASSIGN(const uint64_t size, meta.Unsigned("Size"));
  SNAPTREE_ASSIGN(const std::string crc, meta.Text("CRC"));
  std::string bytes;
  if (!AppendFromBase64(&bytes, crc) || bytes.size() != sizeof(uint64_t)) {
    return meta.Error("CRC", "no checksum").Expected("base64 of 8 bytes").Found(Printable(crc));
  }
  facts->size = size;
  facts->crc64_xz = LoadBe64(bytes.data());
  return {};
}

// The ID is the folder's name; its numbers stand in the document once more.
Status CheckId(const JsonMembers& meta, const SnapshotFacts& facts, const std::string& folder) {
  SNAPTREE_ASSIGN(const std::string id, meta.Text("ID"));
  const auto of_id = ParseFolderName(id);
  if (!of_id || of_id->term != facts.term || of_id->index != facts.index) {
    return meta.Error("ID", "the ID does not say what Term and Index say")
        .Expected(std::to_string(*facts.term) + "-" + std::to_string(*facts.index) + "-<Unix ms>")
        .Found(Printable(id));
  }
  if (!ParseFolderName(folder) || id == folder) return {};
  return meta.Error("ID", "the document is of another snapshot than its folder")
      .Expected(folder)
      .Found(Printable(id));
}

Result<FoundSnapshot> OpenFolder(const std::string& folder, Progress* progress) {
  FoundSnapshot found;
  found.path = folder + kStateName;
  SNAPTREE_ASSIGN(found.facts, FactsOfStateFile(found.path));
  SNAPTREE_ASSIGN(InputFile file, InputFile::Open(found.path));
  found.file = std::make_shared<InputFile>(std::move(file));
  if (!found.facts.can_prove()) return found;
  SNAPTREE_TRY(CheckFacts(found.facts, *found.file, progress));
  found.facts.proven = true;
  return found;
}

}  // namespace

Result<SnapshotFacts> ParseSnapshotMeta(Slice text, const std::string& path,
                                        const std::string& folder) {
  SNAPTREE_ASSIGN(const JsonMembers meta, JsonMembers::Parse(text, path, kInvalid));
  SNAPTREE_TRY(meta.CheckNames({"Version", "ID", "Index", "Term", "Peers", "Configuration",
                                "ConfigurationIndex", "Size", "CRC"}));
  SNAPTREE_ASSIGN(const uint64_t version, meta.Unsigned("Version"));
  if (version != 1) {
    return meta.Error("Version", "a version that no server wrote")
        .Expected("1")
        .Found(std::to_string(version));
  }
  SnapshotFacts facts;
  facts.document = path;
  facts.error_code = "SnapMetaMismatch";
  SNAPTREE_ASSIGN(facts.index, meta.Unsigned("Index"));
  SNAPTREE_ASSIGN(facts.term, meta.Unsigned("Term"));
  SNAPTREE_TRY(CheckId(meta, facts, folder));
  SNAPTREE_TRY(ReadChecksum(meta, &facts));
  SNAPTREE_TRY(ReadServers(meta, &facts));
  return facts;
}

bool IsStateFile(const std::string& path) {
  Slice name = path;
  if (name.ends_with(".zst")) name.remove_suffix(4);
  return name == Slice(kStateName).substr(1) || name.ends_with(kStateName);
}

Result<SnapshotFacts> FactsOfStateFile(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash);
  const std::string meta = folder + kMetaName;
  Result<InputFile> file = InputFile::Open(meta);
  if (!file.ok() && file.status().code() == "NotFound") return SnapshotFacts{};
  if (!file.ok()) return std::move(file).status();
  if (file->size() > kMaxMetaBytes) {
    return DataError(kInvalid, "too large for the description of a snapshot")
        .At(meta)
        .Expected("at most " + std::to_string(kMaxMetaBytes) + " bytes")
        .Found(std::to_string(file->size()));
  }
  std::string text(static_cast<size_t>(file->size()), '\0');
  SNAPTREE_TRY(file->ReadExactlyAt(0, text.data(), text.size()));
  return ParseSnapshotMeta(text, meta, FolderName(folder));
}

std::vector<HashicorpSnapshot> ListHashicorpSnapshots(const std::string& directory) {
  if (IsFile(directory + kStateName)) {
    HashicorpSnapshot one = ParseFolderName(FolderName(directory)).value_or(HashicorpSnapshot{});
    one.folder = directory;
    return {one};
  }
  std::error_code error;
  const bool above = fs::is_directory(directory + "/snapshots", error);
  std::vector<HashicorpSnapshot> all;
  for (fs::directory_iterator it(above ? directory + "/snapshots" : directory, error), end;
       !error && it != end; it.increment(error)) {
    auto snapshot = ParseFolderName(it->path().filename().string());
    if (!snapshot) continue;
    snapshot->folder = it->path().string();
    if (IsFile(snapshot->folder + kStateName) || IsFile(snapshot->folder + kMetaName))
      all.push_back(*std::move(snapshot));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.term, a.index, a.unix_ms) > std::tie(b.term, b.index, b.unix_ms);
  });
  return all;
}

bool HasHashicorpSnapshots(const std::string& directory) {
  return !ListHashicorpSnapshots(directory).empty();
}

Result<FoundSnapshot> ChooseHashicorpSnapshot(const std::string& directory, Progress* progress,
                                              Findings* findings) {
  std::vector<HashicorpSnapshot> snapshots = ListHashicorpSnapshots(directory);
  if (snapshots.size() == 1 && snapshots.front().folder == directory)
    return OpenFolder(directory, progress);
  std::string broken;
  for (const HashicorpSnapshot& snapshot : snapshots) {
    Result<FoundSnapshot> found = OpenFolder(snapshot.folder, progress);
    if (found.ok() || found.status().kind() == ErrorKind::kCancelled ||
        found.status().kind() == ErrorKind::kEnvironment)
      return found;
    findings->Warn("snapshot_broken", "a newer snapshot is broken; an older one is used",
                   found.status().Message());
    broken +=
        (broken.empty() ? "" : "; ") + snapshot.folder + " (" + found.status().info().what + ")";
  }
  return DataError("NoSnapshot", "no whole snapshot in the directory")
      .At(directory)
      .Expected("snapshots/<term>-<index>-<Unix ms>/ with state.bin and meta.json")
      .Found(broken.empty() ? "none" : broken)
      .Next("snaptree inspect --salvage FOLDER/state.bin");
}

}  // namespace snaptree

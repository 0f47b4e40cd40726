#include "formats/raft_directory.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "base/cancel.h"
#include "base/checksum.h"
#include "base/coding.h"
#include "base/file.h"
#include "base/text.h"
#include "formats/fsm_container.h"
#include "formats/fsm_format.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;
using google::protobuf::io::CodedInputStream;

constexpr size_t kTokenBytes = 17;
constexpr Slice kTokenMagic("EKVT\x01", 5);
constexpr uint64_t kMaxSnapFileBytes = uint64_t{300} << 20;

std::vector<std::string> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool IsDirectory(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

// Walks the fields of a message: take(field, wire type, stream) reads the value or returns false to
// have it skipped.
template <class Take>
bool WalkMessage(Slice bytes, Take take) {
  CodedInputStream in(Bytes(bytes), static_cast<int>(bytes.size()));
  for (;;) {
    const uint32_t tag = in.ReadTag();
    if (tag == 0) return in.ConsumedEntireMessage();
    const uint32_t wire = tag & 7;
    uint64_t number = 0;
    Slice content;
    if (wire == 0) {
      if (!in.ReadVarint64(&number)) return false;
    } else if (wire == 2) {
      uint64_t size = 0;
      if (!in.ReadVarint64(&size)) return false;
      const auto at = static_cast<size_t>(in.CurrentPosition());
      if (size > bytes.size() - at || !in.Skip(static_cast<int>(size))) return false;
      content = bytes.substr(at, size);
    } else if ((wire == 1 && !in.Skip(8)) || (wire == 5 && !in.Skip(4)) || wire == 3 || wire == 4) {
      return false;
    }
    take(tag >> 3, wire, number, content);
  }
}

Status SnapInvalid(const std::string& path, std::string what) {
  return DataError("SnapInvalid", std::move(what)).At(path);
}

// The whole file against its footer; the footer's value, or why not.
Result<uint32_t> VerifyFooter(const std::string& path) {
  SNAPTREE_ASSIGN(const InputFile file, InputFile::Open(path));
  if (file.size() < kFooterBytes) {
    return DataError("PayloadTruncated", "the file is shorter than a footer").At(path);
  }
  const uint64_t covered = file.size() - kFooterBytes;
  uint32_t crc = 0;
  std::string piece;
  for (uint64_t at = 0; at < covered; at += piece.size()) {
    SNAPTREE_TRY(CheckCancelled());
    piece.resize(static_cast<size_t>(std::min<uint64_t>(covered - at, 1 << 20)));
    SNAPTREE_TRY(file.ReadExactlyAt(at, piece.data(), piece.size()));
    crc = ExtendCrc32c(crc, piece);
  }
  char footer[kFooterBytes];
  SNAPTREE_TRY(file.ReadExactlyAt(covered, footer, sizeof footer));
  if (LoadBe32(footer) == crc) return crc;
  return DataError("FsmChecksum", "the file does not match its footer")
      .At(path, covered)
      .Expected("crc32c " + Hex32(LoadBe32(footer)))
      .Found(Hex32(crc));
}

std::string ReadSmallFile(const std::string& path) {
  const Result<InputFile> file = InputFile::Open(path);
  if (!file.ok() || file->size() > kMaxSnapFileBytes) return "";
  std::string bytes(static_cast<size_t>(file->size()), '\0');
  return file->ReadExactlyAt(0, bytes.data(), bytes.size()).ok() ? bytes : "";
}

// The one group's directory, when the snapshots stand in `group-<n>/` below.
Result<std::string> GroupDirectory(const std::string& directory) {
  if (IsDirectory(directory + "/fsm-snap") || IsDirectory(directory + "/snap")) return directory;
  std::vector<std::string> groups;
  for (const std::string& name : NamesIn(directory)) {
    if (name.starts_with("group-") && IsDirectory(directory + "/" + name))
      groups.push_back(directory + "/" + name);
  }
  if (groups.size() == 1) return groups[0];
  std::string list;
  for (const std::string& g : groups) list += (list.empty() ? "" : ", ") + g;
  return UsageError("SeveralGroups",
                    "the directory holds several raft groups, each with snapshots of its own")
      .At(directory)
      .Found(list)
      .Next("name one of them; decode takes the folders of all groups at once");
}

// What the `.snap` files say, by index.
std::map<uint64_t, SnapFile> ReadSnapFiles(const std::string& directory, Findings* findings) {
  std::map<uint64_t, SnapFile> snaps;
  for (const std::string& name : NamesIn(directory + "/snap")) {
    if (!name.ends_with(".snap")) continue;
    const std::string path = directory + "/snap/" + name;
    const Result<SnapFile> snap = ParseSnapFile(ReadSmallFile(path), path);
    if (snap.ok()) {
      snaps[snap->index] = *snap;
    } else {
      findings->Warn("snap_invalid", "a .snap file cannot be read", snap.status().Message());
    }
  }
  return snaps;
}

Status NoSnapshotFiles(const std::string& group) {
  const bool pebble = IsDirectory(group + "/fsm.db");
  return DataError("NoSnapshot", "no whole snapshot in the directory")
      .At(group)
      .Expected("fsm-snap/<16 hex digits>.fsm with a footer that holds")
      .Found("none")
      .Next(pebble ? "the data stands in fsm.db, a Pebble directory, which this version cannot read"
                   : "name the raft data directory of one node (the one with fsm-snap/)");
}

}  // namespace

bool IsRaftDirectory(const std::string& path) {
  if (IsDirectory(path + "/fsm-snap") ||
      (IsDirectory(path + "/snap") && IsDirectory(path + "/wal")))
    return true;
  const std::vector<std::string> names = NamesIn(path);
  return std::any_of(names.begin(), names.end(), [&path](const std::string& name) {
    return name.starts_with("group-") && IsDirectory(path + "/" + name);
  });
}

bool IsPebbleDirectory(const std::string& path) {
  bool manifest = false;
  bool pointer = false;
  for (const std::string& name : NamesIn(path)) {
    manifest = manifest || name.starts_with("MANIFEST-");
    pointer = pointer || name == "CURRENT" || name.starts_with("marker.manifest.");
  }
  return manifest && pointer;
}

Result<SnapFile> ParseSnapFile(Slice bytes, const std::string& path) {
  uint64_t crc = 0;
  Slice snapshot;
  const bool outer =
      WalkMessage(bytes, [&](uint32_t field, uint32_t wire, uint64_t number, Slice content) {
        if (field == 1 && wire == 0) crc = number;
        if (field == 2 && wire == 2) snapshot = content;
      });
  if (!outer || snapshot.empty() || crc == 0)
    return SnapInvalid(path, "not a .snap file, or an empty one");
  if (Crc32c(snapshot) != crc) {
    return SnapInvalid(path, "the .snap file does not match its checksum")
        .Expected(Hex32(static_cast<uint32_t>(crc)))
        .Found(Hex32(Crc32c(snapshot)));
  }
  SnapFile result;
  Slice data;
  bool inner_ok = true;
  const bool inner =
      WalkMessage(snapshot, [&](uint32_t field, uint32_t wire, uint64_t, Slice content) {
        if (field == 1 && wire == 2) data = content;
        if (field == 2 && wire == 2) {
          inner_ok = WalkMessage(content, [&](uint32_t f, uint32_t w, uint64_t n, Slice) {
            if (f == 2 && w == 0) result.index = n;
            if (f == 3 && w == 0) result.term = n;
          });
        }
      });
  if (!inner || !inner_ok) return SnapInvalid(path, "the snapshot message in it is malformed");
  if (data.size() == kTokenBytes && data.starts_with(kTokenMagic)) {
    result.has_token = true;
    result.token_crc32c = LoadBe32(data.data() + 13);
    if (LoadBe64(data.data() + 5) != result.index)
      return SnapInvalid(path, "its token names another index");
  }
  return result;
}

Result<std::string> ChooseSnapshot(const std::string& directory, Findings* findings) {
  SNAPTREE_ASSIGN(const std::string group, GroupDirectory(directory));
  const std::map<uint64_t, SnapFile> snaps = ReadSnapFiles(group, findings);
  std::map<uint64_t, std::string, std::greater<>> files;  // by index, newest first
  for (const std::string& name : NamesIn(group + "/fsm-snap")) {
    const std::optional<uint64_t> index = SnapshotIndexOfName(name);
    if (index && name.ends_with(".fsm")) files[*index] = group + "/fsm-snap/" + name;
  }
  for (const auto& [index, snap] : snaps) {
    if (!files.contains(index) && (files.empty() || index > files.begin()->first)) {
      findings->Warn("snapshot_missing", "a .snap file names a newer snapshot that is not there",
                     "index " + std::to_string(index));
    }
  }
  std::string broken;
  for (const auto& [index, path] : files) {
    const Result<uint32_t> crc = VerifyFooter(path);
    Status problem = crc.ok() ? Status::Ok() : crc.status();
    if (problem.ok()) {
      const auto snap = snaps.find(index);
      if (snap == snaps.end() || !snap->second.has_token || snap->second.token_crc32c == *crc)
        return path;
      problem = DataError("SnapTokenMismatch", "its .snap file names another checksum").At(path);
    }
    if (problem.kind() == ErrorKind::kCancelled) return problem;
    findings->Warn("snapshot_broken", "a newer snapshot is broken; an older one is used",
                   problem.Message());
    broken += (broken.empty() ? "" : "; ") + path + " (" + problem.info().what + ")";
  }
  const bool inside =
      std::any_of(snaps.begin(), snaps.end(), [](const auto& s) { return !s.second.has_token; });
  if (files.empty() && inside) {
    return DataError(
               "ContainerUnsupported",
               "the snapshots stand inside the .snap files, which this version cannot read yet")
        .At(group + "/snap")
        .Next("start a node of that time on a copy of the directory and take a new snapshot");
  }
  if (files.empty()) return NoSnapshotFiles(group);
  const std::string& newest = files.begin()->second;
  return DataError("NoSnapshot", files.size() == 1 ? "the only snapshot in the directory is broken"
                                                   : "all snapshots in the directory are broken")
      .At(group)
      .Found(broken)
      .Next("snaptree inspect --salvage " + ShellWord(newest));
}

}  // namespace snaptree

#include "restore/snap_terms.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include "restore/raft_artefacts.h"

#include "base/file.h"
#include "base/text.h"
#include "formats/snap_file.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kFirstTerm = 1;
constexpr uint64_t kMaxSnapFileBytes = uint64_t{1} << 20;  // with a token; larger ones hold data

// nullopt: the file says nothing of this snapshot.
std::optional<uint64_t> TermIn(const std::string& path, const ContainerInfo& info,
                               Findings* findings) {
  const Result<InputFile> file = InputFile::Open(path);
  if (!file.ok() || file->size() > kMaxSnapFileBytes) return std::nullopt;
  std::string bytes(static_cast<size_t>(file->size()), '\0');
  if (!file->ReadExactlyAt(0, bytes.data(), bytes.size()).ok()) return std::nullopt;
  const Result<SnapFile> snap = ParseSnapFile(bytes, path);
  if (!snap.ok() || snap->index != info.snapshot_index || snap->term == 0) return std::nullopt;
  if (snap->has_token && info.crc32c && snap->token_crc32c != *info.crc32c) {
    findings->Warn("snap_token_mismatch",
                   "the .snap file of the snapshot names another checksum: it is of another file",
                   path);
    return std::nullopt;
  }
  return snap->term;
}

}  // namespace

uint64_t TermOfSnapshot(const ContainerInfo& info, Findings* findings) {
  std::error_code error;
  const fs::path folder = fs::absolute(info.path, error).parent_path();
  if (!info.snapshot_index || folder.filename() != "fsm-snap") return kFirstTerm;
  const std::string suffix = SnapFileName({*info.snapshot_index, 0}).substr(16);
  uint64_t term = kFirstTerm;
  for (fs::directory_iterator it(folder.parent_path() / "snap", error), end; !error && it != end;
       it.increment(error)) {
    if (!it->path().filename().string().ends_with(suffix)) continue;
    term = std::max(term, TermIn(it->path().string(), info, findings).value_or(kFirstTerm));
  }
  return term;
}

}  // namespace snaptree

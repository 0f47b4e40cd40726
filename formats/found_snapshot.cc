#include "formats/found_snapshot.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "base/coding.h"
#include "base/text.h"
#include "formats/fsm_format.h"
#include "formats/hashicorp_snapshot.h"
#include "formats/offload_manifest.h"
#include "formats/raft_state_file.h"
#include "formats/snap_payload.h"

namespace snaptree {
namespace {

constexpr Slice kAnyMagic = "EKV";

std::string FolderForScratch(const OpenInputOptions& options) {
  return options.scratch_folder.empty() ? TemporaryFolder() : options.scratch_folder;
}

// Other files of the first raft engine, told by their names: their own formats have no magic.
Status CheckFirstEngineFile(const std::string& path, const InputFile& file) {
  const Slice name = Slice(path).substr(path.find_last_of('/') + 1);
  if (name != "raft.db" && name != "logs.dat" && name != "stable.dat") return {};
  std::array<char, kAnyMagic.size()> head{};
  SNAPTREE_ASSIGN(const size_t got, file.ReadAt(0, head.data(), head.size()));
  if (Slice(head.data(), got) == kAnyMagic) return {};
  return DataError("RaftLegacyHashicorp", "the log of the first raft engine holds no snapshot")
      .At(path)
      .Next("its snapshots stand beside it: snapshots/<term>-<index>-<Unix ms>/state.bin");
}

void TakeNumbers(const SnapPayload& payload, SnapshotFacts* facts) {
  facts->index = payload.index;
  facts->term = payload.term;
}

// A token instead of a payload: the `.fsm` that it names stands in the folder beside. Its footer
// has to be what the token says; the scan compares it with the bytes.
Status FollowToken(const InputFile& file, const SnapPayload& snap, FoundSnapshot* found) {
  std::array<char, 4> crc{};
  SNAPTREE_TRY(file.ReadExactlyAt(snap.data.end - crc.size(), crc.data(), crc.size()));
  std::string index;
  AppendBe64(&index, snap.index);
  const std::filesystem::path folder(found->path.substr(0, found->path.find_last_of('/') + 1));
  const std::string path =
      (folder / "../fsm-snap" / (Hex(index) + ".fsm")).lexically_normal().string();
  Result<InputFile> opened = InputFile::Open(path);
  if (!opened.ok() && opened.status().code() == "NotFound") {
    return DataError("NoSnapshot", "the snapshot that this .snap file names is not there")
        .At(found->path)
        .Expected(path)
        .Next("name the raft data directory: it takes the newest snapshot that is whole");
  }
  if (!opened.ok()) return std::move(opened).status();
  std::array<char, kFooterBytes> footer{};
  const uint64_t size = opened->size();
  if (size < footer.size())
    return DataError("PayloadTruncated", "the file is shorter than a footer").At(path);
  SNAPTREE_TRY(opened->ReadExactlyAt(size - footer.size(), footer.data(), footer.size()));
  if (footer != crc) {
    return DataError("SnapTokenMismatch",
                     "the snapshot has another checksum than its .snap file says")
        .At(path, size - footer.size())
        .Expected("crc32c " + Hex(Slice(crc.data(), crc.size())))
        .Found(Hex(Slice(footer.data(), footer.size())))
        .Next("name " + ShellWord(path) + " itself to read it");
  }
  found->path = path;
  found->file = std::make_shared<InputFile>(*std::move(opened));
  return {};
}

Status TakeOut(const SnapPayload& snap, const OpenInputOptions& options, FoundSnapshot* found) {
  TakeNumbers(snap, &found->facts);
  const std::shared_ptr<const InputFile> file = found->file;
  SNAPTREE_ASSIGN(const bool token, IsSnapToken(*file, snap));
  if (token) return FollowToken(*file, snap, found);
  SNAPTREE_ASSIGN(InputFile payload, CopySnapPayload(*file, snap, FolderForScratch(options)));
  found->file = std::make_shared<InputFile>(std::move(payload));
  return {};
}

}  // namespace

Result<FoundSnapshot> FindByPath(const std::string& path, const OpenInputOptions& options) {
  const InputChoice& choice = options.choice;
  if (!choice.manifest_key.empty()) {
    return UsageError("OptionConflict",
                      "--manifest-key is of a folder: the copy of an offload store")
        .At(path)
        .Next("--offload-manifest FILE goes with a payload");
  }
  FoundSnapshot found;
  found.path = path;
  if (!choice.offload_manifest.empty()) {
    SNAPTREE_ASSIGN(const OffloadManifest manifest, ReadOffloadManifest(choice.offload_manifest));
    found.facts = manifest.Facts(choice.offload_manifest);
  }
  if (path == "-") return found;
  SNAPTREE_ASSIGN(InputFile file, InputFile::Open(path));
  SNAPTREE_TRY(CheckFirstEngineFile(path, file));
  found.file = std::make_shared<InputFile>(std::move(file));
  if (!choice.offload_manifest.empty()) return found;
  if (auto facts = FactsOfObjectName(path)) {
    found.facts = *std::move(facts);
  } else if (IsStateFile(path)) {
    SNAPTREE_ASSIGN(found.facts, FactsOfStateFile(path));
  }
  return found;
}

Status CheckFolderChoice(const std::string& path, const InputChoice& choice) {
  if (choice.offload_manifest.empty()) return {};
  return UsageError("OptionConflict", "--offload-manifest is of a file: the payload that it names")
      .At(path)
      .Next("--manifest-key KEY names a snapshot in a copy of the store");
}

Status TakeOutPayload(FoundSnapshot* found, const OpenInputOptions& options, Findings* findings) {
  SNAPTREE_ASSIGN(const std::optional<SnapPayload> snap, FindSnapPayload(*found->file));
  if (snap) {
    const std::string before = found->path;
    SNAPTREE_TRY(TakeOut(*snap, options, found));
    // The file's checksum covers a payload inside of it; a snapshot beside has its own.
    found->facts.proven = found->path == before;
    found->facts.document = "the .snap file around it";
    return {};
  }
  SNAPTREE_ASSIGN(const std::optional<RaftStateFile> state, ReadRaftStateFile(*found->file));
  if (!state) return {};
  SNAPTREE_TRY(TakeOut(state->snapshot, options, found));
  if (state->log_entries > 0) NoteLogEntries(found->path, state->log_entries, findings);
  return {};
}

Status ProveFile(FoundSnapshot* found, const OpenInputOptions& options, SalvageReport* report) {
  if (!found->facts.can_prove()) return {};
  Status mismatch = CheckFacts(found->facts, *found->file, options.progress);
  found->facts.proven = mismatch.ok();
  if (mismatch.ok() || !options.salvage || mismatch.kind() != ErrorKind::kData) return mismatch;
  report->damage = mismatch.Message();
  return {};
}

}  // namespace snaptree

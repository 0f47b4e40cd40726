#include "restore/restore.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "restore/image.h"
#include "restore/peers.h"
#include "restore/restore_folder.h"

#include "base/text.h"

namespace snaptree {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFolderMode = 0755;
constexpr mode_t kWalFolderMode = 0700;
constexpr uint64_t kFilesOfGroup = 9;  // with its folders
constexpr uint64_t kBlockBytes = 4096;

// A group that has passed its checks.
struct PlannedGroup {
  RestoreGroup group;
  RestoreImage image;
};

bool IsInside(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

Status CheckPlace(const RestoreOptions& options) {
  std::error_code error;
  const fs::path target = fs::weakly_canonical(options.data_dir, error);
  if (error) return {};  // creating it will say what is wrong with it
  for (const RestoreGroup& group : options.groups) {
    if (!fs::is_directory(group.input, error)) continue;
    if (!IsInside(target, fs::weakly_canonical(group.input, error))) continue;
    return UsageError("OutputInsideInput", "the data directory would stand inside the input")
        .At(options.data_dir)
        .Next("choose a folder outside of " + group.input);
  }
  return {};
}

Status CheckSpace(const std::vector<PlannedGroup>& groups, const std::string& folder) {
  uint64_t bytes = 0;
  for (const PlannedGroup& group : groups)
    bytes += group.image.size() + kFilesOfGroup * kBlockBytes;
  const uint64_t files = groups.size() * kFilesOfGroup + 1;
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0)
    return SystemError(errno, "ask for the free space of", folder);
  const uint64_t free_bytes = uint64_t{info.f_bavail} * info.f_frsize;
  const bool inodes = info.f_files == 0 || files <= info.f_favail;
  if (bytes <= free_bytes && inodes) return {};
  return EnvironmentError("NoSpace", "the data directory does not fit")
      .At(folder)
      .Expected("at least " + HumanBytes(bytes) + " and " + Thousands(files) + " inodes free")
      .Found(HumanBytes(free_bytes) + " and " + Thousands(info.f_favail) + " inodes")
      .Next("free space, or choose another place for the data directory");
}

RestoredGroup ReportOf(const PlannedGroup& planned, const std::string& directory) {
  const RestoreImage& image = planned.image;
  RestoredGroup report;
  report.id = planned.group.id;
  report.directory = directory;
  report.input = image.info();
  report.logical = image.logical();
  report.cluster_id = image.cluster_id();
  report.position = image.position();
  report.peers = planned.group.peers;
  report.rows = image.scan().rows - (image.drops_applied_index() ? 1 : 0);
  report.last_commit_ts = image.scan().last_commit_ts;
  report.applied_index = image.scan().applied_index;
  report.applied_index_dropped = image.drops_applied_index();
  report.hlc_ceiling_ms = image.hlc_ceiling_ms();
  return report;
}

Status WriteSmallFile(RestoreFolder* folder, const std::string& path, Slice bytes,
                      uint64_t size_with_zeros) {
  SNAPTREE_ASSIGN(UniqueFd fd, folder->CreateFile(path));
  SNAPTREE_TRY(WriteFully(fd.get(), bytes, folder->Shown(path)));
  if (size_with_zeros > bytes.size() &&
      ::ftruncate(fd.get(), static_cast<off_t>(size_with_zeros)) != 0) {
    return SystemError(errno, "set the size of", folder->Shown(path));
  }
  return folder->FinishFile(std::move(fd), path);
}

// `base`: the group's folder, "" or "group-<id>/".
Status BuildGroup(const PlannedGroup& planned, const std::string& base, Progress* progress,
                  RestoreFolder* folder, RestoredGroup* report) {
  const RaftPosition at = planned.image.position();
  const std::vector<RaftPeer>& peers = planned.group.peers;
  if (!base.empty()) SNAPTREE_TRY(folder->MakeFolder(base.substr(0, base.size() - 1), kFolderMode));
  SNAPTREE_TRY(folder->MakeFolder(base + "fsm-snap", kFolderMode));
  SNAPTREE_TRY(folder->MakeFolder(base + "snap", kFolderMode));
  SNAPTREE_TRY(folder->MakeFolder(base + "wal", kWalFolderMode));

  const std::string fsm = base + "fsm-snap/" + FsmFileName(at.index);
  SNAPTREE_ASSIGN(UniqueFd fd, folder->CreateFile(fsm));
  SNAPTREE_ASSIGN(const WrittenImage written,
                  planned.image.Write(fd.get(), folder->Shown(fsm), progress));
  SNAPTREE_TRY(folder->FinishFile(std::move(fd), fsm));
  report->fsm_bytes = written.bytes;
  report->fsm_crc32c = written.crc32c;

  SNAPTREE_TRY(WriteSmallFile(folder, base + "snap/" + SnapFileName(at),
                              SnapFileBytes(at, peers, written.crc32c), 0));
  SNAPTREE_TRY(WriteSmallFile(folder, (base + "wal/").append(kWalFileName), WalRecords(at, peers),
                              kWalFileBytes));
  return WriteSmallFile(folder, base + std::string(kPeersFileName), PeersFileBytes(at.index, peers),
                        0);
}

// Reads and checks what a run that writes would check on the way.
Status CheckImages(const std::vector<PlannedGroup>& groups, Progress* progress,
                   RestoreReport* report) {
  for (size_t i = 0; i < groups.size(); ++i) {
    SNAPTREE_ASSIGN(const WrittenImage written, groups[i].image.Write(-1, "", progress));
    report->groups[i].fsm_bytes = written.bytes;
    report->groups[i].fsm_crc32c = written.crc32c;
  }
  return {};
}

Status Build(const RestoreOptions& options, const std::vector<PlannedGroup>& groups,
             RestoreReport* report) {
  SNAPTREE_ASSIGN(RestoreFolder folder, RestoreFolder::Create(options.data_dir));
  for (size_t i = 0; i < groups.size(); ++i) {
    const std::optional<uint64_t> id = groups[i].group.id;
    const std::string base = id ? "group-" + std::to_string(*id) + "/" : "";
    SNAPTREE_TRY(BuildGroup(groups[i], base, options.progress, &folder, &report->groups[i]));
  }
  return folder.Publish();
}

}  // namespace

Result<RestoreReport> Restore(const RestoreOptions& options) {
  SNAPTREE_ASSIGN(const OutputPath target, SplitOutputPath(options.data_dir));
  SNAPTREE_TRY(CheckPlace(options));
  SNAPTREE_TRY(RestoreFolder::Check(options.data_dir));
  const std::string& scratch =
      options.scratch_folder.empty() ? target.parent : options.scratch_folder;
  RestoreReport report;
  std::vector<PlannedGroup> groups;
  for (RestoreGroup group : options.groups) {
    SNAPTREE_TRY(CheckPeers(&group.peers));
    SNAPTREE_ASSIGN(RestoreImage image,
                    RestoreImage::Open(options, group.input, scratch, &report.findings));
    groups.push_back({std::move(group), std::move(image)});
    const std::optional<uint64_t> id = groups.back().group.id;
    const std::string directory =
        id ? JoinPath(target.path, "group-" + std::to_string(*id)) : target.path;
    report.groups.push_back(ReportOf(groups.back(), directory));
  }
  SNAPTREE_TRY(CheckSpace(groups, target.parent));
  SNAPTREE_TRY(options.dry_run ? CheckImages(groups, options.progress, &report)
                               : Build(options, groups, &report));
  return report;
}

}  // namespace snaptree

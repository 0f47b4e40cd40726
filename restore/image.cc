#include "restore/image.h"

#include <sys/stat.h>

#include <algorithm>

#include "restore/snap_terms.h"

#include "base/cancel.h"
#include "base/checksum.h"
#include "base/coding.h"
#include "base/text.h"
#include "formats/directory_kind.h"
#include "formats/family_table.h"
#include "formats/fsm_format.h"
#include "formats/fsm_writer.h"
#include "formats/pebble/pebble_directory.h"

namespace snaptree {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;
constexpr uint64_t kMaxIndex = INT64_MAX;  // leaves room for a log behind it

// The raft index in a name as nodes give it, 16 hex digits: of a name that a person chose a number
// may mean anything.
std::optional<uint64_t> IndexOfNodeName(const ContainerInfo& info) {
  constexpr size_t kNodeNameBytes = 16 + 4;
  std::string name = info.path.substr(info.path.find_last_of('/') + 1);
  if (name.ends_with(".zst")) name.resize(name.size() - 4);
  const bool by_node = name.size() == kNodeNameBytes && ParseHex(name.substr(0, 16));
  return by_node ? info.snapshot_index : std::nullopt;
}

Status CheckNotLink(const std::string& path) {
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0 || !S_ISLNK(st.st_mode)) return {};
  return DataError("UnsafePath", "an encoded snapshot may not be a symbolic link")
      .At(path)
      .Next("name the file that it leads to");
}

Status ImageInvalid(const ContainerInfo& info, std::string what) {
  return DataError("ImageInvalid", std::move(what)).At(info.path);
}

Status NotOneFile(const ContainerInfo& info) {
  return UsageError("RestoreNeedsFile", "only a snapshot that is one file can be restored as it is")
      .At(info.path)
      .Expected("a .fsm file")
      .Found(info.format)
      .Next("decode it, encode the tree, and restore the .fsm file that encode writes");
}

// Rows that mean something to the nodes of the old cluster only.
void WarnOfForeignRows(const ScanResult& scan, const std::string& path, Findings* findings) {
  uint64_t dist = 0;
  for (const Slice prefix :
       {"!dist|delta|", "!dist|jobhist|", "!dist|job|", "!dist|meta|", "!dist|route|"}) {
    dist += scan.of(FamilyOf(prefix)).live;
  }
  if (dist != 0) {
    findings->Warn("dist_rows",
                   "rows of the snapshot name the raft groups of its old cluster: give the new one "
                   "the same groups",
                   path, dist);
  }
  if (const uint64_t locks = scan.of(FamilyOf("!txn|lock|")).live; locks != 0) {
    findings->Warn("txn_locks",
                   "transactions were open: what other raft groups decided is lost unless they are "
                   "restored too",
                   path, locks);
  }
  if (const uint64_t encrypted = scan.EncryptedVersions(); encrypted != 0) {
    findings->Warn("rows_need_keys",
                   "rows are encrypted: the nodes need the key file and encryption/keys.json of "
                   "the old cluster",
                   path, encrypted);
  }
}

// What is worth knowing of a snapshot that is taken as a node left it.
void WarnOfPhysical(const ContainerInfo& info, const ScanResult& scan, Findings* findings) {
  WarnOfForeignRows(scan, info.path, findings);
  if (scan.rows != 0 && !scan.meta_last_commit_ts) {
    findings->Warn("encode_info_missing",
                   "no node wrote this snapshot, and there is no .encode_info.json beside it: "
                   "neither its bytes nor its cluster were compared",
                   info.path);
  }
}

// What is left behind must not be left in silence.
void WarnOfNewerStore(const std::string& input, const ContainerInfo& info,
                      const OpenInputOptions& open, Findings* findings) {
  const Result<std::string> group = OnlyGroupFolder(input);
  if (!IsRaftDirectory(input) || !group.ok() || !IsFolder(*group + "/" + kPebbleName)) return;
  const Result<PebbleState> store = ReadPebbleState(*group + "/" + kPebbleName, open, false);
  const std::string of_snapshot =
      "; the snapshot is of index " +
      (info.snapshot_index ? std::to_string(*info.snapshot_index) : "unknown");
  if (!store.ok()) {
    findings->Warn("store_not_restored",
                   "fsm.db of the directory may be newer than the snapshot: it cannot be read",
                   store.status().Message() + of_snapshot);
  } else if (store->applied_index.value_or(0) > info.snapshot_index.value_or(0)) {
    findings->Warn("store_not_restored",
                   "fsm.db of the directory is newer than the snapshot that is restored; decode "
                   "and encode bring its data over",
                   "applied index " + std::to_string(*store->applied_index) + of_snapshot);
  }
}

}  // namespace

Status RestoreImage::CheckLogical() const {
  const ContainerInfo& info = opened_.container->info();
  SNAPTREE_TRY(CheckNotLink(info.path));
  if (!Slice(info.format).ends_with(kRowStreamMagic)) {
    return ImageInvalid(info, "an encoded snapshot is a stream of rows")
        .Expected(std::string(kRowStreamMagic))
        .Found(info.format);
  }
  uint64_t newest = 0;
  for (const FamilyCounts& family : scan_.families) newest = std::max(newest, family.max_commit_ts);
  if (newest > info.last_commit_ts) {
    return ImageInvalid(info, "a row is newer than the header says")
        .Expected("commit timestamps up to " + std::to_string(info.last_commit_ts))
        .Found(std::to_string(newest));
  }
  if (const uint64_t damaged = scan_.DamagedRows(); damaged != 0) {
    return ImageInvalid(info, "rows of the snapshot are damaged")
        .Found(Thousands(damaged) + " damaged rows");
  }
  const EncodeInfo& encoded = encode_info_->info;
  if (encoded.last_commit_ts != 0 && encoded.last_commit_ts != info.last_commit_ts) {
    return DataError("EncodeInfoMismatch", "the snapshot is not the one that was encoded")
        .At(info.path)
        .Expected("last_commit_ts " + std::to_string(encoded.last_commit_ts))
        .Found(std::to_string(info.last_commit_ts))
        .Next("bring back the pair that encode wrote");
  }
  if (HasHlcCeiling(info.last_commit_ts)) return {};
  return DataError("HlcOverflow", "no node can take up a clock that stands so far ahead")
      .At(info.path)
      .Found("last_commit_ts " + std::to_string(info.last_commit_ts))
      .Next("encode the tree with a smaller last_commit_ts");
}

bool RestoreImage::can_drop_rows() const { return Slice(info().format).ends_with(kRowStreamMagic); }

Status RestoreImage::FindDropped(const RestoreOptions& options) {
  if (!options.drop_applied_index || !scan_.applied_index) return {};
  if (!can_drop_rows()) {
    return UsageError(
               "DropNeedsRowStream",
               "the applied index of this snapshot stands in its manifest, not in a row alone")
        .At(info().path)
        .Expected("a snapshot with " + std::string(kRowStreamMagic) + " for --drop-applied-index")
        .Found(info().format)
        .Next("leave the option out and give --index " + std::to_string(*scan_.applied_index) +
              " or more");
  }
  for (const FamilyExtent& family : scan_.extents[RawMetadataFamily()]) {
    const std::unique_ptr<RowCursor> cursor = opened_.container->rows().OpenCursor(family.extent);
    for (;;) {
      SNAPTREE_ASSIGN(const std::span<const Row> rows, cursor->NextBatch());
      if (rows.empty()) break;
      const auto row = std::find_if(rows.begin(), rows.end(),
                                    [](const Row& r) { return r.key == kMetaAppliedIndex; });
      if (row != rows.end()) dropped_ = {row->position, row->end};
    }
  }
  return {};
}

// The index that the snapshot itself tells, or what it was encoded from. A new cluster can begin at
// any: that an encoded image of unknown origin begins at 1 is as good as another choice.
std::optional<uint64_t> RestoreImage::IndexWithoutOption(std::optional<uint64_t> of_name,
                                                         Findings* findings) const {
  if (of_name) return of_name;
  if (!logical()) return scan_.applied_index;
  if (encode_info_->info.manifest_snapshot_index) return encode_info_->info.manifest_snapshot_index;
  findings->Note("index_assumed", "nothing tells a raft index: the nodes begin at 1",
                 opened_.container->info().path);
  return 1;
}

Status RestoreImage::FindPosition(const RestoreOptions& options, Findings* findings) {
  const ContainerInfo& info = opened_.container->info();
  const std::optional<uint64_t> of_name = IndexOfNodeName(info);
  const std::optional<uint64_t> index =
      options.index ? options.index : IndexWithoutOption(of_name, findings);
  if (!index) {
    return UsageError("IndexMissing", "neither the snapshot nor its name tells its raft index")
        .At(info.path)
        .Expected("16 hex digits and .fsm, or --index N")
        .Next("--index N, no lower than the index that the old nodes had reached");
  }
  if (*index == 0 || *index > kMaxIndex) {
    return UsageError("OptionValue", "no snapshot has this raft index")
        .At(info.path)
        .Expected("1 to " + std::to_string(kMaxIndex))
        .Found(std::to_string(*index));
  }
  // A node that took over the applied index would skip the log up to it: writes would be lost
  // without a word.
  const uint64_t least = std::max(of_name.value_or(0), scan_.applied_index.value_or(0));
  if (*index < least && !options.drop_applied_index) {
    return DataError("IndexTooLow", "the snapshot holds what raft had applied up to a later index")
        .At(info.path)
        .Expected("an index of at least " + std::to_string(least))
        .Found(std::to_string(*index))
        .Next("--index " + std::to_string(least) +
              (can_drop_rows() ? " or more; --drop-applied-index makes the nodes forget the old one"
                               : " or more"));
  }
  position_.index = *index;
  position_.term = options.term ? *options.term : TermOfSnapshot(info, findings);
  return {};
}

Result<RestoreImage> RestoreImage::Open(const RestoreOptions& options, const std::string& input,
                                        const std::string& scratch_folder, Findings* findings) {
  RestoreImage image;
  OpenInputOptions open;
  open.scratch_folder = scratch_folder;
  open.choice.offload_manifest = options.offload_manifest;
  open.timestamp_group = true;
  open.progress = options.progress;
  // Files can be copied into a data directory, a store that is spread over many cannot.
  open.choice.from = StateSource::kSnapshot;
  SNAPTREE_ASSIGN(image.opened_, OpenInput(input, open));
  if (image.opened_.file == nullptr) return NotOneFile(image.info());
  findings->Merge(image.opened_.findings);
  const ContainerInfo& info = image.info();
  WarnOfNewerStore(input, info, open, findings);
  // Guards first: they cost nothing, and reading a large snapshot takes a while.
  SNAPTREE_ASSIGN(image.encode_info_, FindEncodeInfo(options, info.path));
  const FoundEncodeInfo* const encoded = image.encode_info_ ? &*image.encode_info_ : nullptr;
  SNAPTREE_TRY(CheckEncodeInfo(options, encoded, findings));
  if (encoded != nullptr) image.cluster_id_ = encoded->info.manifest_cluster_id;

  ScanOptions scan;
  scan.progress = options.progress;
  SNAPTREE_ASSIGN(image.scan_, ScanContainer(*image.opened_.container, scan));
  findings->Merge(image.scan_.findings);
  const std::optional<uint64_t> payload_end = image.opened_.container->payload_end();
  if (!payload_end) {
    return DataError("ContainerUnsupported", "rows of this form are not restored as they stand")
        .At(info.path)
        .Expected("a .fsm file with a row stream or a bundle of tables")
        .Found(info.format)
        .Next("decode it, encode the tree, and restore that");
  }
  image.payload_ = {image.opened_.payload_begin, *payload_end};
  if (image.logical()) {
    SNAPTREE_TRY(image.CheckLogical());
  } else {
    WarnOfPhysical(info, image.scan_, findings);
  }
  SNAPTREE_TRY(image.FindDropped(options));
  SNAPTREE_TRY(image.FindPosition(options, findings));
  return image;
}

std::optional<uint64_t> RestoreImage::hlc_ceiling_ms() const {
  return logical() ? std::optional(HlcCeilingMs(info().last_commit_ts)) : info().hlc_ceiling_ms;
}

uint64_t RestoreImage::size() const {
  const uint64_t header = logical() ? kFsmHeader1Bytes : payload_.begin;
  return header + payload_.size() - dropped_.size() + kFooterBytes;
}

Result<WrittenImage> RestoreImage::Write(int fd, const std::string& path,
                                         Progress* progress) const {
  if (progress != nullptr) progress->Begin(fd < 0 ? "check" : "copy", "bytes", payload_.end);
  const InputFile& file = *opened_.file;
  WrittenImage written;
  uint32_t crc_of_input = 0;  // of all its bytes before the footer
  Sha256 sha256;              // of the payload
  const auto write = [&](Slice bytes) -> Status {
    written.crc32c = ExtendCrc32c(written.crc32c, bytes);
    written.bytes += bytes.size();
    return fd < 0 ? Status::Ok() : WriteFully(fd, bytes, path);
  };
  if (logical()) SNAPTREE_TRY(write(FsmHeader1(*hlc_ceiling_ms())));

  std::string piece;
  for (uint64_t at = 0; at < payload_.end; at += piece.size()) {
    SNAPTREE_TRY(CheckCancelled());
    // A piece is all header, all payload to keep, or all payload to drop.
    uint64_t stop = payload_.end;
    for (const uint64_t edge : {payload_.begin, dropped_.begin, dropped_.end}) {
      if (edge > at) stop = std::min(stop, edge);
    }
    piece.resize(static_cast<size_t>(std::min<uint64_t>(stop - at, kPieceBytes)));
    SNAPTREE_TRY(file.ReadExactlyAt(at, piece.data(), piece.size()));
    crc_of_input = ExtendCrc32c(crc_of_input, piece);
    const bool header = at < payload_.begin;
    const bool dropped = at >= dropped_.begin && at < dropped_.end;
    if (!header && logical()) sha256.Update(piece);
    if (!dropped && !(header && logical())) SNAPTREE_TRY(write(piece));
    if (progress != nullptr) progress->done.store(at + piece.size(), std::memory_order_relaxed);
  }
  if (logical()) {
    SNAPTREE_TRY(CheckImageDigest(*encode_info_, Hex(AsSlice(sha256.Finish())), info().path));
  }
  if (info().crc32c && crc_of_input != *info().crc32c) {
    return EnvironmentError("ChangedWhileReading", "the snapshot changed while it was read")
        .At(info().path)
        .Next("copy the file first");
  }
  std::string footer;
  AppendBe32(&footer, written.crc32c);
  if (fd >= 0) SNAPTREE_TRY(WriteFully(fd, footer, path));
  written.bytes += footer.size();
  return written;
}

}  // namespace snaptree

#include "formats/snapshot_look.h"

#include <algorithm>

#include "base/cancel.h"
#include "base/checksum.h"
#include "base/coding.h"
#include "base/file.h"
#include "base/text.h"
#include "formats/fsm_format.h"
#include "formats/hashicorp_snapshot.h"
#include "formats/snap_payload.h"

namespace snaptree {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;
constexpr size_t kPeekedBytes = 2048;  // an FSM header and the beginning of a payload

// A bundle's manifest begins with these members; its other text is not looked at.
uint64_t LastCommitOfBundle(Slice manifest) {
  constexpr Slice kBefore = "{\"version\":1,\"last_commit_ts\":";
  if (!manifest.starts_with(kBefore)) return 0;
  manifest.remove_prefix(kBefore.size());
  return ParseU64(manifest.substr(0, manifest.find(','))).value_or(0);
}

uint64_t LastCommitOf(Slice payload) {
  constexpr size_t kBundleHeader = 48;
  constexpr size_t kVersionListTimestamp = 16;
  if (payload.starts_with(kRowStreamMagic) && payload.size() >= kRowStreamHeaderBytes)
    return LoadLe64(payload.data() + kMagicBytes);
  if (payload.starts_with(kSstBundleMagic) && payload.size() > kBundleHeader)
    return LastCommitOfBundle(payload.substr(kBundleHeader));
  if (payload.starts_with(kVersionListMagic) &&
      payload.size() >= kVersionListTimestamp + sizeof(uint64_t))
    return LoadLe64(payload.data() + kVersionListTimestamp);
  return 0;
}

// Takes the FSM header off; false: there is one that cannot be read.
bool TakeFsmHeader(Slice* bytes, SnapshotLook* look) {
  if (bytes->starts_with(kFsmMagic1) && bytes->size() >= kFsmHeader1Bytes) {
    look->format = kFsmMagic1;
    bytes->remove_prefix(kFsmHeader1Bytes);
    return true;
  }
  if (!bytes->starts_with(kFsmMagic2)) return !bytes->starts_with(kFsmMagicFamily);
  const size_t fixed = kFsmHeader2FixedBytes;
  if (bytes->size() < fixed + kFsmHeader2MinLength) return false;
  const size_t length = LoadBe16(bytes->data() + kMagicBytes);
  if (length < kFsmHeader2MinLength || length > bytes->size() - fixed) return false;
  look->format = kFsmMagic2;
  look->raft_cutover_index = LoadBe64(bytes->data() + fixed + sizeof(uint64_t));
  bytes->remove_prefix(fixed + length);
  return true;
}

void Peek(const InputFile& file, uint64_t payload_begin, SnapshotLook* look) {
  std::string head(kPeekedBytes, '\0');
  const Result<size_t> got = file.ReadAt(payload_begin, head.data(), head.size());
  if (!got.ok()) return;
  Slice bytes = Slice(head).substr(0, *got);
  if (!TakeFsmHeader(&bytes, look)) return;
  look->last_commit_ts = LastCommitOf(bytes);
  for (const Slice magic : {kRowStreamMagic, kSstBundleMagic, kVersionListMagic}) {
    if (bytes.starts_with(magic))
      look->format += (look->format.empty() ? "" : "+") + std::string(magic);
  }
}

// The whole file against its footer; the footer's value, or why not.
Result<uint32_t> VerifyFooter(const InputFile& file, Progress* progress) {
  const std::string& path = file.path();
  if (file.size() < kFooterBytes)
    return DataError("PayloadTruncated", "the file is shorter than a footer").At(path);
  const uint64_t covered = file.size() - kFooterBytes;
  if (progress != nullptr) progress->Begin("check", "bytes", covered);
  uint32_t crc = 0;
  std::string piece;
  for (uint64_t at = 0; at < covered; at += piece.size()) {
    SNAPTREE_TRY(CheckCancelled());
    piece.resize(static_cast<size_t>(std::min<uint64_t>(covered - at, kPieceBytes)));
    SNAPTREE_TRY(file.ReadExactlyAt(at, piece.data(), piece.size()));
    crc = ExtendCrc32c(crc, piece);
    if (progress != nullptr) progress->done.store(at, std::memory_order_relaxed);
  }
  char footer[kFooterBytes];
  SNAPTREE_TRY(file.ReadExactlyAt(covered, footer, sizeof footer));
  if (LoadBe32(footer) == crc) return crc;
  return DataError("FsmChecksum", "the file does not match its footer")
      .At(path, covered)
      .Expected("crc32c " + Hex32(LoadBe32(footer)))
      .Found(Hex32(crc));
}

Status CheckFsm(const ListedSnapshot& snapshot, const InputFile& file, Progress* progress,
                SnapshotLook* look) {
  SNAPTREE_ASSIGN(look->crc32c, VerifyFooter(file, progress));
  if (!snapshot.token_crc32c || *snapshot.token_crc32c == *look->crc32c) return {};
  return DataError("SnapTokenMismatch", "its .snap file names another checksum")
      .At(file.path())
      .Expected("crc32c " + Hex32(*snapshot.token_crc32c))
      .Found(Hex32(*look->crc32c));
}

Status LookInto(const ListedSnapshot& snapshot, bool all, Progress* progress, SnapshotLook* look) {
  const bool first_engine = snapshot.kind == SnapshotKind::kFirstEngine;
  const std::string path = first_engine ? snapshot.path + "/state.bin" : snapshot.path;
  SNAPTREE_ASSIGN(const InputFile file, InputFile::Open(path));
  if (snapshot.kind == SnapshotKind::kInSnapFile) {
    if (!all) return {};
    SNAPTREE_ASSIGN(const std::optional<SnapPayload> payload, FindSnapPayload(file));
    if (!payload) return DataError("SnapInvalid", "the .snap file cannot be read").At(path);
    Peek(file, payload->data.begin, look);
    return {};
  }
  Peek(file, 0, look);
  if (!all) return {};
  if (snapshot.kind == SnapshotKind::kFsm) return CheckFsm(snapshot, file, progress, look);
  if (!first_engine) return {};
  SNAPTREE_ASSIGN(const SnapshotFacts facts, FactsOfStateFile(path));
  return facts.can_prove() ? CheckFacts(facts, file, progress) : Status::Ok();
}

// A link to nowhere, a pipe or a folder in the place of its file: what is broken is the snapshot,
// not the call that named the directory.
Status ProblemOf(Status status) {
  if (status.ok() || status.kind() != ErrorKind::kUsage) return status;
  const ErrorInfo& info = status.info();
  return DataError("SnapshotNotFile", "it is not a file that can be opened")
      .At(info.source)
      .Found(info.found.empty() ? info.what : info.found);
}

}  // namespace

SnapshotLook PeekSnapshot(const ListedSnapshot& snapshot) {
  SnapshotLook look;
  look.problem = ProblemOf(LookInto(snapshot, false, nullptr, &look));
  return look;
}

SnapshotLook CheckSnapshot(const ListedSnapshot& snapshot, Progress* progress) {
  SnapshotLook look;
  look.problem = ProblemOf(LookInto(snapshot, true, progress, &look));
  return look;
}

}  // namespace snaptree

#include "formats/version_lists.h"

#include <optional>
#include <string>
#include <utility>

#include "base/cancel.h"
#include "base/coding.h"
#include "base/external_sorter.h"
#include "base/progress.h"
#include "base/scratch_folder.h"
#include "base/text.h"
#include "formats/footer_check.h"
#include "formats/fsm_format.h"
#include "formats/row_copy.h"
#include "formats/version_list_reader.h"

namespace snaptree {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 18;

// Sorts versions into the order of raw keys. What goes through the sorter with a key is the value's
// header and then the body, or, of a large one, its place in the file.
class VersionSorter {
 public:
  VersionSorter(const InputFile& file, size_t memory_bytes, const std::string& folder)
      : file_(file),
        scratch_(folder),
        sorter_({memory_bytes / 4, [this] { return scratch_.Path(); }}) {}

  Status Add(const ListedVersion& version);
  Status CopyTo(RowCopy* copy);

 private:
  Status CopyBody(Slice payload, RowCopy* copy);

  static constexpr char kInline = 0;
  static constexpr char kPlace = 1;

  const InputFile& file_;
  ScratchFolder scratch_;
  ExternalSorter sorter_;
  std::string key_;
  std::string payload_;
  std::string piece_;
};

Status VersionSorter::Add(const ListedVersion& version) {
  key_ = version.user_key;
  AppendBe64(&key_, ~version.commit_ts);
  payload_.assign(1, static_cast<char>(version.tombstone ? kFlagTombstone : 0));
  AppendLe64(&payload_, version.expire_at);
  if (version.value.size() == version.value_size) {
    payload_ += kInline;
    payload_ += version.value;
  } else {
    payload_ += kPlace;
    AppendLe64(&payload_, version.value_position);
    AppendLe64(&payload_, version.value_size);
  }
  return sorter_.Add(key_, payload_);
}

Status VersionSorter::CopyBody(Slice payload, RowCopy* copy) {
  uint64_t at = LoadLe64(payload.data());
  uint64_t left = LoadLe64(payload.data() + 8);
  while (left > 0) {
    piece_.resize(static_cast<size_t>(std::min<uint64_t>(left, kPieceBytes)));
    SNAPTREE_TRY(file_.ReadExactlyAt(at, piece_.data(), piece_.size()));
    SNAPTREE_TRY(copy->Append(piece_));
    at += piece_.size();
    left -= piece_.size();
  }
  return {};
}

Status VersionSorter::CopyTo(RowCopy* copy) {
  SNAPTREE_TRY(sorter_.Finish());
  Slice key;
  Slice payload;
  for (uint64_t n = 0;; ++n) {
    if ((n & 0xfff) == 0) SNAPTREE_TRY(CheckCancelled());
    SNAPTREE_ASSIGN(const bool more, sorter_.Next(&key, &payload));
    if (!more) return {};
    const Slice head = payload.substr(0, kValueHeaderBytes);
    const bool placed = payload[kValueHeaderBytes] == kPlace;
    const Slice body = payload.substr(kValueHeaderBytes + 1);
    const uint64_t body_size = placed ? LoadLe64(body.data() + 8) : body.size();
    SNAPTREE_TRY(copy->Begin(key, kValueHeaderBytes + body_size));
    SNAPTREE_TRY(copy->Append(head));
    SNAPTREE_TRY(placed ? CopyBody(body, copy) : copy->Append(body));
  }
}

// What one walk over the payload has found.
struct Walk {
  VersionListHeader header;
  uint64_t versions = 0;     // that were read
  uint64_t entries_end = 0;  // of the last whole entry
  std::string last_whole_key;
  std::optional<uint32_t> footer;  // verified
  Status damage;                   // ok: all of it is whole
};

Status TrailingBytes(const InputFile& file, uint64_t end) {
  return DataError("TrailingBytes", "bytes after the last entry are neither an entry nor a footer")
      .At(file.path(), end)
      .Expected("4 bytes of footer, or none")
      .Found(std::to_string(file.size() - end) + " bytes")
      .Next(
          "the file was cut or bytes were added: get it again from the node; --salvage reads what "
          "is whole");
}

// Behind the entries stands nothing or a footer (spec 01 section 1.5); their own checksum covers
// them in any case.
Status CheckEnd(const InputFile& file, uint64_t payload_begin, const VersionListReader& reader,
                Walk* walk) {
  const uint64_t end = reader.entries_end();
  const uint64_t rest = file.size() - end;
  if (rest != 0 && rest != kFooterBytes) return TrailingBytes(file, end);
  Status footer_problem;
  if (rest != 0) {
    Result<uint32_t> footer = CheckFooter(file, end, reader.crc32c());
    if (footer.ok()) walk->footer = *footer;
    footer_problem = footer.ok() ? Status::Ok() : footer.status();
  }
  if (reader.crc32() == walk->header.crc32) return footer_problem;
  std::string what = "the version lists do not match their checksum";
  if (walk->footer)
    what += "; the footer's checksum matches, so the writer made this, not the disk";
  if (!footer_problem.ok()) what += "; the footer's does not match either";
  return DataError("MvccChecksum", what)
      .At(file.path(), payload_begin + kVersionListCrcAt)
      .Expected("crc32 " + Hex32(walk->header.crc32))
      .Found(Hex32(reader.crc32()))
      .Next("copy the file again or take an older one; --salvage reads it as it is");
}

Status ReadEntries(VersionListReader* reader, VersionSorter* sorter, Progress* progress,
                   uint64_t* versions) {
  ListedVersion version;
  for (*versions = 0;; ++*versions) {
    if ((*versions & 0xfff) == 0) {
      SNAPTREE_TRY(CheckCancelled());
      if (progress != nullptr)
        progress->done.store(version.value_position, std::memory_order_relaxed);
    }
    SNAPTREE_ASSIGN(const bool more, reader->Next(&version));
    if (!more) return {};
    if (sorter != nullptr) SNAPTREE_TRY(sorter->Add(version));
  }
}

// Reads the file from its beginning to `end`; its versions go into *sorter when there is one. What
// is wrong with the data stands in the result.
Result<Walk> WalkLists(const Payload& p, uint64_t end, VersionSorter* sorter) {
  Progress* const progress = p.options.progress;
  if (progress != nullptr) progress->Begin("sort", "bytes", end);
  VersionListReader reader(*p.file, p.envelope.payload_begin, end);
  Walk walk;
  SNAPTREE_ASSIGN(walk.header, reader.ReadHeader());
  walk.damage = ReadEntries(&reader, sorter, progress, &walk.versions);
  walk.entries_end = reader.entries_end();
  walk.last_whole_key = reader.last_whole_key();
  if (walk.damage.ok() && end == p.file->size())
    walk.damage = CheckEnd(*p.file, p.envelope.payload_begin, reader, &walk);
  if (!walk.damage.ok() && walk.damage.kind() != ErrorKind::kData) return walk.damage;
  return walk;
}

// Whole entries before the damage. Of the broken one nothing: its newest versions stand last, and
// without them an older one would pass for the newest.
Status Salvage(const Payload& p, const Walk& found, VersionSorter* sorter) {
  SNAPTREE_ASSIGN(const Walk kept, WalkLists(p, found.entries_end, sorter));
  SalvageReport& report = p.opened->salvage;
  report.damage = found.damage.Message();
  report.end_missing = found.damage.code() == "PayloadTruncated";
  report.rows_kept = kept.versions;
  const uint64_t rest = p.file->size() - found.entries_end;
  const bool only_checksum =
      found.damage.code() == "MvccChecksum" || found.damage.code() == "FsmChecksum";
  if (rest == 0 || only_checksum) return {};
  report.lost_ranges = 1;
  report.bytes_lost = rest;
  report.lost.push_back(
      {found.entries_end, p.file->size(), found.damage.info().what, found.last_whole_key});
  return {};
}

}  // namespace

Status OpenVersionLists(Payload& p) {
  VersionSorter sorter(*p.file, p.options.memory_bytes, p.scratch_folder());
  // When there may be damage, what of it is whole has to be known first.
  SNAPTREE_ASSIGN(const Walk walk,
                  WalkLists(p, p.file->size(), p.options.salvage ? nullptr : &sorter));
  if (!p.options.salvage) SNAPTREE_TRY(walk.damage);
  if (p.options.salvage && !walk.damage.ok()) SNAPTREE_TRY(Salvage(p, walk, &sorter));
  if (p.options.salvage && walk.damage.ok()) {
    SNAPTREE_TRY(WalkLists(p, walk.entries_end, &sorter).status());
  }
  SNAPTREE_ASSIGN(RowCopy copy,
                  RowCopy::Create(p.scratch_folder(), p.file->path() + " (sorted copy)",
                                  walk.header.last_commit_ts));
  SNAPTREE_TRY(sorter.CopyTo(&copy));
  ContainerInfo info = std::move(p.info);
  info.format =
      p.envelope.format + (p.envelope.format.empty() ? "" : "+") + std::string(kVersionListMagic);
  info.bytes = p.file->size();
  info.hlc_ceiling_ms = p.envelope.hlc_ceiling_ms;
  info.raft_cutover_index = p.envelope.raft_cutover_index;
  info.last_commit_ts = walk.header.last_commit_ts;
  info.crc32c = walk.footer;
  info.metadata = StoreMetadata{walk.header.min_retained_ts, std::nullopt};
  SNAPTREE_ASSIGN(p.opened->container, copy.Finish(std::move(info)));
  return {};
}

}  // namespace snaptree

#include "adapters/s3/s3_chunk_blobs.h"

#include <algorithm>

#include "adapters/common/row_lines.h"
#include "adapters/s3/s3_keys.h"
#include "base/text.h"
#include "formats/view_cursor.h"

namespace snaptree::s3 {
namespace {

constexpr size_t kMaxSamples = size_t{1} << 19;  // 20 MiB
constexpr double kUsesShare = 0.1;

ValueRef ByPlace(const ValueRef& value) { return {Slice(), value.size, value.position}; }

}  // namespace

ChunkBlobs::ChunkBlobs(const DecodeContext& context)
    : context_(context),
      misfits_(context),
      family_(FamilyOf(kChunkBlobPrefix)),
      uses_(context.sorter_options(kUsesShare)) {}

void ChunkBlobs::AddSample(const Sha256Digest& digest, uint64_t position) {
  if (since_sample_++ % stride_ != 0) return;
  if (samples_.size() == kMaxSamples) {
    for (size_t i = 0; i < kMaxSamples / 2; ++i) samples_[i] = samples_[2 * i];
    samples_.resize(kMaxSamples / 2);
    stride_ *= 2;
  }
  samples_.push_back({digest, position});
}

Status ChunkBlobs::BuildIndex() {
  ViewCursor cursor(context_.source, context_.scan, family_);
  ViewRow row;
  Sha256Digest digest;
  std::optional<Sha256Digest> previous;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.Next(&row));
    if (!more) break;
    end_ = row.end;
    if (ParseChunkBlobTail(row.key.substr(kChunkBlobPrefix.size()), &digest) != KeyShape::kGood) {
      continue;
    }
    // At its first version: a walk that began at another one would bring older data back.
    if (previous != digest) AddSample(digest, row.position);
    previous = digest;
  }
  indexed_ = true;
  return {};
}

Result<std::optional<ValueRef>> ChunkBlobs::Find(const Sha256Digest& digest) {
  {
    const std::lock_guard lock(mutex_);
    if (!indexed_) SNAPTREE_TRY(BuildIndex());
  }
  const auto after =
      std::upper_bound(samples_.begin(), samples_.end(), digest,
                       [](const Sha256Digest& d, const Sample& s) { return d < s.digest; });
  if (after == samples_.begin()) return std::optional<ValueRef>();
  const Extent extent{(after - 1)->position, after == samples_.end() ? end_ : after->position};
  ViewCursor cursor(context_.source, context_.scan,
                    std::vector<FamilyExtent>{{extent, /*mixed=*/true}}, family_);
  const std::string key = std::string(kChunkBlobPrefix) + Hex(AsSlice(digest));
  ViewRow row;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more || row.key > key) return std::optional<ValueRef>();
    if (row.key == key) return std::optional<ValueRef>(ByPlace(row.body));
  }
}

Result<bool> ChunkBlobs::Verify(const Sha256Digest& digest, const ValueRef& value) {
  Sha256 hash;
  SNAPTREE_TRY(ForEachPiece(context_.source, value, 0, [&](Slice piece) -> Status {
    hash.Update(piece);
    return CheckCancelled();
  }));
  if (hash.Finish() == digest) return true;
  SNAPTREE_TRY(AddUse(digest, ChunkUse::kDamaged));
  return false;
}

Status ChunkBlobs::AddUse(const Sha256Digest& digest, ChunkUse use) {
  const char payload = static_cast<char>(use);
  const std::lock_guard lock(mutex_);
  return uses_.Add(AsSlice(digest), Slice(&payload, 1));
}

Status ChunkBlobs::NextUse() {
  Slice digest;
  Slice payload;
  SNAPTREE_ASSIGN(more_uses_, uses_.Next(&digest, &payload));
  if (!more_uses_) return {};
  use_digest_ = digest;
  use_ = static_cast<ChunkUse>(payload[0]);
  return {};
}

Result<std::optional<ChunkUse>> ChunkBlobs::UseOf(const Sha256Digest& digest) {
  while (more_uses_ && Slice(use_digest_) < AsSlice(digest)) SNAPTREE_TRY(NextUse());
  std::optional<ChunkUse> use;
  while (more_uses_ && Slice(use_digest_) == AsSlice(digest)) {
    use = std::max(use.value_or(use_), use_);
    SNAPTREE_TRY(NextUse());
  }
  return use;
}

Status ChunkBlobs::Book(const ViewRow& row, const Sha256Digest& digest, Slice folder,
                        Unused* unused) {
  SNAPTREE_ASSIGN(const std::optional<ChunkUse> use, UseOf(digest));
  if (use == ChunkUse::kDamaged) {
    return context_.ledger.AddDamaged(
        family_, row,
        DataError("S3ChunkBlobDigest", "a chunk's bytes are not those of its SHA-256"));
  }
  if (use == ChunkUse::kIncomplete) {
    return context_.ledger.AddDamaged(
        family_, row, DataError("S3ObjectIncomplete", "a chunk of an object that lacks others"));
  }
  RowLedger::Place place = RowLedger::Place::kOperational;
  if (use == ChunkUse::kEmitted) place = RowLedger::Place::kEmitted;
  if (use == ChunkUse::kExcluded) place = RowLedger::Place::kExcluded;
  if (!use || use == ChunkUse::kOrphan) {
    ++unused->rows;
    unused->bytes += row.body.size;
  }
  if (!use) {
    const std::string path = std::string(folder) + Hex(AsSlice(digest)) + ".bin";
    if (!folder.empty() && context_.filter.Selects(path)) {
      SNAPTREE_TRY(WriteValueFile(context_.source, context_.sink, path, row.body, 0));
      place = RowLedger::Place::kEmitted;
    }
  }
  context_.ledger.Add(family_, place);
  return {};
}

Result<ChunkBlobs::Unused> ChunkBlobs::BookAll(Slice folder) {
  SNAPTREE_TRY(uses_.Finish());
  SNAPTREE_TRY(NextUse());
  Unused unused;
  ViewCursor cursor(context_.source, context_.scan, family_);
  ViewRow row;
  Sha256Digest digest;
  for (;;) {
    SNAPTREE_ASSIGN(const bool more, cursor.NextLive(&row));
    if (!more) return unused;
    const KeyShape shape = ParseChunkBlobTail(row.key.substr(kChunkBlobPrefix.size()), &digest);
    if (shape != KeyShape::kGood) {
      SNAPTREE_TRY(misfits_.Add(family_, row, shape));
    } else {
      SNAPTREE_TRY(Book(row, digest, folder, &unused));
    }
  }
}

}  // namespace snaptree::s3

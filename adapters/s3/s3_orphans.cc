#include "adapters/s3/s3_orphans.h"

#include <fmt/format.h>

#include "adapters/common/row_lines.h"
#include "adapters/s3/s3_values.h"
#include "manifest/file_name_codec.h"

namespace snaptree::s3 {
namespace {

constexpr size_t kMaxUploadNameBytes = 190;

Status InvalidReference() {
  return DataError("S3InvalidChunkRef", "the reference to a chunk cannot be read");
}

std::string FolderOf(const Bucket& bucket, const S3Key& key) {
  return fmt::format("{}_orphans/{}/gen-{}/", bucket.orphan_folder,
                     EncodeDirectorySegment(SegmentText(key.object)).name, key.generation);
}

std::string ChunkPath(const Bucket& bucket, const S3Key& key, Slice extension) {
  const std::string upload = SegmentText(key.upload);
  std::string name = EncodeSegment(upload).name;
  if (name.size() > kMaxUploadNameBytes) name = Sha256::HexOf(upload).substr(0, 32);
  return fmt::format("{}{}_{:016x}_{:016x}_{:016x}{}", FolderOf(bucket, key), name, key.part,
                     key.chunk, key.version, extension);
}

}  // namespace

void OrphanRows::Count(const Bucket& bucket, uint64_t bytes) {
  Tallies& tallies = shared_.tallies;
  Tally& tally = bucket.known_deleted ? tallies.deleted_bucket_rows : tallies.orphan_chunks;
  tally.Add(bucket.name, bytes);
}

Status OrphanRows::Write(const Bucket& bucket, Slice path, const ValueRef& value) {
  if (bucket.orphan_folder == bucket.folder) {
    ++shared_.records_in_bucket;
  } else {
    shared_.tallies.wrote_internal = true;
  }
  return WriteValueFile(shared_.context.source, shared_.context.sink, path, value, 0);
}

Result<bool> OrphanRows::WriteReference(const Bucket& bucket, const S3Cursor& row,
                                        const ChunkRef& ref) {
  SNAPTREE_ASSIGN(const std::optional<ValueRef> value, shared_.chunk_blobs.Find(ref.digest));
  if (!value) return false;
  SNAPTREE_ASSIGN(const bool good, shared_.chunk_blobs.Verify(ref.digest, *value));
  if (!good) return false;
  SNAPTREE_TRY(Write(bucket, ChunkPath(bucket, row.key(), ".ref.bin"), *value));
  SNAPTREE_TRY(shared_.chunk_blobs.AddUse(ref.digest, ChunkUse::kEmitted));
  return true;
}

Status OrphanRows::WriteHead(const Bucket& bucket, const S3Key& key, const ValueRef& value) {
  return Write(bucket, FolderOf(bucket, key) + "head.json", value);
}

Status OrphanRows::Book(const S3Cursor& row, RowLedger::Place place) {
  shared_.context.ledger.Add(row.family(), place);
  return {};
}

Status OrphanRows::Blob(const Bucket& bucket, const S3Cursor& row) {
  Count(bucket, row.row().body.size);
  if (!Writes(bucket)) return Book(row, RowLedger::Place::kOperational);
  const std::string path = ChunkPath(bucket, row.key(), ".bin");
  if (!shared_.context.filter.Selects(path)) return Book(row, RowLedger::Place::kExcluded);
  SNAPTREE_TRY(Write(bucket, path, row.row().body));
  return Book(row, RowLedger::Place::kEmitted);
}

Status OrphanRows::Reference(const Bucket& bucket, const S3Cursor& row) {
  SNAPTREE_ASSIGN(const auto ref, LoadChunkRef(shared_.context.source, row.row().body));
  if (!ref) return shared_.context.ledger.AddDamaged(row.family(), row.row(), InvalidReference());
  Count(bucket, row.row().body.size);
  SNAPTREE_TRY(shared_.chunk_blobs.AddUse(ref->digest, ChunkUse::kOrphan));
  if (!Writes(bucket)) return Book(row, RowLedger::Place::kOperational);
  if (!shared_.context.filter.Selects(ChunkPath(bucket, row.key(), ".ref.bin"))) {
    return Book(row, RowLedger::Place::kExcluded);
  }
  SNAPTREE_ASSIGN(const bool written, WriteReference(bucket, row, *ref));
  return Book(row, written ? RowLedger::Place::kEmitted : RowLedger::Place::kOperational);
}

Status OrphanRows::Head(const Bucket& bucket, const S3Cursor& row) {
  Tallies& tallies = shared_.tallies;
  (bucket.known_deleted ? tallies.deleted_bucket_rows : tallies.stale_heads).Add(bucket.name);
  if (!Writes(bucket)) return Book(row, RowLedger::Place::kOperational);
  const std::string path = FolderOf(bucket, row.key()) + "head.json";
  if (!shared_.context.filter.Selects(path)) return Book(row, RowLedger::Place::kExcluded);
  SNAPTREE_TRY(Write(bucket, path, row.row().body));
  return Book(row, RowLedger::Place::kEmitted);
}

Status OrphanRows::KeepBlob(const Bucket& bucket, const S3Cursor& row, const Status& why) {
  if (!shared_.context.salvage) {
    return shared_.context.ledger.AddDamaged(row.family(), row.row(), why);
  }
  SNAPTREE_TRY(Write(bucket, ChunkPath(bucket, row.key(), ".bin"), row.row().body));
  return Book(row, RowLedger::Place::kEmitted);
}

Status OrphanRows::KeepReference(const Bucket& bucket, const S3Cursor& row, const Status& why) {
  RowLedger& ledger = shared_.context.ledger;
  SNAPTREE_ASSIGN(const auto ref, LoadChunkRef(shared_.context.source, row.row().body));
  if (!ref) return ledger.AddDamaged(row.family(), row.row(), InvalidReference());
  if (shared_.context.salvage) {
    SNAPTREE_ASSIGN(const bool written, WriteReference(bucket, row, *ref));
    if (written) return Book(row, RowLedger::Place::kEmitted);
  }
  SNAPTREE_TRY(shared_.chunk_blobs.AddUse(ref->digest, ChunkUse::kIncomplete));
  return ledger.AddDamaged(row.family(), row.row(), why);
}

}  // namespace snaptree::s3

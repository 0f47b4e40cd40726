#include "adapters/s3/s3_object_pass.h"

#include <algorithm>

#include "adapters/s3/s3_object_findings.h"
#include "adapters/s3/s3_values.h"
#include "base/text.h"

namespace snaptree::s3 {
namespace {

Status Incomplete(const MissingChunk& missing) {
  return DataError("S3ObjectIncomplete", "its object lacks chunk " + std::to_string(missing.chunk) +
                                             " of part " + std::to_string(missing.part) +
                                             " or others");
}

}  // namespace

ObjectPass::ObjectPass(Shared* shared)
    : shared_(*shared),
      heads_(shared->context, FamilyOf(kHeadPrefix), KeyLayout::kObject, &shared->misfits),
      chunks_{S3Cursor(shared->context, shared->chunk_family(ChunkFamily::kBlob), KeyLayout::kChunk,
                       &shared->misfits),
              S3Cursor(shared->context, shared->chunk_family(ChunkFamily::kReference),
                       KeyLayout::kChunk, &shared->misfits)},
      uploads_{OpenUploads(shared), OpenUploads(shared)},
      orphans_(shared),
      bodies_(shared),
      sidecars_(shared),
      key_map_(shared->context.sink) {}

Status ObjectPass::Start() {
  SNAPTREE_TRY(heads_.Start());
  for (S3Cursor& chunks : chunks_) SNAPTREE_TRY(chunks.Start());
  for (OpenUploads& uploads : uploads_) SNAPTREE_TRY(uploads.Start());
  return {};
}

Slice ObjectPass::NextBucket() const {
  Slice next = heads_.valid() ? heads_.key().bucket : Slice();
  for (const S3Cursor& chunks : chunks_) {
    if (chunks.valid() && (next.empty() || chunks.key().bucket < next)) next = chunks.key().bucket;
  }
  return next;
}

Slice ObjectPass::NextScope(Slice bucket) const {
  Slice next = heads_.IsIn(bucket) ? heads_.key().scope : Slice();
  for (const S3Cursor& chunks : chunks_) {
    if (chunks.IsIn(bucket) && (next.empty() || chunks.key().scope < next)) {
      next = chunks.key().scope;
    }
  }
  return next;
}

Result<uint64_t> ObjectPass::Run(const Bucket& bucket, NamePass* names) {
  written_ = 0;
  key_map_.Begin(bucket.folder);
  sidecars_.Begin(bucket.folder);
  for (Slice scope; !(scope = NextScope(bucket.segment)).empty();) {
    SNAPTREE_TRY(RunObject(bucket, names, scope));
  }
  SNAPTREE_TRY(key_map_.End());
  SNAPTREE_TRY(sidecars_.End());
  return written_;
}

Status ObjectPass::RunObject(const Bucket& bucket, NamePass* names, Slice scope) {
  SNAPTREE_TRY(CheckCancelled());
  Object object;
  object.bucket = &bucket;
  object.scope = scope;
  object.wanted = bucket.may_be_selected;
  SNAPTREE_TRY(TakeHead(&object, names));
  size_part_ = nullptr;
  for (const ChunkFamily family : {ChunkFamily::kBlob, ChunkFamily::kReference}) {
    SNAPTREE_TRY(TakeChunks(&object, family));
  }
  return object.manifest ? Finish(&object) : Status::Ok();
}

Status ObjectPass::Exclude(const S3Cursor& row) {
  shared_.context.ledger.Add(row.family(), RowLedger::Place::kExcluded);
  if (row.family() != shared_.chunk_family(ChunkFamily::kReference)) return {};
  SNAPTREE_ASSIGN(const auto ref, LoadChunkRef(shared_.context.source, row.row().body));
  return ref ? shared_.chunk_blobs.AddUse(ref->digest, ChunkUse::kExcluded) : Status::Ok();
}

// ---- Heads --------------------------------------------------------------------------------------

Status ObjectPass::TakeHead(Object* object, NamePass* names) {
  return ForEachIn(&heads_, object->scope, [&]() -> Status {
    if (!heads_.row().IsLive()) return {};
    if (!object->wanted) return Exclude(heads_);
    if (object->bucket->IsAlive(heads_.key().generation)) return TakeLiveHead(object, names);
    return orphans_.Head(*object->bucket, heads_);
  });
}

Status ObjectPass::TakeLiveHead(Object* object, NamePass* names) {
  object->key = SegmentText(heads_.key().object);
  SNAPTREE_ASSIGN(object->kind, names->KindOf(object->key));
  object->path = object->bucket->folder + PathOf(object->key, object->kind);
  if (const AddressFilter& filter = shared_.context.filter; !filter.everything()) {
    const std::string sidecar = object->path + std::string(kSidecarSuffix);
    object->wanted = filter.Selects(object->path, sidecar);
    // Lines are no files that a pattern could leave out.
    object->with_sidecar = shared_.options.jsonl || !filter.Excludes(sidecar);
  }
  if (shared_.options.jsonl && KindBesideLines(object->key, object->kind) != object->kind) {
    object->kind = PathKind::kFallback;  // its address stays what it was
    object->path = object->bucket->folder + PathOf(object->key, object->kind);
  }
  if (!object->wanted) return Exclude(heads_);
  const ViewRow& row = heads_.row();
  Result<Manifest> manifest = ParseManifest(shared_.context.source, row.body);
  if (!manifest.ok()) {
    if (manifest.status().kind() != ErrorKind::kData) return std::move(manifest).status();
    ++shared_.totals.losses;
    return shared_.context.ledger.AddDamaged(heads_.family(), row, manifest.status());
  }
  object->head = {row.position, row.end};
  object->head_value = {Slice(), row.body.size, row.body.position};
  object->manifest = *std::move(manifest);
  object->parts.emplace(*object->manifest);
  return {};
}

// ---- Chunk rows, first walk: keys and lengths ---------------------------------------------------

Status ObjectPass::TakeChunks(Object* object, ChunkFamily family) {
  S3Cursor& cursor = chunks_[static_cast<size_t>(family)];
  ChunkRows& rows = object->rows[static_cast<size_t>(family)];
  const bool keep_begins = object->parts && !object->parts->ascend();
  return ForEachIn(&cursor, object->scope, [&]() -> Status {
    const ViewRow& row = cursor.row();
    if (rows.extent.end == 0) rows.extent.begin = row.position;
    rows.extent.end = row.end;
    const Part* own = nullptr;
    if (object->parts) own = object->parts->Find(cursor.key(), family == ChunkFamily::kReference);
    if (own != nullptr && keep_begins) rows.part_begins.emplace(own->number, row.position);
    return row.IsLive() ? TakeChunk(object, family, own) : Status::Ok();
  });
}

Status ObjectPass::TakeChunk(Object* object, ChunkFamily family, const Part* own) {
  if (own == nullptr) return TakeForeign(*object, family);
  ++object->own_rows[static_cast<size_t>(family)];
  if (family == ChunkFamily::kBlob) CompareSize(object, *own);
  return {};
}

// Counts the chunk when it has the size that the manifest tells. Rows ascend by part and chunk; for
// a manifest whose parts do not, FindMissing() looks again.
void ObjectPass::CompareSize(Object* object, const Part& part) {
  const S3Cursor& cursor = chunks_[static_cast<size_t>(ChunkFamily::kBlob)];
  if (part.chunk_sizes.empty()) {
    ++object->own_chunks;
    return;
  }
  if (size_part_ != &part) {
    size_part_ = &part;
    sizes_.emplace(part.chunk_sizes);
  }
  while (sizes_->next_index() < cursor.key().chunk) sizes_->Next();
  if (sizes_->next_index() > cursor.key().chunk) return;
  if (sizes_->Next() == cursor.row().body.size) ++object->own_chunks;
}

Status ObjectPass::TakeForeign(const Object& object, ChunkFamily family) {
  const Bucket& bucket = *object.bucket;
  const S3Cursor& cursor = chunks_[static_cast<size_t>(family)];
  const bool is_reference = family == ChunkFamily::kReference;
  if (!bucket.may_be_selected) return Exclude(cursor);
  if (bucket.IsAlive(cursor.key().generation)) {
    OpenUploads& uploads = uploads_[static_cast<size_t>(family)];
    SNAPTREE_ASSIGN(const bool wanted, uploads.Want(cursor.key(), is_reference));
    if (wanted) return TakeUploadChunk(bucket, cursor);
  }
  if (!object.wanted) return Exclude(cursor);
  return is_reference ? orphans_.Reference(bucket, cursor) : orphans_.Blob(bucket, cursor);
}

// With --include-incomplete-uploads, UploadPass writes and books it.
Status ObjectPass::TakeUploadChunk(const Bucket& bucket, const S3Cursor& row) {
  shared_.tallies.open_upload_chunks.Add(bucket.name, row.row().body.size);
  return shared_.options.include_incomplete_uploads ? Status::Ok() : Exclude(row);
}

// ---- Objects ------------------------------------------------------------------------------------

Result<std::optional<MissingChunk>> ObjectPass::FindMissing(const Object& object) {
  const Manifest& manifest = *object.manifest;
  if (object.parts->ascend() && object.own_chunks == object.parts->chunks()) {
    return std::optional<MissingChunk>();
  }
  ChunkReader reader(&shared_, object.rows, object.scope, object.parts->upload());
  for (const Part& part : manifest.parts) {
    SNAPTREE_TRY(reader.BeginPart(part));
    SNAPTREE_ASSIGN(const auto missing,
                    ForEachChunk(&reader, part, /*verify=*/true,
                                 [](const ValueRef&) { return CheckCancelled(); }));
    if (missing) return missing;
  }
  return std::optional<MissingChunk>();
}

Status ObjectPass::Finish(Object* object) {
  SNAPTREE_ASSIGN(const std::optional<MissingChunk> missing, FindMissing(*object));
  if (missing) return KeepIncomplete(*object, *missing);
  SNAPTREE_TRY(WriteObject(*object));
  RowLedger& ledger = shared_.context.ledger;
  ledger.Add(heads_.family(), RowLedger::Place::kEmitted);
  for (size_t f = 0; f < kChunkFamilies; ++f) {
    ledger.Add(chunks_[f].family(), RowLedger::Place::kEmitted, object->own_rows[f]);
  }
  ++written_;
  ++shared_.records_in_bucket;
  return {};
}

Status ObjectPass::WriteObject(const Object& object) {
  const Manifest& manifest = *object.manifest;
  ChunkReader reader(&shared_, object.rows, object.scope, object.parts->upload());
  SNAPTREE_ASSIGN(const BodyFacts facts, bodies_.Write(object.path, manifest, &reader));
  const std::string path = PathOf(object.key, object.kind);
  if (object.with_sidecar) SNAPTREE_TRY(sidecars_.Write(object.key, path, manifest, facts));
  ReportObject(&shared_, object.path, manifest, facts);
  if (object.kind == PathKind::kNatural) return {};
  return key_map_.Add(path, object.key, KeymapKind(object.kind));
}

// ---- Objects that cannot be put together --------------------------------------------------------

Status ObjectPass::KeepIncomplete(const Object& object, const MissingChunk& missing) {
  const DecodeContext& context = shared_.context;
  ++shared_.totals.losses;
  context.findings.Warn(
      "s3_object_incomplete",
      "objects of which chunks are missing or damaged were not written; --salvage writes the "
      "chunks that are there",
      object.path + ", " + std::to_string(object.manifest->size_bytes) + " bytes, part " +
          std::to_string(missing.part) + " chunk " + std::to_string(missing.chunk));
  const Status why = Incomplete(missing);
  SNAPTREE_TRY(context.ledger.AddDamagedAt(heads_.family(), object.head.begin, why));
  if (context.salvage) {
    S3Key key;
    ParseTail(object.scope, KeyLayout::kObject, &key);
    SNAPTREE_TRY(orphans_.WriteHead(*object.bucket, key, object.head_value));
  }
  SNAPTREE_TRY(KeepRows(object, ChunkFamily::kBlob, why));
  return KeepRows(object, ChunkFamily::kReference, why);
}

// The chunks that are there: as pieces with --salvage, else as damaged rows.
Status ObjectPass::KeepRows(const Object& object, ChunkFamily family, const Status& why) {
  if (object.own_rows[static_cast<size_t>(family)] == 0) return {};
  const bool is_reference = family == ChunkFamily::kReference;
  S3Cursor cursor(shared_.context, shared_.chunk_family(family), KeyLayout::kChunk,
                  object.rows[static_cast<size_t>(family)].extent);
  SNAPTREE_TRY(cursor.Start());
  return ForEachIn(&cursor, object.scope, [&]() -> Status {
    if (!cursor.row().IsLive() || object.parts->Find(cursor.key(), is_reference) == nullptr) {
      return {};
    }
    return is_reference ? orphans_.KeepReference(*object.bucket, cursor, why)
                        : orphans_.KeepBlob(*object.bucket, cursor, why);
  });
}

}  // namespace snaptree::s3

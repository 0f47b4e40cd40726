#include "adapters/s3/s3_upload_pass.h"

#include <fmt/format.h>

#include <algorithm>

#include "adapters/s3/s3_manifest_parts.h"
#include "adapters/s3/s3_object_findings.h"
#include "adapters/s3/s3_values.h"
#include "base/text.h"

namespace snaptree::s3 {
namespace {

constexpr double kNamesShare = 0.02;  // of each of two sorters

// RFC 4648 section 4, with padding.
std::string StandardBase64(Slice bytes) {
  std::string text = Base64Url(bytes);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

size_t FamilyIndex(const Part& part) {
  return static_cast<size_t>(part.offloaded ? ChunkFamily::kReference : ChunkFamily::kBlob);
}

}  // namespace

UploadPass::UploadPass(Shared* shared)
    : shared_(*shared),
      metas_(shared->context, FamilyOf(kUploadMetaPrefix), KeyLayout::kUpload, &shared->misfits),
      parts_(shared->context, FamilyOf(kUploadPartPrefix), KeyLayout::kPart, &shared->misfits),
      name_metas_(shared->context, FamilyOf(kUploadMetaPrefix), KeyLayout::kUpload, nullptr),
      chunks_{S3Cursor(shared->context, shared->chunk_family(ChunkFamily::kBlob), KeyLayout::kChunk,
                       nullptr),
              S3Cursor(shared->context, shared->chunk_family(ChunkFamily::kReference),
                       KeyLayout::kChunk, nullptr)},
      open_(shared),
      open_part_(shared),
      names_(shared->context.sorter_options(kNamesShare)),
      lines_(shared->context.sink, JsonStyle::kCompact, HtmlEscape::kOff),
      bodies_(shared) {}

Status UploadPass::Start() {
  SNAPTREE_TRY(metas_.Start());
  SNAPTREE_TRY(parts_.Start());
  SNAPTREE_TRY(open_.Start());
  SNAPTREE_TRY(open_part_.Start());
  if (!Writes()) return {};
  SNAPTREE_TRY(name_metas_.Start());
  for (S3Cursor& chunks : chunks_) SNAPTREE_TRY(chunks.Start());
  return {};
}

Slice UploadPass::NextBucket() const {
  if (!metas_.valid()) return parts_.valid() ? parts_.key().bucket : Slice();
  if (!parts_.valid()) return metas_.key().bucket;
  return std::min(metas_.key().bucket, parts_.key().bucket);
}

Status UploadPass::Run(const Bucket& bucket) {
  if (Writes()) SNAPTREE_TRY(CollectNames(bucket));
  SNAPTREE_TRY(ForEachIn(&metas_, bucket.segment, [&]() -> Status {
    return metas_.row().IsLive() ? TakeMeta(bucket) : Status::Ok();
  }));
  SNAPTREE_TRY(ForEachIn(&parts_, bucket.segment, [&]() -> Status {
    return parts_.row().IsLive() ? TakePart(bucket) : Status::Ok();
  }));
  return EndLines();
}

Status UploadPass::CollectNames(const Bucket& bucket) {
  names_.Begin();
  SNAPTREE_TRY(name_metas_.SeekTo(bucket.segment));
  SNAPTREE_TRY(ForEachIn(&name_metas_, bucket.segment, [&]() -> Status {
    const S3Key& key = name_metas_.key();
    if (!name_metas_.row().IsLive() || !bucket.IsAlive(key.generation)) return {};
    return names_.Add(SegmentText(key.upload), key.tail);
  }));
  return names_.EndOfUploads();
}

Status UploadPass::Book(const S3Cursor& row, RowLedger::Place place) {
  shared_.context.ledger.Add(row.family(), place);
  return {};
}

Result<bool> UploadPass::BookClosed(const Bucket& bucket, const S3Cursor& row, OpenUploads* uploads,
                                    Tally* leftovers) {
  const S3Key& key = row.key();
  RowLedger::Place place = RowLedger::Place::kOperational;
  if (!bucket.may_be_selected) {
    place = RowLedger::Place::kExcluded;
  } else if (bucket.known_deleted) {
    shared_.tallies.deleted_bucket_rows.Add(bucket.name);
  } else if (bucket.IsAlive(key.generation)) {
    const Slice upload_scope = key.tail.substr(0, key.scope.size() + key.upload.size());
    SNAPTREE_ASSIGN(const bool open, uploads->IsOpen(upload_scope, key.scope.size()));
    if (open) return false;
    leftovers->Add(bucket.name);
  }
  SNAPTREE_TRY(Book(row, place));
  return true;
}

Status UploadPass::TakeMeta(const Bucket& bucket) {
  Tally ignored;
  SNAPTREE_ASSIGN(const bool closed, BookClosed(bucket, metas_, &open_, &ignored));
  if (closed) return {};
  const ValueRef& body = metas_.row().body;
  Status good = DataError("S3InvalidUpload", "the record of an upload is too large");
  if (body.size <= StoredJson::kMaxBytes) {
    std::string storage;
    SNAPTREE_ASSIGN(const Slice value, LoadValue(shared_.context.source, body, &storage));
    good = CheckUploadMeta(value, &json_);
  }
  if (!good.ok()) return shared_.context.ledger.AddDamaged(metas_.family(), metas_.row(), good);
  shared_.tallies.open_uploads.Add(bucket.name);
  return Writes() ? WriteLine(bucket, metas_, kUploadMetaPrefix)
                  : Book(metas_, RowLedger::Place::kExcluded);
}

Status UploadPass::TakePart(const Bucket& bucket) {
  SNAPTREE_ASSIGN(const bool closed,
                  BookClosed(bucket, parts_, &open_part_, &shared_.tallies.leftover_parts));
  if (closed) return {};
  std::vector<std::string> unknown;
  Result<Part> part = ParsePart(shared_.context.source, parts_.row().body, &unknown);
  if (!part.ok()) {
    if (part.status().kind() != ErrorKind::kData) return std::move(part).status();
    return shared_.context.ledger.AddDamaged(parts_.family(), parts_.row(), part.status());
  }
  part->number = parts_.key().part;  // the key decides
  shared_.tallies.open_upload_parts.Add(bucket.name);
  if (!Writes()) return Book(parts_, RowLedger::Place::kExcluded);
  SNAPTREE_TRY(WriteLine(bucket, parts_, kUploadPartPrefix));
  return TakeBody(bucket, *part);
}

// ---- records.jsonl ------------------------------------------------------------------------------

Status UploadPass::WriteLine(const Bucket& bucket, const S3Cursor& row, Slice prefix) {
  const std::string path = bucket.folder + "_incomplete_uploads/records.jsonl";
  if (!shared_.context.filter.Selects(path)) return Book(row, RowLedger::Place::kExcluded);
  if (!has_lines_) lines_.Begin(path);
  has_lines_ = true;
  ++shared_.records_in_bucket;
  std::string storage;
  SNAPTREE_ASSIGN(const Slice value, LoadValue(shared_.context.source, row.row().body, &storage));
  JsonWriter& json = lines_.json();
  json.StartObject();
  json.Member("prefix", prefix);
  json.Member("key", Slice(StandardBase64(row.row().key)));
  json.Member("value", Slice(StandardBase64(value)));
  json.EndObject();
  SNAPTREE_TRY(lines_.EndLine());
  return Book(row, RowLedger::Place::kEmitted);
}

Status UploadPass::EndLines() {
  if (!has_lines_) return {};
  has_lines_ = false;
  return lines_.Finish();
}

// ---- Bodies of parts ----------------------------------------------------------------------------

Result<UploadPass::PartRows> UploadPass::FindRows(const Part& part) {
  const size_t f = FamilyIndex(part);
  S3Cursor& cursor = chunks_[f];
  const std::string scope(parts_.key().tail);
  PartRows rows;
  SNAPTREE_TRY(cursor.SeekTo(scope));
  SNAPTREE_TRY(ForEachIn(&cursor, scope, [&]() -> Status {
    Extent& extent = rows.places[f].extent;
    if (extent.end == 0) extent.begin = cursor.row().position;
    extent.end = cursor.row().end;
    rows.rows += cursor.row().IsLive() && PartWants(part, part.offloaded, cursor.key()) ? 1U : 0U;
    return {};
  }));
  return rows;
}

template <class Take>
Status UploadPass::ForEachRow(const Part& part, const PartRows& rows, Take take) {
  if (rows.rows == 0) return {};
  const size_t f = FamilyIndex(part);
  S3Cursor cursor(shared_.context, chunks_[f].family(), KeyLayout::kChunk, rows.places[f].extent);
  SNAPTREE_TRY(cursor.Start());
  return ForEachIn(&cursor, parts_.key().tail, [&]() -> Status {
    if (!cursor.row().IsLive() || !PartWants(part, part.offloaded, cursor.key())) return {};
    return take(cursor);
  });
}

Status UploadPass::TakeBody(const Bucket& bucket, const Part& part) {
  const S3Key& key = parts_.key();
  const Slice upload_scope = key.tail.substr(0, key.scope.size() + key.upload.size());
  SNAPTREE_ASSIGN(const std::string name, names_.NameOf(SegmentText(key.upload), upload_scope));
  const std::string path =
      fmt::format("{}_incomplete_uploads/data/{}/{:05}.part", bucket.folder, name, part.number);
  SNAPTREE_ASSIGN(const PartRows rows, FindRows(part));
  if (!shared_.context.extensions || !shared_.context.filter.Selects(path)) {
    return ForEachRow(part, rows, [&](const S3Cursor& row) { return Exclude(row); });
  }
  ChunkReader judge(&shared_, rows.places, key.scope, key.upload);
  SNAPTREE_TRY(judge.BeginPart(part));
  SNAPTREE_ASSIGN(const auto missing,
                  ForEachChunk(&judge, part, /*verify=*/true,
                               [](const ValueRef&) { return CheckCancelled(); }));
  if (missing) return KeepIncomplete(part, rows, path);
  ChunkReader reader(&shared_, rows.places, key.scope, key.upload);
  SNAPTREE_TRY(bodies_.WritePart(path, part, &reader));
  shared_.tallies.wrote_upload_data = true;
  ++shared_.records_in_bucket;
  shared_.context.ledger.Add(chunks_[FamilyIndex(part)].family(), RowLedger::Place::kEmitted,
                             rows.rows);
  return {};
}

Status UploadPass::Exclude(const S3Cursor& row) {
  SNAPTREE_TRY(Book(row, RowLedger::Place::kExcluded));
  return AddUse(row, ChunkUse::kExcluded);
}

Status UploadPass::AddUse(const S3Cursor& row, ChunkUse use) {
  if (row.family() != shared_.chunk_family(ChunkFamily::kReference)) return {};
  SNAPTREE_ASSIGN(const auto ref, LoadChunkRef(shared_.context.source, row.row().body));
  return ref ? shared_.chunk_blobs.AddUse(ref->digest, use) : Status::Ok();
}

Status UploadPass::KeepIncomplete(const Part& part, const PartRows& rows, Slice path) {
  shared_.context.findings.Warn(
      "s3_upload_part_incomplete",
      "parts of open uploads of which chunks are missing or damaged were not written", path);
  ++shared_.totals.losses;
  const Status why = DataError("S3ObjectIncomplete", "its part of an open upload lacks chunks");
  return ForEachRow(part, rows, [&](const S3Cursor& row) -> Status {
    SNAPTREE_TRY(AddUse(row, ChunkUse::kIncomplete));
    return shared_.context.ledger.AddDamaged(row.family(), row.row(), why);
  });
}

}  // namespace snaptree::s3

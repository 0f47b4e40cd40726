#include "adapters/s3/s3_chunk_reader.h"

#include "adapters/s3/s3_values.h"
#include "base/coding.h"

namespace snaptree::s3 {
ChunkReader::ChunkReader(Shared* shared, const ObjectChunkRows& rows, Slice scope, Slice upload)
    : shared_(*shared), rows_(rows), stem_(std::string(scope).append(upload)) {}

// Cursors go forward only: for a part that stands before the last one, a new one begins there.
Status ChunkReader::Open(ChunkFamily family, uint64_t part_number) {
  const auto f = static_cast<size_t>(family);
  if (cursors_[f] != nullptr && part_number > last_part_[f]) {
    last_part_[f] = part_number;
    return {};
  }
  Extent extent = rows_[f].extent;
  const auto begin = rows_[f].part_begins.find(part_number);
  if (begin != rows_[f].part_begins.end()) extent.begin = begin->second;
  cursors_[f] = std::make_unique<S3Cursor>(shared_.context, shared_.chunk_family(family),
                                           KeyLayout::kChunk, extent);
  last_part_[f] = part_number;
  return cursors_[f]->Start();
}

Status ChunkReader::BeginPart(const Part& part) {
  family_ = part.offloaded ? ChunkFamily::kReference : ChunkFamily::kBlob;
  version_ = part.row_version();
  chunk_ = 0;
  part_scope_.assign(stem_);
  AppendBe64(&part_scope_, part.number);
  return part.chunks() == 0 ? Status::Ok() : Open(family_, part.number);
}

Result<std::optional<ValueRef>> ChunkReader::Next(std::optional<uint64_t> size, bool verify) {
  tail_.assign(part_scope_);
  AppendBe64(&tail_, chunk_++);
  const size_t place_size = tail_.size();
  if (version_ != 0) AppendBe64(&tail_, version_);
  S3Cursor& cursor = *cursors_[static_cast<size_t>(family_)];
  SNAPTREE_ASSIGN(const bool found, cursor.FindLive(Slice(tail_).substr(0, place_size), tail_));
  if (!found) return std::optional<ValueRef>();
  if (family_ == ChunkFamily::kReference) return Offloaded(cursor.row(), size, verify);
  const ValueRef& body = cursor.row().body;
  if (size && *size != body.size) return std::optional<ValueRef>();
  return std::optional<ValueRef>(body);
}

Result<std::optional<ValueRef>> ChunkReader::Offloaded(const ViewRow& reference,
                                                       std::optional<uint64_t> size, bool verify) {
  SNAPTREE_ASSIGN(const std::optional<ChunkRef> ref,
                  LoadChunkRef(shared_.context.source, reference.body));
  if (!ref || (size && *size != ref->size)) return std::optional<ValueRef>();
  digest_ = ref->digest;
  SNAPTREE_ASSIGN(std::optional<ValueRef> value, shared_.chunk_blobs.Find(ref->digest));
  if (!value || value->size != ref->size) return std::optional<ValueRef>();
  if (verify) {
    SNAPTREE_ASSIGN(const bool good, shared_.chunk_blobs.Verify(ref->digest, *value));
    if (!good) value.reset();
  }
  return value;
}

}  // namespace snaptree::s3

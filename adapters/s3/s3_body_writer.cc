#include "adapters/s3/s3_body_writer.h"

#include <algorithm>

namespace snaptree::s3 {
namespace {

// Large enough that handing a piece on costs nothing, small enough for the second-level cache.
constexpr size_t kPieceBytes = size_t{256} << 10;

// Whether the manifest tells the sizes of all chunks, which were compared with the rows then.
bool TellsSizes(const Part& part) { return !part.chunk_sizes.empty() || part.chunks() == 0; }

std::optional<uint64_t> SizeOf(const Part& part) {
  return TellsSizes(part) ? std::optional(part.chunk_sizes.sum()) : std::nullopt;
}

std::optional<uint64_t> SizeOf(const Manifest& manifest) {
  uint64_t size = 0;
  for (const Part& part : manifest.parts) {
    if (!TellsSizes(part) || __builtin_add_overflow(size, part.chunk_sizes.sum(), &size))
      return std::nullopt;
  }
  return size;
}

}  // namespace

BodyWriter::BodyWriter(Shared* shared) : shared_(*shared), etags_(&shared->spare_threads) {}

Status BodyWriter::Begin(Slice path, std::optional<uint64_t> size) {
  TreeSink& sink = shared_.context.sink;
  SNAPTREE_ASSIGN(file_, size ? sink.CreateSizedFile(path, *size) : sink.CreateFile(path));
  piece_ = pool_.Take();
  return {};
}

// Pieces are shared with the threads that hash and write them: nothing is copied on the way.
Status BodyWriter::AppendChunk(const ValueRef& value) {
  for (uint64_t at = 0; at < value.size;) {
    const size_t have = piece_->size();
    const auto n = static_cast<size_t>(std::min<uint64_t>(kPieceBytes - have, value.size - at));
    if (at < value.resident.size()) {
      const Slice resident = value.resident.substr(static_cast<size_t>(at), n);
      piece_->append(resident);
      at += resident.size();
    } else {
      piece_->resize(have + n);
      SNAPTREE_TRY(shared_.context.source.ReadValue(value.position, at, piece_->data() + have, n));
      at += n;
    }
    if (piece_->size() == kPieceBytes) SNAPTREE_TRY(Flush());
  }
  return {};
}

Status BodyWriter::Flush() {
  if (piece_->empty()) return {};
  SNAPTREE_TRY(CheckCancelled());
  shared_.context.progress.done.fetch_add(piece_->size(), std::memory_order_relaxed);
  const SharedBytes piece = std::move(piece_);
  piece_ = pool_.Take();
  if (hash_) etags_.Update(piece);
  return file_->AppendShared(piece);
}

Result<uint64_t> BodyWriter::AppendPart(const Part& part, ChunkReader* chunks) {
  uint64_t size = 0;
  SNAPTREE_TRY(chunks->BeginPart(part));
  SNAPTREE_ASSIGN(
      const auto missing,
      ForEachChunk(chunks, part, /*verify=*/false, [&](const ValueRef& value) -> Status {
        size += value.size;
        SNAPTREE_TRY(AppendChunk(value));
        if (!part.offloaded) return {};
        return shared_.chunk_blobs.AddUse(chunks->digest(), ChunkUse::kEmitted);
      }));
  if (missing) {
    return EnvironmentError("ChangedWhileReading", "a chunk of an object is gone")
        .At(shared_.context.source.name());
  }
  SNAPTREE_TRY(Flush());
  return size;
}

Status BodyWriter::End() {
  SNAPTREE_TRY(file_->Close());
  file_.reset();
  return {};
}

Result<BodyFacts> BodyWriter::Write(Slice path, const Manifest& manifest, ChunkReader* chunks) {
  BodyFacts facts;
  facts.part_sizes.reserve(manifest.parts.size());
  hash_ = shared_.options.check_etags;
  SNAPTREE_TRY(Begin(path, SizeOf(manifest)));
  if (hash_) etags_.Begin(path, manifest, manifest.size_bytes >= kPieceBytes);
  for (const Part& part : manifest.parts) {
    SNAPTREE_ASSIGN(const uint64_t size, AppendPart(part, chunks));
    if (hash_) etags_.EndPart(part);
    facts.part_sizes.push_back(size);
    facts.size += size;
  }
  if (hash_) etags_.End();
  SNAPTREE_TRY(End());
  return facts;
}

Status BodyWriter::WritePart(Slice path, const Part& part, ChunkReader* chunks) {
  hash_ = false;
  SNAPTREE_TRY(Begin(path, SizeOf(part)));
  SNAPTREE_TRY(AppendPart(part, chunks).status());
  return End();
}

}  // namespace snaptree::s3

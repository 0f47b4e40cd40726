#include "adapters/s3/s3_body_writer.h"

#include <algorithm>

#include "adapters/s3/s3_names.h"
#include "base/time_text.h"

namespace snaptree::s3 {
namespace {

// Large enough that handing a piece on costs nothing, small enough for the second-level cache.
constexpr size_t kPieceBytes = size_t{256} << 10;
constexpr uint64_t kFormatVersion = 1;

void MemberIfAny(JsonWriter* json, Slice name, const std::string& text) {
  if (!text.empty()) json->Member(name, Slice(text));
}

void WriteMetadata(JsonWriter* json, const Manifest& manifest) {
  if (manifest.user_metadata.empty()) return;
  json->Key("user_metadata");
  json->StartObject();
  for (const auto& [name, value] : manifest.user_metadata) json->Member(name, Slice(value));
  json->EndObject();
}

// What only snaptree knows; an object that has nothing of it gets no member.
void WriteExtensions(JsonWriter* json, const Manifest& manifest, const BodyFacts& facts) {
  const EtagForm etag = ParseEtag(manifest.etag);
  const bool part_sizes = etag.digest && etag.parts > 0 && etag.parts == facts.part_sizes.size();
  if (!part_sizes && manifest.extra.empty()) return;
  json->Key("snaptree");
  json->StartObject();
  if (part_sizes) {
    json->Key("part_sizes");
    json->StartArray();
    for (const uint64_t size : facts.part_sizes) json->Uint64(size);
    json->EndArray();
  }
  if (!manifest.extra.empty()) manifest.extra.Write(json);
  json->EndObject();
}

}  // namespace

BodyWriter::BodyWriter(Shared* shared)
    : shared_(*shared),
      etags_(&shared->spare_threads),
      json_(JsonStyle::kPretty, HtmlEscape::kOn) {}

Status BodyWriter::Begin(Slice path) {
  SNAPTREE_ASSIGN(file_, shared_.context.sink.CreateFile(path));
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
  SNAPTREE_TRY(Begin(path));
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
  SNAPTREE_TRY(Begin(path));
  SNAPTREE_TRY(AppendPart(part, chunks).status());
  return End();
}

Status BodyWriter::WriteSidecar(Slice path, const Manifest& manifest, const BodyFacts& facts) {
  json_.Reset();
  json_.StartObject();
  json_.Member("format_version", kFormatVersion);
  MemberIfAny(&json_, "etag", manifest.etag);
  json_.Member("size_bytes", facts.size);
  if (manifest.last_modified_hlc != 0) {
    json_.Member("last_modified", Slice(Rfc3339(HlcMillis(manifest.last_modified_hlc))));
  }
  MemberIfAny(&json_, "content_type", manifest.content_type);
  MemberIfAny(&json_, "content_encoding", manifest.content_encoding);
  MemberIfAny(&json_, "cache_control", manifest.cache_control);
  MemberIfAny(&json_, "content_disposition", manifest.content_disposition);
  WriteMetadata(&json_, manifest);
  if (shared_.context.extensions) WriteExtensions(&json_, manifest, facts);
  json_.EndObject();
  return shared_.context.sink.WriteFile(std::string(path).append(kSidecarSuffix), json_.text());
}

}  // namespace snaptree::s3

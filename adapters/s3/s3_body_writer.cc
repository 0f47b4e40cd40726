#include "adapters/s3/s3_body_writer.h"

#include <algorithm>

#include "adapters/s3/s3_names.h"
#include "base/time_text.h"

namespace snaptree::s3 {
namespace {

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
    : shared_(*shared), json_(JsonStyle::kPretty, HtmlEscape::kOn) {}

Status BodyWriter::AppendChunk(const ValueRef& value, TreeFile* file, bool hash) {
  const auto take = [&](Slice bytes) {
    shared_.context.progress.done.fetch_add(bytes.size(), std::memory_order_relaxed);
    if (hash) etag_.Update(bytes);
    return file->Append(bytes);
  };
  if (!value.resident.empty()) SNAPTREE_TRY(take(value.resident));
  for (uint64_t at = value.resident.size(); at < value.size;) {
    SNAPTREE_TRY(CheckCancelled());
    buffer_.resize(kPieceBytes);
    const auto n = static_cast<size_t>(std::min<uint64_t>(kPieceBytes, value.size - at));
    SNAPTREE_TRY(shared_.context.source.ReadValue(value.position, at, buffer_.data(), n));
    SNAPTREE_TRY(take(Slice(buffer_.data(), n)));
    at += n;
  }
  return {};
}

Result<uint64_t> BodyWriter::AppendPart(const Part& part, ChunkReader* chunks, TreeFile* file,
                                        bool hash) {
  uint64_t size = 0;
  SNAPTREE_TRY(chunks->BeginPart(part));
  SNAPTREE_ASSIGN(
      const auto missing,
      ForEachChunk(chunks, part, /*verify=*/false, [&](const ValueRef& value) -> Status {
        size += value.size;
        SNAPTREE_TRY(AppendChunk(value, file, hash));
        if (!part.offloaded) return {};
        return shared_.chunk_blobs.AddUse(chunks->digest(), ChunkUse::kEmitted);
      }));
  if (!missing) return size;
  return EnvironmentError("ChangedWhileReading", "a chunk of an object is gone")
      .At(shared_.context.source.name());
}

Result<BodyFacts> BodyWriter::Write(Slice path, const Manifest& manifest, ChunkReader* chunks) {
  const bool hash = shared_.options.check_etags;
  BodyFacts facts;
  facts.part_sizes.reserve(manifest.parts.size());
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, shared_.context.sink.CreateFile(path));
  if (hash) etag_.Begin(manifest);
  for (const Part& part : manifest.parts) {
    SNAPTREE_ASSIGN(const uint64_t size, AppendPart(part, chunks, file.get(), hash));
    if (hash) etag_.EndPart(part);
    facts.part_sizes.push_back(size);
    facts.size += size;
  }
  SNAPTREE_TRY(file->Close());
  if (hash) facts.etag = etag_.Finish();
  return facts;
}

Status BodyWriter::WritePart(Slice path, const Part& part, ChunkReader* chunks) {
  SNAPTREE_ASSIGN(const std::unique_ptr<TreeFile> file, shared_.context.sink.CreateFile(path));
  SNAPTREE_TRY(AppendPart(part, chunks, file.get(), /*hash=*/false).status());
  return file->Close();
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

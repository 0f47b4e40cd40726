#include "adapters/s3/s3_sidecar_writer.h"

#include "adapters/s3/s3_names.h"
#include "adapters/s3/s3_object_line.h"
#include "base/time_text.h"

namespace snaptree::s3 {
namespace {

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

SidecarWriter::SidecarWriter(Shared* shared)
    : shared_(*shared),
      json_(JsonStyle::kPretty, HtmlEscape::kOn),
      lines_(shared->context.sink, JsonStyle::kCompact, HtmlEscape::kOff) {}

void SidecarWriter::Begin(Slice folder) {
  folder_ = folder;
  has_lines_ = false;
}

Status SidecarWriter::Write(Slice key, Slice path, const Manifest& manifest,
                            const BodyFacts& facts) {
  if (shared_.options.jsonl) return WriteLine(key, path, manifest, facts);
  json_.Reset();
  json_.StartObject();
  WriteMembers(&json_, manifest, facts);
  json_.EndObject();
  return shared_.context.sink.WriteFile(std::string(folder_).append(path).append(kSidecarSuffix),
                                        json_.text());
}

Status SidecarWriter::WriteLine(Slice key, Slice path, const Manifest& manifest,
                                const BodyFacts& facts) {
  if (!has_lines_) lines_.Begin(folder_ + std::string(kObjectLinesName));
  has_lines_ = true;
  JsonWriter& json = lines_.json();
  json.StartObject();
  json.Key(kLineKey);
  json.Bytes(key);
  json.Member(kLinePath, Slice(PathText(path)));
  WriteMembers(&json, manifest, facts);
  json.EndObject();
  return lines_.EndLine();
}

void SidecarWriter::WriteMembers(JsonWriter* json, const Manifest& manifest,
                                 const BodyFacts& facts) const {
  json->Member("format_version", kFormatVersion);
  MemberIfAny(json, "etag", manifest.etag);
  json->Member("size_bytes", facts.size);
  if (manifest.last_modified_hlc != 0) {
    json->Member("last_modified", Slice(Rfc3339(HlcMillis(manifest.last_modified_hlc))));
  }
  MemberIfAny(json, "content_type", manifest.content_type);
  MemberIfAny(json, "content_encoding", manifest.content_encoding);
  MemberIfAny(json, "cache_control", manifest.cache_control);
  MemberIfAny(json, "content_disposition", manifest.content_disposition);
  WriteMetadata(json, manifest);
  if (shared_.context.extensions) WriteExtensions(json, manifest, facts);
}

Status SidecarWriter::End() {
  if (!has_lines_) return {};
  shared_.tallies.wrote_object_lines = true;
  return lines_.Finish();
}

}  // namespace snaptree::s3

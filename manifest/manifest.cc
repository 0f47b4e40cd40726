#include "manifest/manifest.h"

#include <algorithm>

#include "base/text.h"
#include "manifest/json_writer.h"

namespace snaptree {
namespace {

constexpr const char* kAdapterOrder[] = {"dynamodb", "s3", "redis", "sqs", "rawkv", "fs"};

void WriteTextMember(JsonWriter* json, Slice name, Slice text) {
  json->Key(name);
  json->LooseString(text);
}

void WriteTextMemberUnlessEmpty(JsonWriter* json, Slice name, Slice text) {
  if (!text.empty()) WriteTextMember(json, name, text);
}

void WriteNumberUnlessZero(JsonWriter* json, Slice name, uint64_t value) {
  if (value != 0) json->Member(name, value);
}

void WriteSortedNames(JsonWriter* json, Slice name, std::vector<std::string> names) {
  std::erase_if(names, [](const std::string& s) { return !IsUtf8(s); });
  if (names.empty()) return;
  std::sort(names.begin(), names.end());
  json->Key(name);
  json->StartArray();
  for (const std::string& s : names) json->String(s);
  json->EndArray();
}

void WriteAdapters(JsonWriter* json, const std::map<std::string, ManifestAdapter>& adapters) {
  json->Key("adapters");
  json->StartObject();
  for (const char* const name : kAdapterOrder) {
    const auto found = adapters.find(name);
    if (found == adapters.end()) continue;
    const ManifestAdapter& adapter = found->second;
    json->Key(name);
    json->StartObject();
    WriteSortedNames(json, "tables", adapter.tables);
    WriteSortedNames(json, "buckets", adapter.buckets);
    if (!adapter.databases.empty()) {
      std::vector<uint32_t> databases = adapter.databases;
      std::sort(databases.begin(), databases.end());
      json->Key("databases");
      json->StartArray();
      for (const uint32_t number : databases) json->Uint64(number);
      json->EndArray();
    }
    WriteSortedNames(json, "queues", adapter.queues);
    json->EndObject();
  }
  json->EndObject();
}

void WriteExclusions(JsonWriter* json, const Manifest& m) {
  json->Key("exclusions");
  json->StartObject();
  json->MemberBool("include_incomplete_uploads", m.include_incomplete_uploads);
  json->MemberBool("include_orphans", m.include_orphans);
  json->MemberBool("preserve_sqs_visibility", m.preserve_sqs_visibility);
  json->MemberBool("include_sqs_side_records", m.include_sqs_side_records);
  if (m.rename_s3_collisions) json->MemberBool("rename_s3_collisions", true);
  json->EndObject();
}

void WriteInput(JsonWriter* json, const ManifestInput& input) {
  json->StartObject();
  WriteTextMember(json, "path", input.path);
  WriteTextMember(json, "format", input.format);
  json->Member("bytes", input.bytes);
  if (input.crc32c) json->Member("crc32c", Hex32(*input.crc32c));
  if (input.snapshot_index) json->Member("snapshot_index", *input.snapshot_index);
  WriteNumberUnlessZero(json, "last_commit_ts", input.last_commit_ts);
  if (input.hlc_ceiling_ms) json->Member("hlc_ceiling_ms", *input.hlc_ceiling_ms);
  json->EndObject();
}

void WriteRows(JsonWriter* json, const RowClasses& rows) {
  json->Key("rows");
  json->StartObject();
  json->Member("total", rows.total);
  for (const RowClass& c : kRowClasses) json->Member(c.name, rows.*c.rows);
  json->EndObject();
}

void WriteSnaptree(JsonWriter* json, const Manifest& m) {
  json->Key("snaptree");
  json->StartObject();
  json->Member("version", m.snaptree_version);
  if (m.jsonl) json->Member("layout", kJsonlLayout);
  json->Key("inputs");
  json->StartArray();
  for (const ManifestInput& input : m.inputs) WriteInput(json, input);
  json->EndArray();
  json->Member("read_ts", m.read_ts);
  if (m.read_latest) json->MemberBool("read_latest", true);
  WriteRows(json, m.rows);
  json->Member("losses", m.losses);
  std::vector<std::string> extensions = m.extensions;
  std::sort(extensions.begin(), extensions.end());
  json->Key("extensions");
  json->StartArray();
  for (const std::string& path : extensions) json->LooseString(path);
  json->EndArray();
  json->EndObject();
}

}  // namespace

uint64_t RowClasses::Sum() const {
  uint64_t sum = 0;
  for (const RowClass& c : kRowClasses) sum += this->*c.rows;
  return sum;
}

std::string ManifestText(const Manifest& m) {
  JsonWriter json(JsonStyle::kPretty, HtmlEscape::kOff);
  json.StartObject();
  json.Member("format_version", uint64_t{1});
  json.Member("phase", "phase0-snapshot-decode");
  WriteTextMemberUnlessEmpty(&json, "elastickv_version", m.elastickv_version);
  WriteTextMemberUnlessEmpty(&json, "cluster_id", m.cluster_id);
  WriteNumberUnlessZero(&json, "snapshot_index", m.snapshot_index.value_or(0));
  WriteNumberUnlessZero(&json, "last_commit_ts", m.last_commit_ts);
  json.Member("wall_time_iso", m.wall_time_iso);
  json.Key("source");
  json.StartObject();
  WriteTextMember(&json, "fsm_path", m.fsm_path);
  WriteTextMemberUnlessEmpty(&json, "fsm_crc32c", m.fsm_crc32c);
  json.EndObject();
  WriteAdapters(&json, m.adapters);
  WriteExclusions(&json, m);
  json.Member("checksum_algorithm", "sha256");
  json.Member("checksum_format", "sha256sum");
  json.Member("encoded_filename_charset", "rfc3986-unreserved-plus-percent");
  json.Member("key_segment_max_bytes", uint64_t{240});
  json.Member("s3_meta_suffix", ".elastickv-meta.json");
  json.Member("s3_collision_strategy", "leaf-data-suffix");
  json.Member("dynamodb_layout", m.dynamodb_jsonl ? kJsonlLayout : kPerItemLayout);
  if (!m.snaptree_version.empty()) WriteSnaptree(&json, m);
  json.EndObject();
  return json.text() + "\n";
}

}  // namespace snaptree

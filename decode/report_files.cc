#include "decode/report_files.h"

#include "base/text.h"
#include "base/time_text.h"
#include "base/version.h"
#include "manifest/json_writer.h"
#include "manifest/manifest.h"

namespace snaptree {

std::string ManifestOf(const DecodeOptions& options, const DecodeReport& report) {
  Manifest manifest;
  manifest.cluster_id = options.cluster_id;
  manifest.snapshot_index = report.input.snapshot_index;
  manifest.last_commit_ts = report.last_commit_ts;
  manifest.wall_time_iso = Rfc3339Now();
  manifest.fsm_path = report.input.path;
  if (report.input.crc32c) manifest.fsm_crc32c = Hex32(*report.input.crc32c);
  for (const AdapterReport& adapter : report.adapters) {
    if (!adapter.decoded || adapter.name == "internal") continue;
    ManifestAdapter& entry = manifest.adapters[adapter.name];
    if (adapter.name == "redis" && adapter.records > 0) entry.databases.push_back(0);
    if (adapter.name == "dynamodb") entry.tables = adapter.scopes;
    if (adapter.name == "s3") entry.buckets = adapter.scopes;
    if (adapter.name == "sqs") entry.queues = adapter.scopes;
  }
  manifest.include_incomplete_uploads = options.include_incomplete_uploads;
  manifest.include_orphans = options.include_orphans;
  manifest.preserve_sqs_visibility = options.preserve_sqs_visibility;
  manifest.include_sqs_side_records = options.include_sqs_side_records;
  manifest.rename_s3_collisions = options.rename_s3_collisions;
  manifest.dynamodb_jsonl = options.dynamodb_jsonl;
  if (options.extensions) manifest.snaptree_version = kVersion;
  ManifestInput input;
  input.path = report.input.path;
  input.format = report.input.format;
  input.bytes = report.input.bytes;
  input.crc32c = report.input.crc32c;
  input.snapshot_index = report.input.snapshot_index;
  input.last_commit_ts = report.input.last_commit_ts;
  input.hlc_ceiling_ms = report.input.hlc_ceiling_ms;
  manifest.inputs.push_back(input);
  manifest.read_ts = report.read_ts;
  manifest.rows = report.rows;
  manifest.not_decoded = report.not_decoded;
  manifest.losses = report.losses;
  manifest.extensions = report.extensions;
  if (report.rows.unknown + report.rows.damaged > 0) manifest.extensions.push_back("unknown");
  if (!report.salvage.empty()) manifest.extensions.push_back("SALVAGE.json");
  return ManifestText(manifest);
}

std::string SalvageText(const DecodeReport& report) {
  const SalvageReport& s = report.salvage;
  JsonWriter json(JsonStyle::kPretty, HtmlEscape::kOff);
  json.StartObject();
  json.Member("schema", "snaptree.salvage/1");
  json.Key("source");
  json.Bytes(report.input.path);
  json.Key("damage");
  json.Bytes(s.damage);
  json.MemberBool("end_missing", s.end_missing);
  json.Member("rows_kept", s.rows_kept);
  json.Member("rows_suspect", s.rows_suspect);
  json.Member("rows_duplicate", s.rows_duplicate);
  json.Member("rows_out_of_order", s.rows_out_of_order);
  json.Member("bytes_lost", s.bytes_lost);
  json.Member("lost_ranges", s.lost_ranges);
  json.Key("lost");
  json.StartArray();
  for (const LostRange& range : s.lost) {
    json.StartObject();
    json.Member("begin", range.begin);
    json.Member("end", range.end);
    json.Member("reason", Slice(range.reason));
    json.Key("after_key");
    json.Bytes(range.after_key);
    json.EndObject();
  }
  json.EndArray();
  json.Member("rows_damaged", report.rows.damaged);
  json.Key("damaged");
  json.StartArray();
  for (const DamagedRecord& row : report.damaged) {
    json.StartObject();
    json.Member("address", Slice(row.address));
    json.Member("code", Slice(row.code));
    json.Member("reason", Slice(row.reason));
    json.Member("offset", row.offset);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.text() + "\n";
}

}  // namespace snaptree

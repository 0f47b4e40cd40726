#include "decode/report_files.h"

#include "base/text.h"
#include "base/time_text.h"
#include "base/version.h"
#include "manifest/json_writer.h"
#include "tree/run_files.h"

namespace snaptree {
namespace {

ManifestInput InputOf(const ContainerInfo& info) {
  return {info.path,           info.format,         info.bytes,         info.crc32c,
          info.snapshot_index, info.last_commit_ts, info.hlc_ceiling_ms};
}

// Members of one input: what was wrong with it and what was skipped.
void AppendSalvaged(const DecodedInput& input, JsonWriter* json) {
  const SalvageReport& s = input.salvage;
  json->Key("source");
  json->Bytes(input.info.path);
  json->Key("damage");
  json->Bytes(s.damage);
  json->MemberBool("end_missing", s.end_missing);
  json->Member("rows_kept", s.rows_kept);
  json->Member("rows_suspect", s.rows_suspect);
  json->Member("rows_duplicate", s.rows_duplicate);
  json->Member("rows_out_of_order", s.rows_out_of_order);
  json->Member("bytes_lost", s.bytes_lost);
  json->Member("lost_ranges", s.lost_ranges);
  json->Key("lost");
  json->StartArray();
  for (const LostRange& range : s.lost) {
    json->StartObject();
    json->Member("begin", range.begin);
    json->Member("end", range.end);
    json->Member("reason", Slice(range.reason));
    json->Key("after_key");
    json->Bytes(range.after_key);
    json->EndObject();
  }
  json->EndArray();
}

}  // namespace

std::string ManifestOf(const DecodeOptions& options, const DecodeReport& report) {
  Manifest manifest;
  manifest.cluster_id = options.cluster_id;
  const ContainerInfo& first = report.inputs[0].info;
  manifest.snapshot_index = first.snapshot_index;
  manifest.last_commit_ts = report.last_commit_ts;
  manifest.wall_time_iso = Rfc3339Now();
  manifest.fsm_path = first.path;
  if (first.crc32c) manifest.fsm_crc32c = Hex32(*first.crc32c);
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
  manifest.jsonl = options.jsonl;
  manifest.dynamodb_jsonl = options.jsonl || options.dynamodb_jsonl;
  if (options.extensions) manifest.snaptree_version = kVersion;
  for (const DecodedInput& input : report.inputs) manifest.inputs.push_back(InputOf(input.info));
  manifest.read_latest = options.latest;
  manifest.read_ts = report.read_ts;
  manifest.rows = report.rows;
  manifest.losses = report.losses;
  manifest.extensions = report.extensions;
  if (report.rows.unknown + report.rows.damaged > 0) manifest.extensions.push_back("unknown");
  if (report.salvaged()) manifest.extensions.emplace_back(kSalvageFileName);
  return ManifestText(manifest);
}

std::string SalvageText(const DecodeReport& report) {
  JsonWriter json(JsonStyle::kPretty, HtmlEscape::kOff);
  json.StartObject();
  json.Member("schema", "snaptree.salvage/1");
  if (report.inputs.size() == 1) {
    AppendSalvaged(report.inputs[0], &json);
  } else {
    json.Key("inputs");
    json.StartArray();
    for (const DecodedInput& input : report.inputs) {
      if (input.salvage.empty()) continue;
      json.StartObject();
      AppendSalvaged(input, &json);
      json.EndObject();
    }
    json.EndArray();
  }
  json.Member("rows_damaged", report.rows.damaged);
  json.Key("damaged");
  json.StartArray();
  for (const DamagedRecord& row : report.damaged) {
    json.StartObject();
    json.Member("address", Slice(row.address));
    json.Member("code", Slice(row.code));
    json.Member("reason", Slice(row.reason));
    json.Member("offset", row.offset);
    if (!row.input.empty()) {
      json.Key("input");
      json.Bytes(row.input);
    }
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.text() + "\n";
}

}  // namespace snaptree

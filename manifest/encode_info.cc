#include "manifest/encode_info.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "manifest/json_members.h"
#include "manifest/json_writer.h"

namespace snaptree {
namespace {

constexpr Slice kAdapterOrder[] = {"redis", "dynamodb", "s3", "sqs", "rawkv", "fs", "unknown"};
constexpr size_t kSha256HexDigits = 64;

Status Invalid(std::string what) {
  return DataError("EncodeInfoInvalid", std::move(what))
      .Next(
          "bring back the .encode_info.json that was written with this snapshot, or give "
          "--no-encode-info to restore the file as a node's own snapshot");
}

auto AdapterRank(const std::string& name) {
  return std::distance(std::begin(kAdapterOrder),
                       std::find(std::begin(kAdapterOrder), std::end(kAdapterOrder), name));
}

void WriteAdapters(JsonWriter* json, std::vector<std::string> names) {
  std::stable_sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return AdapterRank(a) < AdapterRank(b);
  });
  json->Key("adapters_enabled");
  json->StartArray();
  for (const std::string& name : names) json->String(name);
  json->EndArray();
}

Status ReadVersions(const JsonMembers& top, EncodeInfo* info) {
  std::optional<uint64_t> format;
  SNAPTREE_TRY(top.Number("format_version", &format));
  if (!format) return top.Wrong("format_version", "is missing");
  if (*format != 1) {
    return Invalid("the file was written in another format")
        .Expected("format_version 1")
        .Found(std::to_string(*format));
  }
  std::optional<uint64_t> keys;
  SNAPTREE_TRY(top.Number("encoder_key_format_version", &keys));
  info->encoder_key_format_version = keys.value_or(0);
  return top.Text("encoder_version", false, &info->encoder_version);
}

Status ReadSha256(const JsonMembers& top, Slice name, bool required, std::string* out) {
  SNAPTREE_TRY(top.Text(name, required, out));
  if (out->empty() && !required) return {};
  if (out->size() == kSha256HexDigits && ParseHex(*out)) return {};
  return top.Wrong(name, "is not 64 hex digits");
}

Status ReadTimestamps(const JsonMembers& top, EncodeInfo* info) {
  std::optional<uint64_t> effective;
  std::optional<uint64_t> manifest;
  SNAPTREE_TRY(top.Number("last_commit_ts", &effective));
  SNAPTREE_TRY(top.Number("manifest_last_commit_ts", &manifest));
  info->last_commit_ts = effective.value_or(0);
  info->manifest_last_commit_ts = manifest.value_or(0);
  return top.Flag("last_commit_ts_overridden", false, &info->last_commit_ts_overridden);
}

Status ReadSelfTest(const JsonMembers& top, EncodeInfo* info) {
  std::optional<simdjson::dom::object> test;
  SNAPTREE_TRY(top.Object("self_test", &test));
  if (!test) return {};
  const JsonMembers members = top.Below("self_test", *test);
  SNAPTREE_TRY(members.Flag("ran", false, &info->self_test_ran));
  return members.Flag("matched", false, &info->self_test_matched);
}

}  // namespace

std::string EncodeInfoText(const EncodeInfo& info) {
  JsonWriter json(JsonStyle::kPretty, HtmlEscape::kOn);
  json.StartObject();
  json.Member("format_version", uint64_t{1});
  json.Member("encoder_version", info.encoder_version.empty() ? "dev" : info.encoder_version);
  json.Member("encoder_key_format_version", info.encoder_key_format_version);
  json.Member("wall_time_iso", info.wall_time_iso);
  json.Key("input_root");
  json.LooseString(info.input_root);
  json.Key("output_fsm_path");
  json.LooseString(info.output_fsm_path);
  json.Member("output_fsm_sha256", info.output_fsm_sha256);
  json.Member("last_commit_ts", info.last_commit_ts);
  json.MemberBool("last_commit_ts_overridden", info.last_commit_ts_overridden);
  json.Member("manifest_last_commit_ts", info.manifest_last_commit_ts);
  if (!info.manifest_cluster_id.empty()) {
    json.Key("manifest_cluster_id");
    json.LooseString(info.manifest_cluster_id);
  }
  WriteAdapters(&json, info.adapters_enabled);
  json.Key("self_test");
  json.StartObject();
  json.MemberBool("ran", info.self_test_ran);
  json.MemberBool("matched", info.self_test_matched);
  json.EndObject();
  if (!info.output_file_sha256.empty()) json.Member("output_file_sha256", info.output_file_sha256);
  if (info.manifest_snapshot_index)
    json.Member("manifest_snapshot_index", *info.manifest_snapshot_index);
  json.EndObject();
  return json.text() + "\n";
}

Result<EncodeInfo> ParseEncodeInfo(Slice text) {
  if (text.size() > kMaxEncodeInfoBytes) {
    return Invalid("the file is too large")
        .Expected("at most " + std::to_string(kMaxEncodeInfoBytes) + " bytes")
        .Found(std::to_string(text.size()));
  }
  simdjson::dom::parser parser;
  SNAPTREE_ASSIGN(const simdjson::dom::object object, ParseJsonObject(&parser, text, Invalid));
  const JsonMembers top(object, "", Invalid);
  EncodeInfo info;
  SNAPTREE_TRY(ReadVersions(top, &info));
  SNAPTREE_TRY(top.Text("wall_time_iso", false, &info.wall_time_iso));
  SNAPTREE_TRY(top.Text("input_root", false, &info.input_root));
  SNAPTREE_TRY(top.Text("output_fsm_path", false, &info.output_fsm_path));
  SNAPTREE_TRY(ReadSha256(top, "output_fsm_sha256", true, &info.output_fsm_sha256));
  SNAPTREE_TRY(ReadTimestamps(top, &info));
  SNAPTREE_TRY(top.Text("manifest_cluster_id", false, &info.manifest_cluster_id));
  SNAPTREE_TRY(top.List("adapters_enabled", &info.adapters_enabled, TakeJsonName));
  SNAPTREE_TRY(ReadSelfTest(top, &info));
  SNAPTREE_TRY(ReadSha256(top, "output_file_sha256", false, &info.output_file_sha256));
  SNAPTREE_TRY(top.Number("manifest_snapshot_index", &info.manifest_snapshot_index));
  return info;
}

}  // namespace snaptree

#include "base/text.h"
#include "cli/address_options.h"
#include "cli/decode_summary.h"
#include "cli/exit_codes.h"
#include "cli/report_back_ends.h"
#include "cli/snapshot_access.h"

namespace snaptree::cli {
namespace {

void AppendRows(const RowClasses& rows, JsonText* json) {
  json->Key("rows");
  json->StartObject();
  json->Member("total", rows.total);
  for (const RowClass& c : kRowClasses) json->Member(c.name, rows.*c.rows);
  json->EndObject();
}

// The members of an input, inside its object.
void AppendInputMembers(const ContainerInfo& info, JsonText* json) {
  json->TextMember("path", info.path);
  json->TextMember("format", info.format);
  json->Member("bytes", info.bytes);
  json->ChecksumMember("crc32c", info.crc32c);
  json->OptionalMember("snapshot_index", info.snapshot_index);
  json->OptionalMember("hlc_ceiling_ms", info.hlc_ceiling_ms);
}

// "input" and "salvage" are those of the first one: most runs have no other.
void AppendInputs(const DecodeReport& report, JsonText* json) {
  json->Key("input");
  json->StartObject();
  AppendInputMembers(report.inputs[0].info, json);
  json->EndObject();
  json->Key("inputs");
  json->StartArray();
  for (const DecodedInput& input : report.inputs) {
    json->StartObject();
    AppendInputMembers(input.info, json);
    json->Key("salvage");
    AppendSalvage(input.salvage, json);
    json->EndObject();
  }
  json->EndArray();
}

void AppendOutput(const DecodeOptions& options, JsonText* json) {
  json->Key("output");
  if (options.dry_run) {
    json->Null();
  } else {
    json->Text(options.output);
  }
  json->MemberBool("dry_run", options.dry_run);
}

void AppendAdapters(const DecodeReport& report, JsonText* json) {
  json->Key("adapters");
  json->StartArray();
  for (const AdapterReport& adapter : report.adapters) {
    json->StartObject();
    json->TextMember("name", adapter.name);
    json->MemberBool("decoded", adapter.decoded);
    json->Member("records", adapter.records);
    AppendRows(adapter.rows, json);
    json->EndObject();
  }
  json->EndArray();
}

void AppendDamaged(const DecodeReport& report, JsonText* json) {
  json->Key("damaged");
  json->StartArray();
  for (const DamagedRecord& record : report.damaged) {
    json->StartObject();
    json->TextMember("address", record.address);
    json->TextMember("code", record.code);
    json->TextMember("reason", record.reason);
    json->Member("offset", record.offset);
    if (!record.input.empty()) json->TextMember("input", record.input);
    json->EndObject();
  }
  json->EndArray();
}

void AppendTree(const TreeTotals& tree, JsonText* json) {
  json->Key("tree");
  json->StartObject();
  json->Member("files", tree.files);
  json->Member("directories", tree.directories);
  json->Member("bytes", tree.bytes);
  json->EndObject();
}

}  // namespace

std::string DecodeDocument(const DecodeRun& run) {
  const DecodeReport& report = run.report;
  JsonText json(JsonStyle::kPretty);
  json.StartObject();
  json.Member("schema", "snaptree.decode/1");
  AppendInputs(report, &json);
  AppendOutput(run.options, &json);
  json.Member("layout", run.options.jsonl ? "jsonl" : "per-item");
  json.MemberTimestamp("read_ts", report.read_ts);
  json.MemberTimestamp("last_commit_ts", report.last_commit_ts);
  AppendRows(report.rows, &json);
  json.Member("newer_than_at", report.newer_than_at);
  AppendAdapters(report, &json);
  json.Member("records", report.records);
  json.Member("losses", report.losses);
  AppendTree(report.tree, &json);
  json.OptionalMember("archive_bytes", report.archive_bytes);
  AppendDamaged(report, &json);
  AppendUnmatched(report.unmatched, &json);
  json.Key("findings");
  AppendFindings(report.findings, &json);
  json.Key("salvage");
  AppendSalvage(report.inputs[0].salvage, &json);
  return EndDocument(run.cost, run.ExitCode(), &json);
}

std::string FailedDecodeDocument(const DecodeOptions& options, const Status& status) {
  JsonText json(JsonStyle::kPretty);
  json.StartObject();
  json.Member("schema", "snaptree.decode/1");
  AppendOutput(options, &json);
  return EndWithError(status, &json);
}

}  // namespace snaptree::cli

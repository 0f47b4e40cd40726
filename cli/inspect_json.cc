#include "base/text.h"
#include "base/time_text.h"
#include "cli/inspect_report.h"
#include "cli/report_back_ends.h"
#include "cli/snapshot_access.h"
#include "formats/family_table.h"

namespace snaptree::cli {
namespace {

const char* ClassName(FamilyClass c) {
  switch (c) {
    case FamilyClass::kData:
      return "data";
    case FamilyClass::kDerived:
      return "derived";
    case FamilyClass::kOperational:
      return "operational";
    case FamilyClass::kTransactional:
      return "transactional";
    case FamilyClass::kUnknown:
      break;
  }
  return "unknown";
}

void AppendCounts(const FamilyCounts& c, JsonText* json) {
  json->Member("rows", c.rows);
  json->Member("bytes", c.key_bytes + c.value_bytes);
  json->Member("live", c.live);
  json->Member("live_bytes", c.live_bytes);
  json->Member("older", c.older);
  json->Member("newer", c.newer);
  json->Member("deleted", c.tombstone);
  json->Member("expired", c.expired);
  json->Member("encrypted", c.encrypted);
  json->Member("damaged", c.damaged);
}

// Null for timestamps that there are none of.
void AppendTimestamp(Slice name, uint64_t hlc, JsonText* json) {
  if (hlc != 0) return json->MemberTimestamp(name, hlc);
  json->Key(name);
  json->Null();
}

void AppendFile(const InspectReport& report, JsonText* json) {
  const ContainerInfo& info = report.info;
  json->TextMember("path", info.path);
  json->TextMember("format", info.format);
  json->Member("bytes", info.bytes);
  json->OptionalMember("compressed_bytes", report.packed_bytes);
  json->ChecksumMember("crc32c", info.crc32c);
  json->OptionalMember("snapshot_index", info.snapshot_index);
  json->OptionalMember("applied_index", report.scan.applied_index);
  json->OptionalMember("raft_term", info.raft_term);
  json->Key("origin");
  json->StartArray();
  for (const auto& [name, value] : info.origin) {
    json->StartObject();
    json->TextMember("name", name);
    json->TextMember("value", value);
    json->EndObject();
  }
  json->EndArray();
  json->OptionalMember("hlc_ceiling_ms", info.hlc_ceiling_ms);
  json->OptionalMember("raft_cutover_index", info.raft_cutover_index);
}

void AppendTimes(const InspectReport& report, JsonText* json) {
  AppendTimestamp("read_ts", report.scan.read_ts, json);
  AppendTimestamp("last_commit_ts", report.scan.last_commit_ts, json);
  AppendTimestamp("oldest_commit_ts", report.OldestCommit(), json);
  json->MemberBool("retention_known", report.scan.retention_known);
  AppendTimestamp("min_retained_ts", report.scan.min_retained_ts.value_or(0), json);
}

// Every row in one class but the `encrypted` ones of them, live ones and of all versions.
void AppendRows(const InspectReport& report, JsonText* json) {
  const FamilyCounts totals = report.Totals();
  json->Key("rows");
  json->StartObject();
  json->Member("total", report.scan.rows);
  json->Member("live", totals.live - report.UnknownRows());
  json->Member("older", totals.older);
  json->Member("newer", totals.newer);
  json->Member("deleted", totals.tombstone);
  json->Member("expired", totals.expired);
  json->Member("damaged", totals.damaged);
  json->Member("metadata", report.MetadataRows());
  json->Member("unknown", report.UnknownRows());
  json->Member("encrypted", totals.encrypted);
  json->Member("encrypted_versions", totals.encrypted_versions);
  json->EndObject();
}

void AppendKeyIds(Slice name, const std::vector<uint32_t>& ids, JsonText* json) {
  json->Key(name);
  json->StartArray();
  for (const uint32_t id : ids) json->Uint64(id);
  json->EndArray();
}

void AppendGroups(const InspectReport& report, JsonText* json) {
  json->Key("adapters");
  json->StartArray();
  for (const GroupCounts& group : report.ByAdapter()) {
    json->StartObject();
    json->Member("name", Slice(group.name));
    AppendCounts(group.counts, json);
    json->EndObject();
  }
  json->EndArray();
  json->Key("families");
  json->StartArray();
  for (size_t i = 0; i < report.scan.families.size(); ++i) {
    const FamilyCounts& counts = report.scan.families[i];
    if (counts.rows == 0) continue;
    const Family& family = Families()[i];
    json->StartObject();
    json->Member("name", family.prefix);
    json->Member("adapter", AdapterName(family.adapter));
    json->Member("class", ClassName(family.family_class));
    AppendCounts(counts, json);
    json->EndObject();
  }
  json->EndArray();
}

void AppendDamaged(const InspectReport& report, JsonText* json) {
  json->Key("damaged");
  json->StartArray();
  for (const DamagedRow& row : report.scan.damaged) {
    json->StartObject();
    json->Member("offset", row.position);
    json->Member("family", FamilyName(row.family));
    json->Member("code", row.defect);
    json->Key("raw_key");
    json->Bytes(row.key);
    json->EndObject();
  }
  json->EndArray();
}

void AppendEstimate(const InspectReport& report, JsonText* json) {
  const TreeEstimate estimate = EstimateTree(report.scan);
  json->Key("estimate");
  json->StartObject();
  json->Member("files", estimate.files);
  json->Member("bytes", estimate.bytes);
  json->EndObject();
}

}  // namespace

void AppendInspect(const InspectReport& report, JsonText* json) {
  json->TextMember("input", report.given);
  if (report.directory) {
    json->Key("directory");
    AppendDirectory(*report.directory, json);
  }
  if (report.listed_only()) {
    json->Key("findings");
    AppendFindings(report.findings, json);
    return;
  }
  if (!report.status.ok()) {
    json->Key("error");
    json->StartObject();
    AppendErrorMembers(report.status, json);
    json->EndObject();
    return;
  }
  AppendFile(report, json);
  AppendTimes(report, json);
  AppendKeyIds("encryption_key_ids", report.scan.encryption_key_ids, json);
  AppendKeyIds("version_key_ids", report.scan.version_key_ids, json);
  AppendRows(report, json);
  AppendGroups(report, json);
  AppendDamaged(report, json);
  AppendEstimate(report, json);
  if (report.detail) AppendDetail(*report.detail, json);
  json->Key("findings");
  AppendFindings(report.findings, json);
  json->Key("salvage");
  AppendSalvage(report.salvage, json);
}

}  // namespace snaptree::cli

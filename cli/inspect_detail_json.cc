#include "cli/inspect_detail.h"

namespace snaptree::cli {
namespace {

// The upper end of a class; null for the last one.
template <size_t n>
void AppendLimit(Slice name, const std::array<uint64_t, n>& limits, size_t i, JsonText* json) {
  json->Key(name);
  if (i < n) {
    json->Uint64(limits[i]);
  } else {
    json->Null();
  }
}

void AppendScopes(Slice name, const std::vector<ScopeSize>& scopes, JsonText* json) {
  json->Key(name);
  json->StartArray();
  for (const ScopeSize& scope : scopes) {
    json->StartObject();
    json->Key("scope");
    json->Bytes(scope.scope);
    json->Member("records", scope.records);
    json->Member("bytes", scope.bytes);
    json->EndObject();
  }
  json->EndArray();
}

void AppendLargest(const std::vector<RecordSize>& records, JsonText* json) {
  json->Key("largest_records");
  json->StartArray();
  for (const RecordSize& record : records) {
    json->StartObject();
    json->Key("address");
    json->Bytes(record.path);
    if (record.line != 0) json->Member("line", record.line);
    json->Member("bytes", record.bytes);
    json->EndObject();
  }
  json->EndArray();
}

void AppendExpiry(const RecordStatistics& records, JsonText* json) {
  json->Key("expiry");
  json->StartObject();
  json->Member("expired", records.expired);
  json->Member("never", records.never);
  json->Key("within");
  json->StartArray();
  for (size_t i = 0; i < records.expiring.size(); ++i) {
    json->StartObject();
    AppendLimit("up_to_ms", kExpiryLimitsMs, i, json);
    json->Member("keys", records.expiring[i]);
    json->EndObject();
  }
  json->EndArray();
  json->EndObject();
}

void AppendRecords(const RecordStatistics& records, JsonText* json) {
  json->StartObject();
  json->Member("count", records.all.records);
  json->Member("bytes", records.all.bytes);
  json->Member("scopes", records.scopes);
  AppendScopes("largest_scopes", records.largest_scopes, json);
  AppendScopes("fullest_scopes", records.fullest_scopes, json);
  AppendLargest(records.largest, json);
  json->Key("sizes");
  json->StartArray();
  for (size_t i = 0; i < records.sizes.size(); ++i) {
    json->StartObject();
    AppendLimit("up_to_bytes", kSizeLimits, i, json);
    json->Member("records", records.sizes[i].records);
    json->Member("bytes", records.sizes[i].bytes);
    json->EndObject();
  }
  json->EndArray();
  AppendExpiry(records, json);
  json->EndObject();
}

void AppendAges(const RowStatistics& rows, JsonText* json) {
  json->Key("ages");
  json->StartArray();
  for (size_t i = 0; i < rows.ages.size(); ++i) {
    json->StartObject();
    AppendLimit("up_to_ms", kAgeLimitsMs, i, json);
    json->Member("rows", rows.ages[i].rows);
    json->Member("bytes", rows.ages[i].bytes);
    json->EndObject();
  }
  json->EndArray();
}

void AppendVersions(const RowStatistics& rows, JsonText* json) {
  json->Key("versions");
  json->StartObject();
  json->Member("keys", rows.keys);
  json->Member("rows", rows.versions);
  json->Member("deletions", rows.deletions);
  json->Member("deleted_keys", rows.deleted_keys);
  json->Key("by_number");
  json->StartArray();
  for (size_t i = 0; i < rows.keys_by_versions.size(); ++i) {
    json->StartObject();
    AppendLimit("up_to", kVersionLimits, i, json);
    json->Member("keys", rows.keys_by_versions[i]);
    json->EndObject();
  }
  json->EndArray();
  json->Key("most");
  json->StartArray();
  for (const auto& [versions, key] : rows.most_versions) {
    json->StartObject();
    json->Key("key");
    json->Bytes(key);
    json->Member("versions", versions);
    json->EndObject();
  }
  json->EndArray();
  json->EndObject();
}

}  // namespace

void AppendDetail(const InspectDetail& detail, JsonText* json) {
  json->Key("detail");
  json->StartObject();
  json->Key("records");
  if (detail.records) {
    AppendRecords(*detail.records, json);
  } else {
    json->Null();
  }
  AppendAges(detail.rows, json);
  AppendVersions(detail.rows, json);
  json->EndObject();
}

}  // namespace snaptree::cli

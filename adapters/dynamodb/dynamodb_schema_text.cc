// _schema.json (spec 03 section 4.2).
#include "adapters/dynamodb/dynamodb_schema.h"
#include "manifest/json_writer.h"

namespace snaptree::dynamodb {
namespace {

void WriteAttribute(JsonWriter& json, Slice member, const std::string& name,
                    const TableSchema& schema) {
  json.Key(member);
  json.StartObject();
  if (!name.empty()) {
    json.Member("name", Slice(name));
    const auto type = schema.attribute_types.find(name);
    if (type != schema.attribute_types.end() && !type->second.empty()) {
      json.Member("type", Slice(type->second));
    }
  }
  json.EndObject();
}

void WriteKey(JsonWriter& json, Slice member, const KeySchema& key, const TableSchema& schema) {
  json.Key(member);
  json.StartObject();
  WriteAttribute(json, "hash_key", key.hash, schema);
  WriteAttribute(json, "range_key", key.range, schema);
  json.EndObject();
}

void WriteDefinitions(JsonWriter& json, const TableSchema& schema) {
  json.Key("attribute_definitions");
  json.StartArray();
  for (const auto& [name, type] : schema.attribute_types) {
    json.StartObject();
    json.Member("name", Slice(name));
    json.Member("type", Slice(type));
    json.EndObject();
  }
  json.EndArray();
}

void WriteProjection(JsonWriter& json, const IndexSchema& index) {
  json.Key("projection");
  json.StartObject();
  json.Member("type", Slice(index.projection_type));
  if (!index.non_key_attributes.empty()) {
    json.Key("non_key_attributes");
    json.StartArray();
    for (const std::string& name : index.non_key_attributes) json.String(name);
    json.EndArray();
  }
  json.EndObject();
}

void WriteIndexes(JsonWriter& json, const TableSchema& schema) {
  json.Key("global_secondary_indexes");
  json.StartArray();
  for (const auto& [name, index] : schema.indexes) {
    json.StartObject();
    json.Member("name", Slice(name));
    WriteKey(json, "key_schema", index.key, schema);
    WriteProjection(json, index);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

std::string SchemaText(Slice table, const TableSchema& schema) {
  JsonWriter json(JsonStyle::kPretty, HtmlEscape::kOn);
  json.StartObject();
  json.Member("format_version", uint64_t{1});
  json.Member("table_name", table);
  WriteKey(json, "primary_key", schema.key, schema);
  WriteDefinitions(json, schema);
  if (!schema.indexes.empty()) WriteIndexes(json, schema);
  json.EndObject();
  return json.text();
}

}  // namespace snaptree::dynamodb

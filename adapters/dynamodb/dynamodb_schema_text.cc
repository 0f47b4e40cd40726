// _schema.json and _schema_ext.json (spec 03 sections 4.2 and 4.5).
#include "adapters/dynamodb/dynamodb_schema.h"
#include "base/text.h"
#include "manifest/json_writer.h"

namespace snaptree::dynamodb {
namespace {

constexpr uint64_t kFormatVersion = 1;

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
  json.Member("format_version", kFormatVersion);
  json.Member("table_name", table);
  WriteKey(json, "primary_key", schema.key, schema);
  WriteDefinitions(json, schema);
  if (!schema.indexes.empty()) WriteIndexes(json, schema);
  json.EndObject();
  return json.text();
}

std::string ExtensionText(const TableSchema& schema, std::optional<uint64_t> counter) {
  JsonWriter json(JsonStyle::kPretty, HtmlEscape::kOn);
  json.StartObject();
  json.Member("format_version", kFormatVersion);
  json.Member("generation", schema.generation);
  if (counter && *counter != schema.generation) json.Member("generation_counter", *counter);
  if (schema.key_encoding_version != kUsualKeyEncoding) {
    json.Member("key_encoding_version", schema.key_encoding_version);
  }
  if (schema.migrating_from != 0) {
    json.Member("migrating_from_generation", schema.migrating_from);
  }
  if (!schema.unknown_fields.empty()) {
    json.Member("unknown_fields", Slice(Base64Url(schema.unknown_fields)));
  }
  json.EndObject();
  json.Piece("\n");
  return json.text();
}

}  // namespace snaptree::dynamodb

// The record of a table as a message (spec 03 section 2.1): maps ascending, both fields of an entry
// always there, texts that are empty left out elsewhere.
#include "adapters/dynamodb/dynamodb_messages.h"
#include "adapters/dynamodb/dynamodb_schema.h"

namespace snaptree::dynamodb {
namespace {

void AppendText(uint32_t number, Slice text, std::string* out) {
  if (!text.empty()) AppendBytesField(number, text, out);
}

std::string Entry(Slice name, Slice value) {
  std::string entry;
  AppendBytesField(1, name, &entry);
  AppendBytesField(2, value, &entry);
  return entry;
}

std::string KeyMessage(const KeySchema& key) {
  std::string message;
  AppendText(1, key.hash, &message);
  AppendText(2, key.range, &message);
  return message;
}

std::string IndexMessage(const IndexSchema& index) {
  std::string projection;
  AppendText(1, index.projection_type, &projection);
  for (const std::string& name : index.non_key_attributes) AppendBytesField(2, name, &projection);
  return Entry(KeyMessage(index.key), projection);  // the same two fields
}

}  // namespace

std::string TableMessage(const TableSchema& schema) {
  std::string out(kTableMagic);
  AppendText(1, schema.name, &out);
  for (const auto& [name, type] : schema.attribute_types)
    AppendBytesField(2, Entry(name, type), &out);
  AppendBytesField(3, KeyMessage(schema.key), &out);
  for (const auto& [name, index] : schema.indexes)
    AppendBytesField(4, Entry(name, IndexMessage(index)), &out);
  if (schema.key_encoding_version != 0) AppendVarintField(5, schema.key_encoding_version, &out);
  if (schema.migrating_from != 0) AppendVarintField(6, schema.migrating_from, &out);
  if (schema.generation != 0) AppendVarintField(7, schema.generation, &out);
  return out.append(schema.unknown_fields);
}

}  // namespace snaptree::dynamodb

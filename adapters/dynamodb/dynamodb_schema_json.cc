#include "adapters/dynamodb/dynamodb_schema_json.h"

#include "adapters/common/stored_json.h"

namespace snaptree::dynamodb {
namespace {

using simdjson::dom::element;

// Calls take(name, value) -> bool for each member; false when one is refused, or when it is no
// object. null is an empty object, as for the servers that wrote these.
template <class Take>
bool ForEachMember(const element& value, Take take) {
  if (value.is_null()) return true;
  simdjson::dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return false;
  for (const simdjson::dom::key_value_pair member : object) {
    if (!take(Slice(member.key), member.value)) return false;
  }
  return true;
}

bool TakeText(const element& value, std::string* out) {
  Slice text;
  if (value.is_null()) return true;
  if (!ToText(value, &text)) return false;
  *out = text;
  return true;
}

bool TakeNumber(const element& value, uint64_t* out) {
  return value.is_null() || ToUint64(value, out);
}

bool TakeTexts(const element& value, std::vector<std::string>* out) {
  if (value.is_null()) return true;
  simdjson::dom::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return false;
  out->clear();
  for (const element text : array) {
    if (!TakeText(text, &out->emplace_back())) return false;
  }
  return true;
}

bool TakeKeyMember(Slice name, const element& value, KeySchema* out) {
  if (name == "hash_key") return TakeText(value, &out->hash);
  if (name == "range_key") return TakeText(value, &out->range);
  return true;
}

bool TakeKey(const element& value, KeySchema* out) {
  return ForEachMember(value,
                       [&](Slice name, const element& v) { return TakeKeyMember(name, v, out); });
}

bool TakeProjection(const element& value, IndexSchema* out) {
  return ForEachMember(value, [&](Slice name, const element& v) {
    if (name == "projection_type") return TakeText(v, &out->projection_type);
    if (name == "non_key_attributes") return TakeTexts(v, &out->non_key_attributes);
    return true;
  });
}

// Either {"key_schema", "projection"} or, oldest of all, the key schema itself, which projects ALL.
bool TakeIndex(const element& value, IndexSchema* out) {
  bool oldest = true;
  const bool good = ForEachMember(value, [&](Slice name, const element& v) {
    oldest = oldest && name != "key_schema" && name != "projection";
    if (name == "key_schema") return TakeKey(v, &out->key);
    if (name == "projection") return TakeProjection(v, out);
    return TakeKeyMember(name, v, &out->key);
  });
  if (oldest) out->projection_type = "ALL";
  return good;
}

bool TakeMember(Slice name, const element& value, TableSchema* out) {
  if (name == "table_name") return TakeText(value, &out->name);
  if (name == "primary_key") return TakeKey(value, &out->key);
  if (name == "key_encoding_version") return TakeNumber(value, &out->key_encoding_version);
  if (name == "migrating_from_generation") return TakeNumber(value, &out->migrating_from);
  if (name == "generation") return TakeNumber(value, &out->generation);
  if (name == "attribute_definitions") {
    return ForEachMember(value, [&](Slice attribute, const element& type) {
      return TakeText(type, &out->attribute_types[std::string(attribute)]);
    });
  }
  if (name == "global_secondary_indexes") {
    return ForEachMember(value, [&](Slice index, const element& v) {
      IndexSchema& schema = out->indexes[std::string(index)];
      schema = {};
      return TakeIndex(v, &schema);
    });
  }
  return true;
}

}  // namespace

Status ParseTableJson(Slice value, TableSchema* out) {
  StoredJson json;
  SNAPTREE_TRY(json.Parse(value, "DdbInvalidSchema"));
  for (const JsonMember& member : json.members()) {
    if (TakeMember(member.name, member.value, out)) continue;
    return DataError("DdbInvalidSchema", "a member of the table's JSON record is of a wrong type")
        .Found(std::string(member.name));
  }
  out->from_json = true;
  return {};
}

}  // namespace snaptree::dynamodb

#include "adapters/dynamodb/dynamodb_schema_reader.h"

#include <algorithm>
#include <span>

#include "adapters/common/json_error.h"
#include "adapters/common/stored_json.h"
#include "adapters/dynamodb/dynamodb_number.h"
#include "base/text.h"

namespace snaptree::dynamodb {
namespace {

using simdjson::dom::element;

constexpr const char* kCode = "DdbEncodeInvalidSchema";
constexpr uint64_t kFormatVersion = 1;

constexpr const char* kNext = "mend the file as the other tables have it";

Status Invalid(std::string what) { return DataError(kCode, std::move(what)).Next(kNext); }

Status WrongType(const std::string& what, const char* expected) {
  return Invalid(what + " is of a wrong type").Expected(expected);
}

bool IsBlank(Slice text) { return TrimWhiteSpace(text).empty(); }

// Calls take(name, value) -> Status for each member.
template <class Take>
Status ForEachMember(const element& value, const std::string& where, Take take) {
  simdjson::dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return WrongType(where, "an object");
  std::vector<Slice> names;
  for (const simdjson::dom::key_value_pair member : object) names.push_back(member.key);
  SNAPTREE_TRY(CheckMemberNames(std::move(names), where));
  for (const simdjson::dom::key_value_pair member : object)
    SNAPTREE_TRY(take(Slice(member.key), member.value));
  return {};
}

template <class Take>
Status ForEachElement(const element& value, const std::string& where, Take take) {
  simdjson::dom::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return WrongType(where, "an array");
  for (const element item : array) SNAPTREE_TRY(take(item));
  return {};
}

Status TakeText(const element& value, const std::string& where, std::string* out) {
  Slice text;
  if (!ToText(value, &text)) return WrongType(where, "a string");
  out->assign(text);
  return {};
}

Status TakeNumber(const element& value, const std::string& where, uint64_t* out) {
  if (ToUint64(value, out)) return {};
  return WrongType(where, "a whole number that is not negative");
}

// An attribute as a key names it, and as attribute_definitions has it.
struct NamedType {
  std::string name;
  std::string type;
};

class SchemaReader {
 public:
  SchemaReader(TableSchema* out, SchemaRemarks* remarks) : out_(*out), remarks_(*remarks) {}

  Status Read(std::span<const JsonMember> members);

 private:
  Status Member(Slice name, const element& value);
  Status Definition(const element& value);
  Status TakeNamedType(const element& value, const std::string& where, NamedType* out);
  Status Key(const element& value, const std::string& where, KeySchema* out);
  Status Index(const element& value);
  Status Projection(const element& value, const std::string& where, IndexSchema* out);
  Status CheckProjection(const std::string& where, const IndexSchema& index);
  Status CheckKeyType(const NamedType& key);
  // Most of them are typing errors.
  Status Ignore(Slice member, const std::string& where = {});

  TableSchema& out_;
  SchemaRemarks& remarks_;
  uint64_t format_version_ = 0;
  std::vector<NamedType> keys_;  // of the table and its indexes
};

Status SchemaReader::Read(std::span<const JsonMember> members) {
  std::vector<Slice> names;
  for (const JsonMember& member : members) names.push_back(member.name);
  SNAPTREE_TRY(CheckMemberNames(std::move(names), "the schema"));
  for (const JsonMember& member : members) SNAPTREE_TRY(Member(member.name, member.value));
  if (format_version_ != kFormatVersion) {
    return Invalid("\"format_version\" is missing, or of a version that is not known")
        .Expected("1");
  }
  if (IsBlank(out_.name)) return Invalid("\"table_name\" is missing or blank");
  if (out_.key.hash.empty()) return Invalid("\"primary_key\" is missing");
  for (const NamedType& key : keys_) SNAPTREE_TRY(CheckKeyType(key));
  return {};
}

Status SchemaReader::Member(Slice name, const element& value) {
  if (name == "format_version") return TakeNumber(value, "\"format_version\"", &format_version_);
  if (name == "table_name") return TakeText(value, "\"table_name\"", &out_.name);
  if (name == "primary_key") return Key(value, "\"primary_key\"", &out_.key);
  if (name == "attribute_definitions") {
    return ForEachElement(value, "\"attribute_definitions\"",
                          [&](const element& v) { return Definition(v); });
  }
  if (name == "global_secondary_indexes") {
    return ForEachElement(value, "\"global_secondary_indexes\"",
                          [&](const element& v) { return Index(v); });
  }
  return Ignore(name);
}

Status SchemaReader::Ignore(Slice member, const std::string& where) {
  std::string what = "\"" + Printable(member) + "\"";
  if (!where.empty()) what += " of " + where;
  remarks_.ignored.push_back(std::move(what));
  return {};
}

Status SchemaReader::TakeNamedType(const element& value, const std::string& where, NamedType* out) {
  return ForEachMember(value, where, [&](Slice member, const element& v) -> Status {
    if (member == "name") return TakeText(v, "\"name\" of " + where, &out->name);
    if (member == "type") return TakeText(v, "\"type\" of " + where, &out->type);
    return Ignore(member, where);
  });
}

Status SchemaReader::Definition(const element& value) {
  NamedType definition;
  SNAPTREE_TRY(TakeNamedType(value, "a definition", &definition));
  if (IsBlank(definition.name)) return Invalid("the name of a definition is missing or blank");
  if (out_.attribute_types.emplace(definition.name, definition.type).second) return {};
  return Invalid("attribute \"" + Printable(definition.name) + "\" is defined twice");
}

Status SchemaReader::Key(const element& value, const std::string& where, KeySchema* out) {
  NamedType hash;
  NamedType range;
  SNAPTREE_TRY(ForEachMember(value, where, [&](Slice member, const element& v) -> Status {
    if (member == "hash_key") return TakeNamedType(v, "\"hash_key\" of " + where, &hash);
    if (member == "range_key") return TakeNamedType(v, "\"range_key\" of " + where, &range);
    return Ignore(member, where);
  }));
  if (IsBlank(hash.name)) return Invalid("the hash key of " + where + " is missing or blank");
  out->hash = hash.name;
  out->range = range.name;
  keys_.push_back(std::move(hash));
  if (!range.name.empty()) keys_.push_back(std::move(range));
  return {};
}

Status SchemaReader::Index(const element& value) {
  const std::string where = "an index";
  std::string name;
  IndexSchema index;
  SNAPTREE_TRY(ForEachMember(value, where, [&](Slice member, const element& v) -> Status {
    if (member == "name") return TakeText(v, "\"name\" of an index", &name);
    if (member == "key_schema") return Key(v, "an index's \"key_schema\"", &index.key);
    if (member == "projection") return Projection(v, "an index's \"projection\"", &index);
    return Ignore(member, where);
  }));
  if (IsBlank(name)) return Invalid("the name of an index is missing or blank");
  const std::string own = "index \"" + Printable(name) + "\"";
  if (index.key.hash.empty()) return Invalid("\"key_schema\" of " + own + " is missing");
  SNAPTREE_TRY(CheckProjection(own, index));
  if (out_.indexes.emplace(std::move(name), std::move(index)).second) return {};
  return Invalid(own + " stands twice");
}

Status SchemaReader::Projection(const element& value, const std::string& where, IndexSchema* out) {
  return ForEachMember(value, where, [&](Slice member, const element& v) -> Status {
    if (member == "type") return TakeText(v, "\"type\" of " + where, &out->projection_type);
    if (member != "non_key_attributes") return Ignore(member, where);
    const std::string list = "\"non_key_attributes\" of " + where;
    return ForEachElement(v, list, [&](const element& text) {
      return TakeText(text, "an element of " + list, &out->non_key_attributes.emplace_back());
    });
  });
}

Status SchemaReader::CheckProjection(const std::string& where, const IndexSchema& index) {
  const std::string& type = index.projection_type;
  if (!type.empty() && type != "ALL" && type != "KEYS_ONLY" && type != "INCLUDE") {
    return Invalid("the projection of " + where + " is of an unknown type")
        .Expected("ALL, KEYS_ONLY or INCLUDE")
        .Found(Printable(type));
  }
  if (type != "INCLUDE" && !index.non_key_attributes.empty()) remarks_.unused_attributes = true;
  return {};
}

Status SchemaReader::CheckKeyType(const NamedType& key) {
  auto defined = out_.attribute_types.find(key.name);
  if (defined == out_.attribute_types.end()) {
    if (key.type.empty()) return {};
    defined = out_.attribute_types.emplace(key.name, key.type).first;
    remarks_.definition_added = true;
  }
  const std::string& type = defined->second;
  if (!key.type.empty() && key.type != type) {
    return Invalid("a key gives attribute \"" + Printable(key.name) +
                   "\" another type than its definition")
        .Expected(Printable(type))
        .Found(Printable(key.type));
  }
  if (type != "S" && type != "N" && type != "B") remarks_.unusual_key_type = true;
  return {};
}

}  // namespace

Status CheckMemberNames(std::vector<Slice> names, const std::string& where) {
  std::sort(names.begin(), names.end());
  const auto twin = std::adjacent_find(names.begin(), names.end());
  if (twin == names.end()) return {};
  return Invalid("member \"" + Printable(*twin) + "\" of " + where + " stands twice");
}

Status ReadSchema(Slice text, TableSchema* out, SchemaRemarks* remarks) {
  StoredJson json;
  SNAPTREE_TRY(ExplainJsonError(json.Parse(text, kCode), text, kNext));
  return SchemaReader(out, remarks).Read(json.members());
}

bool SameJson(Slice a, Slice b) {
  const auto minified = [](Slice text) {
    std::string small(text.size() + simdjson::SIMDJSON_PADDING, '\0');
    size_t n = 0;
    const auto error = simdjson::minify(text.data(), text.size(), small.data(), n);
    return error == simdjson::SUCCESS ? small.substr(0, n) : std::string(text);
  };
  return minified(a) == minified(b);
}

}  // namespace snaptree::dynamodb

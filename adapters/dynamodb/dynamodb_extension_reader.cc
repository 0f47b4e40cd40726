// The half of dynamodb_schema_reader.h for _schema_ext.json.
#include <utility>

#include "adapters/common/json_error.h"
#include "adapters/common/stored_json.h"
#include "adapters/dynamodb/dynamodb_schema_reader.h"
#include "adapters/dynamodb/dynamodb_wire_reader.h"
#include "base/base64.h"
#include "base/text.h"

namespace snaptree::dynamodb {
namespace {

constexpr const char* kCode = "DdbEncodeInvalidSchema";
constexpr const char* kNext = "mend the file, or remove it: the table then gets generation 1";

// Fields that this version writes itself, by number.
constexpr WireType kKnownFields[] = {WireType::kBytes, WireType::kBytes,  WireType::kBytes,
                                     WireType::kBytes, WireType::kVarint, WireType::kVarint,
                                     WireType::kVarint};

// Fields of a newer server and nothing else: others would change what the schema says.
bool AreUnknownFields(Slice message) {
  WireReader in(message);
  while (in.Next()) {
    for (uint32_t i = 0; i < std::size(kKnownFields); ++i) {
      if (in.Is(i + 1, kKnownFields[i])) return false;
    }
  }
  return in.ok();
}

Status Invalid(const std::string& what, std::string expected) {
  return DataError(kCode, what).Expected(std::move(expected)).Next(kNext);
}

Status TakeMember(const JsonMember& member, uint64_t* format_version, SchemaExtension* out) {
  struct Number {
    const char* name;
    uint64_t* value;
  };
  const Number numbers[] = {
      {"format_version", format_version},
      {"generation", &out->generation},
      {"generation_counter", &out->counter},
      {"key_encoding_version", &out->key_encoding_version},
      {"migrating_from_generation", &out->migrating_from},
  };
  for (const Number& number : numbers) {
    if (member.name != number.name) continue;
    if (ToUint64(member.value, number.value)) return {};
    return Invalid("\"" + std::string(number.name) + "\" is of a wrong type",
                   "a whole number that is not negative");
  }
  if (member.name != "unknown_fields") {
    out->ignored.push_back("\"" + Printable(member.name) + "\"");
    return {};
  }
  Slice text;
  if (ToText(member.value, &text) && AppendFromBase64Url(&out->unknown_fields, text) &&
      AreUnknownFields(out->unknown_fields)) {
    return {};
  }
  return Invalid("\"unknown_fields\" does not hold fields of a newer server",
                 "base64url without padding of a message's fields");
}

}  // namespace

Result<SchemaExtension> ReadExtension(Slice text) {
  StoredJson json;
  SNAPTREE_TRY(ExplainJsonError(json.Parse(text, kCode), text, kNext));
  std::vector<Slice> names;
  for (const JsonMember& member : json.members()) names.push_back(member.name);
  SNAPTREE_TRY(CheckMemberNames(std::move(names), "the file"));
  SchemaExtension extension;
  uint64_t format_version = 0;
  for (const JsonMember& member : json.members())
    SNAPTREE_TRY(TakeMember(member, &format_version, &extension));
  if (format_version != 1) {
    return Invalid("\"format_version\" is missing, or of a version that is not known", "1");
  }
  if (extension.counter >= kGenerationLimit) {
    return Invalid("\"generation_counter\" is larger than any table's",
                   "less than " + std::to_string(kGenerationLimit))
        .Found(std::to_string(extension.counter));
  }
  return extension;
}

}  // namespace snaptree::dynamodb

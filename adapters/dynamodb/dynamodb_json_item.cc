#include "adapters/dynamodb/dynamodb_json_item.h"

#include <optional>

#include "adapters/dynamodb/dynamodb_messages.h"
#include "base/base64.h"

namespace snaptree::dynamodb {
namespace {

using simdjson::dom::element;

bool AppendValue(const element& value, std::string* out);

// Field 1 of the message that a map is.
bool AppendEntry(Slice name, const element& value, std::string* out) {
  std::string attribute;
  if (!AppendValue(value, &attribute)) return false;
  std::string entry;
  AppendBytesField(1, name, &entry);
  AppendBytesField(2, attribute, &entry);
  AppendBytesField(1, entry, out);
  return true;
}

bool AppendMap(const element& value, std::string* out) {
  simdjson::dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return false;
  for (const simdjson::dom::key_value_pair member : object) {
    if (!AppendEntry(member.key, member.value, out)) return false;
  }
  return true;
}

// Calls append(element, std::string*) for each element and makes field 1 of each.
template <class Append>
bool AppendList(const element& value, std::string* out, Append append) {
  simdjson::dom::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return false;
  for (const element item : array) {
    std::string bytes;
    if (!append(item, &bytes)) return false;
    AppendBytesField(1, bytes, out);
  }
  return true;
}

bool AppendText(const element& value, std::string* out) {
  Slice text;
  if (!ToText(value, &text)) return false;
  out->append(text);
  return true;
}

bool AppendDecoded(const element& value, std::string* out) {
  Slice text;
  return ToText(value, &text) && AppendFromBase64(out, text);
}

struct Tag {
  Slice name;
  uint32_t number;
  bool (*append)(const element& value, std::string* payload);  // null: a boolean
};
constexpr Tag kTags[] = {
    {"S", kS, AppendText},
    {"N", kN, AppendText},
    {"B", kB, AppendDecoded},
    {"BOOL", kBool, nullptr},
    {"NULL", kNull, nullptr},
    {"SS", kSs, [](const element& v, std::string* out) { return AppendList(v, out, AppendText); }},
    {"NS", kNs, [](const element& v, std::string* out) { return AppendList(v, out, AppendText); }},
    {"BS", kBs,
     [](const element& v, std::string* out) { return AppendList(v, out, AppendDecoded); }},
    {"L", kL, [](const element& v, std::string* out) { return AppendList(v, out, AppendValue); }},
    {"M", kM, AppendMap},
};

bool AppendMember(const Tag& tag, const element& value, std::string* out) {
  if (tag.append == nullptr) {
    bool flag = false;
    if (!ToBool(value, &flag)) return false;
    AppendVarintField(tag.number, flag ? 1 : 0, out);
    return true;
  }
  std::string payload;
  if (!tag.append(value, &payload)) return false;
  AppendBytesField(tag.number, payload, out);
  return true;
}

// Members that are null or of no known type say nothing.
bool AppendValue(const element& value, std::string* out) {
  simdjson::dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return false;
  for (const simdjson::dom::key_value_pair member : object) {
    if (IsJsonNull(member.value)) continue;
    for (const Tag& tag : kTags) {
      if (tag.name == member.key && !AppendMember(tag, member.value, out)) return false;
    }
  }
  return true;
}

}  // namespace

Status JsonItem::ToMessage(Slice json, std::string* message) {
  SNAPTREE_TRY(json_.Parse(json, "DdbInvalidItem"));
  message->clear();
  for (const JsonMember& member : json_.members()) {
    if (AppendEntry(member.name, member.value, message)) continue;
    return DataError("DdbInvalidItem", "an attribute of the JSON item is of no DynamoDB type");
  }
  return {};
}

}  // namespace snaptree::dynamodb

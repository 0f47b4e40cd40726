#include "manifest/json_members.h"

namespace snaptree {

using simdjson::dom::element;
using simdjson::dom::object;

Result<std::optional<element>> JsonMembers::Find(Slice name) const {
  std::optional<element> found;
  for (const auto& [key, value] : from_) {
    if (key != name) continue;
    if (found) return Wrong(name, "stands there twice");
    found = value;
  }
  if (found && found->is_null()) found.reset();
  return found;
}

Status JsonMembers::Text(Slice name, bool required, std::string* out) const {
  SNAPTREE_ASSIGN(const std::optional<element> value, Find(name));
  if (!value) return required ? Wrong(name, "is missing") : Status::Ok();
  std::string_view text;
  if (value->get_string().get(text)) return Wrong(name, "is not a string");
  out->assign(text);
  return {};
}

Status JsonMembers::Number(Slice name, std::optional<uint64_t>* out) const {
  SNAPTREE_ASSIGN(const std::optional<element> value, Find(name));
  if (!value) return {};
  uint64_t number = 0;
  if (value->type() == simdjson::dom::element_type::DOUBLE || value->get_uint64().get(number))
    return Wrong(name, "is not a number from 0 to 18446744073709551615");
  *out = number;
  return {};
}

Status JsonMembers::Flag(Slice name, bool required, bool* out) const {
  SNAPTREE_ASSIGN(const std::optional<element> value, Find(name));
  if (!value) return required ? Wrong(name, "is missing") : Status::Ok();
  return value->get_bool().get(*out) ? Wrong(name, "is neither true nor false") : Status::Ok();
}

Status JsonMembers::Object(Slice name, std::optional<object>* out) const {
  SNAPTREE_ASSIGN(const std::optional<element> value, Find(name));
  if (!value) return {};
  object found;
  if (value->get_object().get(found)) return Wrong(name, "is not an object");
  *out = found;
  return {};
}

bool TakeJsonName(const element& entry, std::vector<std::string>* out) {
  std::string_view text;
  if (entry.get_string().get(text)) return false;
  out->emplace_back(text);
  return true;
}

Result<object> ParseJsonObject(simdjson::dom::parser* parser, Slice text,
                               JsonMembers::Invalid invalid) {
  element root;
  if (const simdjson::error_code error = parser->parse(text.data(), text.size()).get(root))
    return invalid(std::string("the file is not JSON: ") + simdjson::error_message(error));
  object top;
  if (root.get_object().get(top)) return invalid("the file is not one JSON object");
  return top;
}

}  // namespace snaptree

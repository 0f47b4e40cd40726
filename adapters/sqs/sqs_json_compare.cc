#include "adapters/sqs/sqs_json_compare.h"

namespace snaptree::sqs {
namespace {

constexpr const char* kCode = "NotJson";  // nobody sees it
using Json = simdjson::dom::element;

bool SameElements(const Json& a, const Json& b);

bool SameObjects(const simdjson::dom::object& a, const simdjson::dom::object& b) {
  if (a.size() != b.size()) return false;
  for (const simdjson::dom::key_value_pair field : a) {
    Json other;
    if (b.at_key(field.key).get(other) != simdjson::SUCCESS) return false;
    if (!SameElements(field.value, other)) return false;
  }
  return true;
}

bool SameArrays(const simdjson::dom::array& a, const simdjson::dom::array& b) {
  if (a.size() != b.size()) return false;
  auto other = b.begin();
  for (const Json element : a) {
    if (!SameElements(element, *other)) return false;
    ++other;
  }
  return true;
}

bool SameElements(const Json& a, const Json& b) {
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case simdjson::dom::element_type::OBJECT:
      return SameObjects(a.get_object(), b.get_object());
    case simdjson::dom::element_type::ARRAY:
      return SameArrays(a.get_array(), b.get_array());
    case simdjson::dom::element_type::INT64:
      return a.get_int64().value_unsafe() == b.get_int64().value_unsafe();
    case simdjson::dom::element_type::UINT64:
      return a.get_uint64().value_unsafe() == b.get_uint64().value_unsafe();
    case simdjson::dom::element_type::DOUBLE:
      return a.get_double().value_unsafe() == b.get_double().value_unsafe();
    case simdjson::dom::element_type::STRING:
      return a.get_string().value_unsafe() == b.get_string().value_unsafe();
    case simdjson::dom::element_type::BOOL:
      return a.get_bool().value_unsafe() == b.get_bool().value_unsafe();
    case simdjson::dom::element_type::NULL_VALUE:
      return true;
  }
  return false;
}

}  // namespace

bool JsonComparer::Same(Slice a, Slice b) {
  if (!a_.Parse(a, kCode).ok() || !b_.Parse(b, kCode).ok()) return false;
  if (a_.members().size() != b_.members().size()) return false;
  for (const JsonMember& member : a_.members()) {
    bool same = false;
    for (const JsonMember& candidate : b_.members()) {
      if (candidate.name == member.name) same = SameElements(member.value, candidate.value);
    }
    if (!same) return false;
  }
  return true;
}

}  // namespace snaptree::sqs

#include "formats/json_members.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace snaptree {

namespace dom = simdjson::dom;

Result<JsonMembers> JsonMembers::Parse(Slice text, std::string where, std::string code) {
  auto document = std::make_shared<Document>();
  document->where = std::move(where);
  document->code = std::move(code);
  dom::object object;
  const auto error =
      document->parser.parse(simdjson::padded_string(text.data(), text.size())).get(object);
  if (error != simdjson::SUCCESS) {
    return DataError(document->code,
                     std::string("no JSON object: ") + simdjson::error_message(error))
        .At(document->where);
  }
  return JsonMembers(std::move(document), object);
}

Status JsonMembers::Error(std::string_view name, std::string what) const {
  return DataError(document_->code, std::move(what))
      .At(document_->where)
      .Address("member \"" + Printable(name, 60) + "\"");
}

template <class T>
Result<T> JsonMembers::Get(std::string_view name, const char* expected) const {
  T value;
  const auto error = object_.at_key(name).get(value);
  if (error == simdjson::SUCCESS) return value;
  const bool missing = error == simdjson::NO_SUCH_FIELD;
  return Error(name, missing ? "a member is missing" : "a member is of another type")
      .Expected(expected);
}

bool JsonMembers::Has(std::string_view name) const {
  return object_.at_key(name).error() == simdjson::SUCCESS;
}

Result<uint64_t> JsonMembers::Unsigned(std::string_view name) const {
  return Get<uint64_t>(name, "a whole number from 0 on");
}

Result<bool> JsonMembers::Bool(std::string_view name) const {
  return Get<bool>(name, "true or false");
}

Result<std::string> JsonMembers::Text(std::string_view name) const {
  SNAPTREE_ASSIGN(const std::string_view text, Get<std::string_view>(name, "a text"));
  return std::string(text);
}

Result<JsonMembers> JsonMembers::Object(std::string_view name) const {
  SNAPTREE_ASSIGN(const dom::object object, Get<dom::object>(name, "an object"));
  return JsonMembers(document_, object);
}

Result<std::vector<JsonMembers>> JsonMembers::Objects(std::string_view name) const {
  std::vector<JsonMembers> objects;
  if (object_.at_key(name).is_null()) return objects;
  SNAPTREE_ASSIGN(const dom::array array, Get<dom::array>(name, "a list of objects"));
  for (const dom::element element : array) {
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS)
      return Error(name, "an element is no object").Expected("a list of objects");
    objects.push_back(JsonMembers(document_, object));
  }
  return objects;
}

Result<std::vector<uint64_t>> JsonMembers::Numbers(std::string_view name) const {
  std::vector<uint64_t> numbers;
  if (object_.at_key(name).is_null()) return numbers;
  SNAPTREE_ASSIGN(const dom::array array, Get<dom::array>(name, "a list of whole numbers"));
  for (const dom::element element : array) {
    uint64_t number = 0;
    if (element.get(number) != simdjson::SUCCESS)
      return Error(name, "an element is no whole number").Expected("a list of whole numbers");
    numbers.push_back(number);
  }
  return numbers;
}

std::vector<std::string> JsonMembers::Names() const {
  std::vector<std::string> names;
  for (const auto& field : object_) names.emplace_back(field.key);
  return names;
}

Status JsonMembers::CheckNames(std::initializer_list<std::string_view> known) const {
  std::vector<std::string> names = Names();
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      return Error(name, "a member that this version does not know");
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  return twice == names.end() ? Status::Ok() : Error(*twice, "a member stands twice");
}

}  // namespace snaptree

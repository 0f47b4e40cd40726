#include "adapters/dynamodb/dynamodb_item_json.h"

#include <utility>

#include "adapters/common/json_error.h"

namespace snaptree::dynamodb {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr size_t kPieceBytes = size_t{256} << 10;

// Hands on a parsed value. The message refuses what is nested too deep, so this ends.
bool Walk(const element& value, ItemMessage* out) {
  switch (value.type()) {
    case element_type::OBJECT:
      if (!out->StartObject()) return false;
      for (const simdjson::dom::key_value_pair member :
           simdjson::dom::object(value.get_object().value_unsafe())) {
        if (!out->Key(member.key) || !Walk(member.value, out)) return false;
      }
      return out->EndObject();
    case element_type::ARRAY:
      if (!out->StartArray()) return false;
      for (const element item : simdjson::dom::array(value.get_array().value_unsafe())) {
        if (!Walk(item, out)) return false;
      }
      return out->EndArray();
    case element_type::STRING:
      return out->String(value.get_string().value_unsafe());
    case element_type::BOOL:
      return out->Bool(value.get_bool().value_unsafe());
    case element_type::NULL_VALUE:
      return out->Other("null");
    default:
      return out->Other("a number");
  }
}

}  // namespace

Status ItemJson::Invalid(std::string found, bool has_mark) {
  return DataError("DdbEncodeInvalidItem", "the item is no JSON, or more than one value")
      .Expected("one JSON object in UTF-8, without duplicates or lone surrogates")
      .Found(std::move(found))
      .Next(has_mark ? kByteOrderMarkNext : "mend the item, or take it out of the tree");
}

Status ItemJson::Read(Slice text, ItemMessage* out) {
  if (text.size() > kWholeItemBytes) {
    return ReadPieces(
        [&text]() -> Result<SharedBytes> {
          const Slice piece = text.substr(0, kPieceBytes);
          text.remove_prefix(piece.size());
          return std::make_shared<const std::string>(piece);
        },
        out);
  }
  element root;
  const auto error = parser_.parse(text.data(), text.size(), false).get(root);
  if (error == simdjson::MEMALLOC) return NoMemoryError();
  if (error == simdjson::DEPTH_ERROR) {
    return DataError("DdbEncodeTooDeep", "the item is nested deeper than a live node reads")
        .Next("mend the item, or take it out of the tree");
  }
  if (error != simdjson::SUCCESS) {
    std::string found = FindJsonDefect(text);
    if (found.empty()) found = simdjson::error_message(error);
    return Invalid(std::move(found), text.starts_with(kByteOrderMark));
  }
  if (!Walk(root, out)) return out->status();
  return {};
}

}  // namespace snaptree::dynamodb

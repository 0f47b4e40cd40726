#include "adapters/sqs/sqs_attributes.h"

#include <algorithm>

#include "adapters/sqs/sqs_json_text.h"
#include "base/base64.h"
#include "base/coding.h"
#include "base/text.h"

namespace snaptree::sqs {
namespace {

constexpr const char* kCode = "SqsEncodeInvalidMessage";
constexpr const char* kNext = "correct message_attributes, or remove the attribute";
constexpr Slice kDataType = "DataType";
constexpr Slice kStringValue = "StringValue";
constexpr Slice kBinaryValue = "BinaryValue";

bool IsKnown(Slice name) {
  return name == kDataType || name == kStringValue || name == kBinaryValue;
}

Status Wrong(Slice attribute, const char* what) {
  return DataError(kCode, "a message attribute is not what it must be")
      .Expected(what)
      .Found("attribute \"" + Printable(attribute) + "\"")
      .Next(kNext);
}

// "Binary", also with a label behind it: "Binary.gif".
bool IsBinary(Slice data_type) { return data_type.substr(0, data_type.find('.')) == "Binary"; }

void AppendSized(std::string* out, Slice text) {
  AppendBe32(out, static_cast<uint32_t>(text.size()));
  out->append(text);
}

}  // namespace

void MessageAttributes::Clear() {
  attributes_.clear();
  text_.clear();
  md5_hex_.clear();
  as_written_ = true;
}

Status MessageAttributes::ReadAttribute(const simdjson::dom::element& value, Attribute* attribute) {
  if (value.get_object().get(attribute->object) != simdjson::SUCCESS) {
    return Wrong(attribute->name, "an object with DataType and a value");
  }
  unsigned seen = 0;
  for (const simdjson::dom::key_value_pair field : attribute->object) {
    if (!IsKnown(field.key)) {
      attribute->has_more = true;
      continue;
    }
    Slice* const texts[] = {&attribute->data_type, &attribute->string_value,
                            &attribute->binary_value};
    const size_t id = field.key == kDataType ? 0 : field.key == kStringValue ? 1 : 2;
    if ((seen >> id & 1) != 0) return Wrong(attribute->name, "each member once");
    seen |= 1U << id;
    if (!IsJsonNull(field.value) && !ToText(field.value, texts[id])) {
      return Wrong(attribute->name, "DataType, StringValue and BinaryValue are strings");
    }
    if (texts[id]->empty()) as_written_ = false;
  }
  if (attribute->data_type.empty()) return Wrong(attribute->name, "a DataType");
  bytes_.clear();
  if (!AppendFromBase64(&bytes_, attribute->binary_value)) {
    return Wrong(attribute->name, "a BinaryValue in base64, with padding");
  }
  return {};
}

void MessageAttributes::AppendText(const Attribute& attribute) {
  constexpr auto kHtml = HtmlEscape::kOn;
  AppendJsonString(&text_, attribute.name, kHtml);
  sqs::AppendText(&text_, ":{\"DataType\":", attribute.data_type, kHtml);
  AppendUnlessEmpty(&text_, ",\"StringValue\":", attribute.string_value, kHtml);
  AppendUnlessEmpty(&text_, ",\"BinaryValue\":", attribute.binary_value, kHtml);
  if (attribute.has_more) {
    // What a newer node keeps there stays as it is.
    raw_members_.clear();
    SplitRawMembers(attribute.raw, &raw_members_);
    size_t i = 0;
    for (const simdjson::dom::key_value_pair field : attribute.object) {
      const RawMember& member = raw_members_[i++];
      if (IsKnown(field.key)) continue;
      text_.append(",").append(member.name).append(":").append(member.value);
    }
  }
  text_.push_back('}');
}

// Section 7.5.
void MessageAttributes::Hash(const Attribute& attribute) {
  const bool binary = IsBinary(attribute.data_type);
  std::string& in = bytes_;
  in.clear();
  AppendSized(&in, attribute.name);
  AppendSized(&in, attribute.data_type);
  in.push_back(binary ? '\x02' : '\x01');
  if (binary) {
    value_.clear();
    AppendFromBase64(&value_, attribute.binary_value);  // it was checked
    AppendSized(&in, value_);
  } else {
    AppendSized(&in, attribute.string_value);
  }
  md5_.Update(in);
}

Status MessageAttributes::Read(StoredJson& json, size_t index) {
  Clear();
  simdjson::dom::object object;
  if (json.members()[index].value.get_object().get(object) != simdjson::SUCCESS) {
    return DataError(kCode, "the member \"message_attributes\" is not what it must be")
        .Expected("an object")
        .Next(kNext);
  }
  raw_.clear();
  SplitRawMembers(json.RawValue(index), &raw_);
  for (const simdjson::dom::key_value_pair field : object) {
    Attribute attribute;
    attribute.name = field.key;
    attribute.raw = raw_[attributes_.size()].value;
    SNAPTREE_TRY(ReadAttribute(field.value, &attribute));
    attributes_.push_back(attribute);
  }
  if (attributes_.empty()) {
    as_written_ = false;
    return {};
  }
  std::sort(attributes_.begin(), attributes_.end(),
            [](const Attribute& a, const Attribute& b) { return a.name < b.name; });
  md5_.Reset();
  for (size_t i = 0; i < attributes_.size(); ++i) {
    const Attribute& attribute = attributes_[i];
    if (i > 0 && attributes_[i - 1].name == attribute.name) {
      return Wrong(attribute.name, "each name once");
    }
    text_.push_back(i == 0 ? '{' : ',');
    AppendText(attribute);
    Hash(attribute);
  }
  text_.push_back('}');
  AppendHex(&md5_hex_, AsSlice(md5_.Finish()));
  return {};
}

}  // namespace snaptree::sqs

#include "adapters/sqs/sqs_message.h"

#include <algorithm>

#include "adapters/sqs/sqs_message_members.h"
#include "base/base64.h"

namespace snaptree::sqs {
namespace {

constexpr const char* kCode = "SqsInvalidMessage";

bool IsBase64(Slice text, std::string* scratch) {
  scratch->clear();
  return AppendFromBase64(scratch, text);
}

// One attribute: {"DataType":s,"StringValue":s,"BinaryValue":base64}.
bool IsAttribute(const simdjson::dom::element& value, std::string* scratch) {
  simdjson::dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return false;
  for (const simdjson::dom::key_value_pair field : object) {
    const bool binary = field.key == "BinaryValue";
    if (!binary && field.key != "DataType" && field.key != "StringValue") continue;
    if (IsJsonNull(field.value)) continue;
    Slice text;
    if (!ToText(field.value, &text) || (binary && !IsBase64(text, scratch))) return false;
  }
  return true;
}

}  // namespace

// Attributes by the bytes of their names, of two of one name the last; values as they are stored.
bool MessageReader::ReadAttributes(size_t index, Message* message) {
  simdjson::dom::object object;
  if (json_.members()[index].value.get_object().get(object) != simdjson::SUCCESS) return false;
  attributes_.clear();
  raw_attributes_.clear();
  SplitRawMembers(json_.RawValue(index), &raw_attributes_);
  for (const simdjson::dom::key_value_pair field : object) {
    if (!IsAttribute(field.value, &scratch_)) return false;
    attributes_.push_back({field.key, raw_attributes_[attributes_.size()].value});
  }
  message->attributes = {};
  if (attributes_.empty()) return true;
  std::stable_sort(attributes_.begin(), attributes_.end(),
                   [](const Attribute& a, const Attribute& b) { return a.name < b.name; });
  attributes_text_ = "{";
  for (size_t i = 0; i < attributes_.size(); ++i) {
    if (i + 1 < attributes_.size() && attributes_[i].name == attributes_[i + 1].name) continue;
    if (attributes_text_.size() > 1) attributes_text_.push_back(',');
    AppendJsonString(&attributes_text_, attributes_[i].name, HtmlEscape::kOff);
    attributes_text_.append(":").append(attributes_[i].value);
  }
  message->attributes = attributes_text_.append("}");
  return true;
}

bool MessageReader::ReadMember(size_t id, size_t index, Message* m) {
  const simdjson::dom::element& value = json_.members()[index].value;
  if (IsJsonNull(value)) return true;
  switch (id) {
    case kMessageId:
      return sqs::Read(value, &m->id);
    case kBody:
      return sqs::Read(value, &body_base64_);
    case kMd5OfBody:
      return sqs::Read(value, &m->md5_of_body);
    case kMd5OfAttributes:
      return sqs::Read(value, &m->md5_of_attributes);
    case kAttributes:
      return ReadAttributes(index, m);
    case kSenderId:
      return sqs::Read(value, &m->sender_id);
    case kSent:
      return sqs::Read(value, &m->sent_ms);
    case kAvailable:
      return sqs::Read(value, &m->available_ms);
    case kVisible:
      return sqs::Read(value, &m->visible_ms);
    case kReceiveCount:
      return sqs::Read(value, &m->receive_count);
    case kFirstReceive:
      return sqs::Read(value, &m->first_receive_ms);
    case kReceiptToken:
      return sqs::Read(value, &m->receipt_token) && IsBase64(m->receipt_token, &scratch_);
    case kGeneration:
      return sqs::Read(value, &m->generation);
    case kGroupId:
      return sqs::Read(value, &m->group_id);
    case kDeduplicationId:
      return sqs::Read(value, &m->deduplication_id);
    case kSequence:
      return sqs::Read(value, &m->sequence);
    case kDeadLetterSource:
      return sqs::Read(value, &m->dead_letter_source);
    default:
      unknown_.Add(index);
      return true;
  }
}

Status MessageReader::Read(Slice stored, Message* message) {
  if (!stored.starts_with(kMessageMagic))
    return DataError(kCode, "the value does not begin with its magic");
  SNAPTREE_TRY(json_.Parse(stored.substr(kMessageMagic.size()), kCode));
  *message = {};
  unknown_.Clear();
  body_base64_ = {};
  size_t next = 0;
  for (size_t i = 0; i < json_.members().size(); ++i) {
    const Slice name = json_.members()[i].name;
    if (ReadMember(kStoredNames.Find(name, &next), i, message)) continue;
    return DataError(kCode, "the member " + std::string(name) + " is not what it must be");
  }
  body_.clear();
  if (!AppendFromBase64(&body_, body_base64_)) return DataError(kCode, "the body is not base64");
  message->body = body_;
  if (!unknown_.empty()) message->extra = unknown_.ToObject(json_);
  return {};
}

}  // namespace snaptree::sqs

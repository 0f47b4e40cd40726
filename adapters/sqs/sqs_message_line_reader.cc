#include "adapters/sqs/sqs_message_line_reader.h"

#include <set>

#include "adapters/common/json_error.h"
#include "adapters/sqs/sqs_message_members.h"
#include "base/base64.h"
#include "base/text.h"

namespace snaptree::sqs {
namespace {

constexpr const char* kCode = "SqsEncodeInvalidMessage";
constexpr const char* kNext = "correct the line, or remove it: its message is then not restored";

Status Wrong(Slice name, const char* expected) {
  return DataError(kCode, "the member \"" + Printable(name) + "\" is not what it must be")
      .Expected(expected)
      .Next(kNext);
}

// Written also when they are 0.
constexpr unsigned kAlways =
    1U << kSent | 1U << kAvailable | 1U << kVisible | 1U << kReceiveCount | 1U << kGeneration;

}  // namespace

Status MessageLineReader::Text(size_t id, size_t index, Slice* out) {
  if (!ToText(json_.members()[index].value, out)) return Wrong(kLineNames[id], "a string");
  if (out->empty()) as_written_ = false;
  return {};
}

template <class Number>
Status MessageLineReader::Always(size_t id, size_t index, Number* out) {
  if (sqs::Read(json_.members()[index].value, out)) return {};
  return Wrong(kLineNames[id], std::is_signed_v<Number> ? "a whole number of 64 bits"
                                                        : "a whole number, 0 or more");
}

template <class Number>
Status MessageLineReader::UnlessZero(size_t id, size_t index, Number* out) {
  SNAPTREE_TRY(Always(id, index, out));
  if (*out == 0) as_written_ = false;
  return {};
}

// Text, or {"base64":"..."} for bytes that are none.
Status MessageLineReader::ReadBody(const simdjson::dom::element& value, Message* message) {
  if (ToText(value, &message->body)) return {};
  simdjson::dom::object object;
  Slice text;
  simdjson::dom::element base64;
  if (value.get_object().get(object) != simdjson::SUCCESS || object.size() != 1 ||
      object.at_key("base64").get(base64) != simdjson::SUCCESS || !ToText(base64, &text)) {
    return Wrong("body", "a string, or {\"base64\":\"...\"} for a body that is no text");
  }
  body_.clear();
  if (!AppendFromBase64Url(&body_, text)) {
    return Wrong("body", "base64url without padding in {\"base64\":\"...\"}");
  }
  message->body = body_;
  if (IsUtf8(body_)) as_written_ = false;
  return {};
}

Status MessageLineReader::ReadExtra(size_t index, Message* message) {
  simdjson::dom::object object;
  if (json_.members()[index].value.get_object().get(object) != simdjson::SUCCESS) {
    return Wrong("x_extra", "an object");
  }
  std::set<Slice> names;
  for (const simdjson::dom::key_value_pair field : object) {
    size_t next = 0;
    if (kStoredNames.Find(field.key, &next) != kStoredMembers || !names.insert(field.key).second) {
      return DataError(kCode, "x_extra has a member that the message has already")
          .Found("\"" + Printable(field.key) + "\"")
          .Next("remove it from x_extra, which is for members that snaptree does not know");
    }
  }
  if (names.empty()) {
    as_written_ = false;
  } else {
    message->extra = json_.RawValue(index);
  }
  return {};
}

Status MessageLineReader::ReadMember(size_t id, size_t index, Message* m) {
  switch (id) {
    case kMessageId:
      return Text(id, index, &m->id);
    case kBody:
      return ReadBody(json_.members()[index].value, m);
    case kMd5OfBody:
      return Text(id, index, &m->md5_of_body);
    case kMd5OfAttributes:
      return Text(id, index, &m->md5_of_attributes);
    case kAttributes:
      return attributes_.Read(json_, index);
    case kSenderId:
      return Text(id, index, &m->sender_id);
    case kSent:
      has_sent_time_ = true;
      return Always(id, index, &m->sent_ms);
    case kAvailable:
      return Always(id, index, &m->available_ms);
    case kVisible:
      return Always(id, index, &m->visible_ms);
    case kReceiveCount:
      return Always(id, index, &m->receive_count);
    case kFirstReceive:
      return UnlessZero(id, index, &m->first_receive_ms);
    case kReceiptToken:
      SNAPTREE_TRY(Text(id, index, &m->receipt_token));
      scratch_.clear();
      if (AppendFromBase64(&scratch_, m->receipt_token)) return {};
      return Wrong(kLineNames[id], "base64 with padding");
    case kGeneration:
      return Always(id, index, &m->generation);
    case kGroupId:
      return Text(id, index, &m->group_id);
    case kDeduplicationId:
      return Text(id, index, &m->deduplication_id);
    case kSequence:
      return UnlessZero(id, index, &m->sequence);
    case kDeadLetterSource:
      return Text(id, index, &m->dead_letter_source);
    case kPartition:
      return Always(id, index, &m->partition.emplace());
    case kExtra:
      return ReadExtra(index, m);
    default:
      ignored_.push_back(json_.members()[index].name);
      return {};
  }
}

Status MessageLineReader::Read(Slice line, Message* message) {
  *message = {};
  attributes_.Clear();
  ignored_.clear();
  has_sent_time_ = false;
  as_written_ = true;
  Status parsed = json_.Parse(line, kCode, kMaxMessageLineBytes);
  if (!parsed.ok()) return ExplainJsonError(std::move(parsed), line, kNext);
  unsigned named = 0;    // a bit for each member
  unsigned present = 0;  // and not null
  size_t next = 0;
  for (size_t i = 0; i < json_.members().size(); ++i) {
    const size_t id = kLineNames.Find(json_.members()[i].name, &next);
    if (id < kLineMembers) {
      if ((named >> id & 1) != 0) {
        return DataError(kCode, "the member \"" + std::string(kLineNames[id]) + "\" stands twice")
            .Next("keep one of them");
      }
      named |= 1U << id;
      if (id != kBody && IsJsonNull(json_.members()[i].value)) continue;
      present |= 1U << id;
    }
    SNAPTREE_TRY(ReadMember(id, i, message));
  }
  if (message->id.empty()) return Wrong("message_id", "the message's id");
  if ((present >> kBody & 1) == 0) return Wrong("body", "the message's body");
  message->attributes = attributes_.text();
  as_written_ = as_written_ && attributes_.as_written() && ignored_.empty() && named == present &&
                (present & kAlways) == kAlways;
  return {};
}

}  // namespace snaptree::sqs

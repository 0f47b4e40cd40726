// The writing half of sqs_message.h.
#include <charconv>

#include "adapters/sqs/sqs_message.h"
#include "base/text.h"

namespace snaptree::sqs {
namespace {

// `name` is written as it is: comma, quotes and colon included.
template <class Number>
void AppendNumber(std::string* out, Slice name, Number v) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, v).ptr;
  out->append(name).append(digits, static_cast<size_t>(end - digits));
}

template <class Number>
void AppendUnlessZero(std::string* out, Slice name, Number v) {
  if (v != 0) AppendNumber(out, name, v);
}

void AppendUnlessEmpty(std::string* out, Slice name, Slice text) {
  if (text.empty()) return;
  out->append(name);
  AppendJsonString(out, text, HtmlEscape::kOff);
}

void AppendRawUnlessEmpty(std::string* out, Slice name, Slice json) {
  if (!json.empty()) out->append(name).append(json);
}

// HTML escaping is on in bodies only: section 5.1.
void AppendBody(std::string* out, Slice body) {
  if (IsUtf8(body)) return AppendJsonString(out, body, HtmlEscape::kOn);
  out->append("{\"base64\":\"");
  AppendBase64Url(out, body);
  out->append("\"}");
}

}  // namespace

void AppendMessageLine(std::string* out, const Message& m) {
  out->append("{\"message_id\":");
  AppendJsonString(out, m.id, HtmlEscape::kOff);
  out->append(",\"body\":");
  AppendBody(out, m.body);
  AppendUnlessEmpty(out, ",\"md5_of_body\":", m.md5_of_body);
  AppendUnlessEmpty(out, ",\"md5_of_message_attributes\":", m.md5_of_attributes);
  AppendRawUnlessEmpty(out, ",\"message_attributes\":", m.attributes);
  AppendUnlessEmpty(out, ",\"sender_id\":", m.sender_id);
  AppendNumber(out, ",\"send_timestamp_millis\":", m.sent_ms);
  AppendNumber(out, ",\"available_at_millis\":", m.available_ms);
  AppendNumber(out, ",\"visible_at_millis\":", m.visible_ms);
  AppendNumber(out, ",\"receive_count\":", m.receive_count);
  AppendUnlessZero(out, ",\"first_receive_millis\":", m.first_receive_ms);
  AppendUnlessEmpty(out, ",\"current_receipt_token\":", m.receipt_token);
  AppendNumber(out, ",\"queue_generation\":", m.generation);
  AppendUnlessEmpty(out, ",\"message_group_id\":", m.group_id);
  AppendUnlessEmpty(out, ",\"message_deduplication_id\":", m.deduplication_id);
  AppendUnlessZero(out, ",\"sequence_number\":", m.sequence);
  AppendUnlessEmpty(out, ",\"dead_letter_source_arn\":", m.dead_letter_source);
  if (m.partition) AppendNumber(out, ",\"partition\":", *m.partition);
  AppendRawUnlessEmpty(out, ",\"x_extra\":", m.extra);
  out->append("}\n");
}

}  // namespace snaptree::sqs

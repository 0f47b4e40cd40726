// The writing half of sqs_message.h.
#include "adapters/sqs/sqs_json_text.h"
#include "adapters/sqs/sqs_message.h"
#include "adapters/sqs/sqs_message_members.h"
#include "base/base64.h"
#include "base/text.h"

namespace snaptree::sqs {
namespace {

// HTML escaping is on in bodies only: section 5.1.
void AppendBody(std::string* out, Slice body) {
  if (IsUtf8(body)) return AppendJsonString(out, body, HtmlEscape::kOn);
  out->append("{\"base64\":\"");
  AppendBase64Url(out, body);
  out->append("\"}");
}

}  // namespace

void AppendMessageLine(std::string* out, const Message& m) {
  constexpr auto kPlain = HtmlEscape::kOff;
  AppendText(out, "{\"message_id\":", m.id, kPlain);
  out->append(",\"body\":");
  AppendBody(out, m.body);
  AppendUnlessEmpty(out, ",\"md5_of_body\":", m.md5_of_body, kPlain);
  AppendUnlessEmpty(out, ",\"md5_of_message_attributes\":", m.md5_of_attributes, kPlain);
  AppendRawUnlessEmpty(out, ",\"message_attributes\":", m.attributes);
  AppendUnlessEmpty(out, ",\"sender_id\":", m.sender_id, kPlain);
  AppendNumber(out, ",\"send_timestamp_millis\":", m.sent_ms);
  AppendNumber(out, ",\"available_at_millis\":", m.available_ms);
  AppendNumber(out, ",\"visible_at_millis\":", m.visible_ms);
  AppendNumber(out, ",\"receive_count\":", m.receive_count);
  AppendUnlessZero(out, ",\"first_receive_millis\":", m.first_receive_ms);
  AppendUnlessEmpty(out, ",\"current_receipt_token\":", m.receipt_token, kPlain);
  AppendNumber(out, ",\"queue_generation\":", m.generation);
  AppendUnlessEmpty(out, ",\"message_group_id\":", m.group_id, kPlain);
  AppendUnlessEmpty(out, ",\"message_deduplication_id\":", m.deduplication_id, kPlain);
  AppendUnlessZero(out, ",\"sequence_number\":", m.sequence);
  AppendUnlessEmpty(out, ",\"dead_letter_source_arn\":", m.dead_letter_source, kPlain);
  if (m.partition) AppendNumber(out, ",\"partition\":", *m.partition);
  AppendRawUnlessEmpty(out, ",\"x_extra\":", m.extra);
  out->append("}\n");
}

void AppendStoredMessage(std::string* out, const Message& m) {
  constexpr auto kHtml = HtmlEscape::kOn;
  out->append(kMessageMagic);
  AppendText(out, "{\"message_id\":", m.id, kHtml);
  out->append(",\"body\":\"");
  AppendBase64(out, m.body);
  AppendText(out, "\",\"md5_of_body\":", m.md5_of_body, kHtml);
  AppendUnlessEmpty(out, ",\"md5_of_message_attributes\":", m.md5_of_attributes, kHtml);
  AppendRawUnlessEmpty(out, ",\"message_attributes\":", m.attributes);
  AppendUnlessEmpty(out, ",\"sender_id\":", m.sender_id, kHtml);
  AppendNumber(out, ",\"send_timestamp_millis\":", m.sent_ms);
  AppendNumber(out, ",\"available_at_millis\":", m.available_ms);
  AppendNumber(out, ",\"visible_at_millis\":", m.visible_ms);
  AppendNumber(out, ",\"receive_count\":", m.receive_count);
  AppendUnlessZero(out, ",\"first_receive_millis\":", m.first_receive_ms);
  out->append(",\"current_receipt_token\":");
  if (m.receipt_token.empty()) {
    out->append("null");
  } else {
    AppendJsonString(out, m.receipt_token, kHtml);
  }
  AppendNumber(out, ",\"queue_generation\":", m.generation);
  AppendUnlessEmpty(out, ",\"message_group_id\":", m.group_id, kHtml);
  AppendUnlessEmpty(out, ",\"message_deduplication_id\":", m.deduplication_id, kHtml);
  AppendUnlessZero(out, ",\"sequence_number\":", m.sequence);
  AppendUnlessEmpty(out, ",\"dead_letter_source_arn\":", m.dead_letter_source, kHtml);
  AppendMembersOf(out, m.extra);
  out->push_back('}');
}

}  // namespace snaptree::sqs
